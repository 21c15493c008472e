/** The fields of a trigger that watches a figure, from what the server's figures declare. Pure. */
import type { Json, JsonSchema } from "../../ui/schema";

/** A figure that triggers may watch. `reads`: type by name of what it is about; `settings`: a schema by name. */
export interface Measure {
  name: string;
  title: string;
  doc: string;
  reads: Record<string, string>;
  settings: Record<string, JsonSchema>;
}

/** The form's name of a setting: two figures may have settings of one name. */
const fieldOf = (measure: string, setting: string) => `${measure}:${setting}`;

/** Their fields: which figure, the settings of each, and the pace that all share. */
export function measureFields(
  measures: readonly Measure[],
  shared: Record<string, JsonSchema>,
): Record<string, JsonSchema> {
  const fields: Record<string, JsonSchema> = {
    measure: {
      type: "string",
      title: "Figure",
      enum: measures.map((one) => one.name),
      "x-enum-titles": Object.fromEntries(measures.map((one) => [one.name, one.title])),
      default: measures[0]?.name ?? "",
    },
    model: { type: "string", title: "Model variable", default: "" },
    dataset: { type: "string", title: "Dataset variable", default: "" },
  };
  for (const one of measures)
    for (const [name, schema] of Object.entries(one.settings)) fields[fieldOf(one.name, name)] = schema;
  return { ...fields, ...shared };
}

/** The fields that another figure than the chosen one has. */
export function othersFields(measures: readonly Measure[], chosen: Json | undefined): string[] {
  const others = measures.filter((one) => one.name !== chosen);
  return others.flatMap((one) => Object.keys(one.settings).map((name) => fieldOf(one.name, name)));
}

/** The trigger's settings as the form names them. */
export function measureForm(
  measures: readonly Measure[],
  spec: Record<string, unknown>,
): Record<string, Json> {
  const chosen = measures.find((one) => one.name === spec["measure"]);
  const said = Object.keys(chosen?.settings ?? {}).filter((name) => name in spec);
  return Object.fromEntries(said.map((name) => [fieldOf(chosen?.name ?? "", name), spec[name] as Json]));
}

/** What the form says of the chosen figure, as the trigger's settings; settings of the figure before are left out. */
export function measureSpec(
  measures: readonly Measure[],
  old: Record<string, unknown>,
  form: Record<string, Json>,
): Record<string, unknown> {
  const spec = Object.fromEntries(
    Object.entries(old).filter(
      ([name]) => !measures.some((one) => name in one.settings || name === "measure"),
    ),
  );
  const chosen = measures.find((one) => one.name === form["measure"]);
  if (!chosen) return { ...spec, measure: form["measure"] };
  const said = Object.keys(chosen.settings).map((name) => [name, form[fieldOf(chosen.name, name)]] as const);
  return {
    ...spec,
    measure: chosen.name,
    ...Object.fromEntries(said.filter(([, value]) => value !== undefined)),
  };
}
