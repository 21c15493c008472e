/** The annotation types of the studio: every file beside this one whose name has no underscore. */
import type { ShapeType } from "./_shape.ts";

export { rounded } from "./_values.ts";
export * from "./_shape.ts";

const found = import.meta.glob<ShapeType>(["./*.ts", "!./_*.ts", "!./index.ts"], {
  eager: true,
  import: "shape",
});
const types = new Map<string, ShapeType>();
for (const [path, shape] of Object.entries(found)) {
  if (path !== `./${shape?.type}.ts`) throw new Error(`${path} does not export the shape it is named for`);
  types.set(shape.type, shape);
}

/** Every type, by name. */
export function shapeTypes(): ShapeType[] {
  return [...types.values()].sort((a, b) => a.type.localeCompare(b.type));
}
/** The type of that name; throws naming the known ones. */
export function shapeOf(type: string): ShapeType {
  const shape = types.get(type);
  if (!shape)
    throw new Error(`Unknown annotation type "${type}". Known: ${[...types.keys()].sort().join(", ")}.`);
  return shape;
}
