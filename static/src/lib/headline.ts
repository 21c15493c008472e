/** The one figure that stands for an evaluation: of classifiers accuracy, of shapes what is usual for them. */
export interface Headline {
  name: string;
  value: number | null;
}

const NAMES: readonly (readonly [key: "accuracy" | "map_50" | "miou", name: string])[] = [
  ["accuracy", "accuracy"],
  ["map_50", "AP50"],
  ["miou", "mean IoU"],
];

export function headlineOf(
  summary: { accuracy?: number | null; map_50?: number | null; miou?: number | null } | null | undefined,
): Headline {
  for (const [key, name] of NAMES) {
    const value = summary?.[key];
    if (value !== undefined && value !== null) return { name, value };
  }
  return { name: "accuracy", value: null };
}
