/** What the stage is told and what it tells: how to show the scene, live shapes, pointer events. */
import type { BoxXYXY, Viewport, WH, XY } from "../../lib/geometry.ts";
import type { Modifiers, ShapeType, SkeletonTemplate } from "../shapes/_shape.ts";
import { PLAIN_ADJUST, type Adjust } from "./adjust.ts";
import type { Patch } from "./patch.ts";

/** How the annotations are shown. Values are never changed in place. */
export interface SceneView {
  readonly selected: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
  readonly hover: string | null;
  readonly colorBy: "label" | "object" | "author";
  /** Of the fill, 0 to 1. */
  readonly opacity: number;
  readonly labelsShown: boolean;
  readonly outlines: boolean;
  /** A model's shapes below this confidence are not shown. */
  readonly threshold: number;
  readonly colors: ReadonlyMap<string, string>;
  /** What chips call a label, where that is not its name: with its digit, say. */
  readonly names?: ReadonlyMap<string, string>;
}
export const PLAIN_VIEW: SceneView = {
  selected: new Set(),
  hidden: new Set(),
  locked: new Set(),
  hover: null,
  colorBy: "label",
  opacity: 0.2,
  labelsShown: true,
  outlines: true,
  threshold: 0,
  colors: new Map(),
};

/** A shape while it is drawn or dragged. */
export interface Preview {
  readonly type: string;
  readonly geometry: unknown;
  readonly color: string;
  /** On its chip before the measure. */
  readonly label?: string;
  /** The annotation it stands for meanwhile. */
  readonly id?: string;
  readonly dashed?: boolean;
  /** Of a skeleton. */
  readonly template?: SkeletonTemplate | null;
}

/** What a person likes to see, remembered by whoever owns the stage. */
export interface StageLook {
  readonly adjust: Adjust;
  readonly crosshair: boolean;
  readonly minimap: boolean;
  readonly pixelGrid: boolean;
}
export const PLAIN_LOOK: StageLook = {
  adjust: PLAIN_ADJUST,
  crosshair: false,
  minimap: true,
  pixelGrid: true,
};

export interface StagePointer {
  readonly screen: XY;
  readonly image: XY;
  /** Image points passed since the last event, `image` last: what a fast stroke would lose. */
  readonly trail: readonly XY[];
  readonly button: number;
  readonly held: Modifiers;
  /** 0 to 1. */
  readonly pressure: number;
  readonly type: "mouse" | "pen" | "touch";
}
/** The active tool, as the stage sees it. */
export interface PointerHandlers {
  down?(event: StagePointer): void;
  move?(event: StagePointer): void;
  up?(event: StagePointer): void;
  cancel?(): void;
  doubleClick?(event: StagePointer): void;
}

/** Where pixels come from: one bitmap, or tiles of a pyramid. */
export interface ImageSource {
  /** Of the whole picture, in pixels. */
  readonly size: WH;
  /** Draws what is in sight. `fast` while things move: speed before beauty. `ctx` is in CSS pixels of the screen. */
  draw(ctx: CanvasRenderingContext2D, viewport: Viewport, screen: WH, fast: boolean): void;
  /** Told when more can be drawn than before. */
  onReady?: () => void;
  /** The pixels of a box, as fine as `scale` (device pixels an image pixel) shows them; null while they have not come. */
  patch?(box: BoxXYXY, scale: number): Patch | null;
  /** The same as a picture, once all of it has come. */
  part?(box: BoxXYXY, scale: number): Promise<CanvasPart>;
  dispose?(): void;
}

/** A piece of a picture: `origin` and `step` as of a `Patch`. */
export interface CanvasPart {
  readonly canvas: OffscreenCanvas;
  readonly origin: XY;
  readonly step: number;
}

export type TemplateOf = (label: string) => SkeletonTemplate | null;
export type TypeOf = (type: string) => ShapeType | undefined;
/** Paints over everything, in CSS pixels of the screen. */
export type OverlayDraw = (ctx: CanvasRenderingContext2D, viewport: Viewport) => void;
