/** The panels of the studio, in the order they stand. To add one, write a class and name it here. */
import type { PanelSpec } from "../context.ts";

export const PANELS: readonly PanelSpec[] = [];
