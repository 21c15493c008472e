/** `class`: a statement about the whole image, without a place. */
import type { WH } from "../../lib/geometry.ts";
import { ShapeInvalid, type ShapeType } from "./_shape.ts";

export const shape: ShapeType<null> = {
  type: "class",
  title: "Classification",
  icon: "tags",
  filled: false,
  validate(raw) {
    const empty = Array.isArray(raw)
      ? raw.length === 0
      : typeof raw === "object" && (raw === null || Object.keys(raw).length === 0);
    if (!empty) throw new ShapeInvalid("A class annotation has no geometry.");
    return null;
  },
  area: (_geometry, [width, height]: WH) => width * height,
  bounds: () => null,
  hit: () => false,
  trace: () => undefined,
  handles: () => [],
  dragged: (geometry) => geometry,
  moved: (geometry) => geometry,
  stretched: (geometry) => geometry,
  describe: () => "whole image",
};
