/** A bench for tools: the real document, shapes, toolbox and keys over a stage without pixels. */
import "fake-indexeddb/auto";
import { h } from "@/lib/dom.ts";
import { Viewport, type BoxXYXY, type WH, type XY } from "@/lib/geometry.ts";
import { Keys } from "@/lib/keys.ts";
import { Cell } from "@/lib/store.ts";
import { Edits } from "@/studio/io/edits.ts";
import { cutOut } from "@/studio/cut/cutout.ts";
import type { CutOut } from "@/studio/cut/index.ts";
import { openEditStore } from "@/studio/io/pending-disk.ts";
import type { BrushLayer } from "@/studio/render/brush.ts";
import type { Patch } from "@/studio/render/patch.ts";
import type { Nib } from "@/studio/render/spans.ts";
import { isShown } from "@/studio/render/style.ts";
import {
  PLAIN_VIEW,
  type OverlayDraw,
  type PointerHandlers,
  type Preview,
  type StagePointer,
} from "@/studio/render/types.ts";
import { ringsToMask } from "@/studio/shapes/_convert.ts";
import { circlePoints } from "@/studio/shapes/_rings.ts";
import { shapeTypes, type Annotation } from "@/studio/shapes/index.ts";
import type { SmartState } from "@/studio/smart/segmenter.ts";
import { Document } from "@/studio/state/document.ts";
import { Clipboard } from "@/studio/tools/clipboard.ts";
import {
  makeTools,
  NOTHING_HELD,
  type AnnotationParts,
  type SmartHelp,
  type ToolContext,
  type ToolStage,
} from "@/studio/tools/index.ts";
import { defaultShortcuts } from "@/studio/tools/shortcut-list.ts";
import { Shortcuts } from "@/studio/tools/shortcuts.ts";
import { Toolbox, type ToolboxOptions } from "@/studio/tools/toolbox.ts";

const TYPES = new Map(shapeTypes().map((type) => [type.type, type]));
const SIZE: WH = [200, 100];
type Held = Partial<typeof NOTHING_HELD>;

class BenchStage implements ToolStage {
  readonly element = h("div", { tabIndex: 0 });
  readonly viewport = new Cell(new Viewport());
  readonly cursor = new Cell<XY | null>(null);
  pointer: PointerHandlers | null = null;
  previews: readonly Preview[] = [];
  painted: BrushLayer | null = null;
  readonly zoomed: BoxXYXY[] = [];
  readonly overlays = new Set<OverlayDraw>();
  constructor(private readonly document: Document) {}
  pick(screen: XY): Annotation[] {
    const at = this.viewport.value.imageXY(screen);
    return this.document.store
      .all()
      .filter((one) => TYPES.get(one.type)?.hit(one.geometry, at, this.viewport.value.imageLength(5)))
      .reverse();
  }
  pickHandle(screen: XY) {
    const [id, ...more] = this.document.selection.value;
    const annotation = id === undefined || more.length ? undefined : this.document.store.get(id);
    const handles = annotation && TYPES.get(annotation.type)?.handles(annotation.geometry, 1);
    const handle = handles?.find(({ at }) => {
      const [x, y] = this.viewport.value.screenXY(at);
      return Math.hypot(x - screen[0], y - screen[1]) <= 5;
    });
    return annotation && handle ? { annotation, handle } : null;
  }
  preview(list: readonly Preview[]): void {
    this.previews = list;
  }
  paint(layer: BrushLayer | null): void {
    this.painted = layer;
  }
  overlay(draw: OverlayDraw) {
    this.overlays.add(draw);
    return () => void this.overlays.delete(draw);
  }
  redraw(): void {
    // Nothing is drawn here.
  }
  zoomTo(box: BoxXYXY): void {
    this.zoomed.push(box);
  }
  cutOut(_box: BoxXYXY, side: number): Promise<HTMLCanvasElement> {
    return Promise.resolve(h("canvas", { width: side, height: side }));
  }
}

/** A model that finds a disc of 12 pixels about the first point wanted, or what fills the box. */
export function knowing(): SmartHelp {
  return {
    picture: () => ({
      key: "item",
      size: SIZE,
      bitmap: () => Promise.reject(new Error("not needed")),
    }),
    segmenter: {
      state: new Cell<SmartState>({ kind: "ready", key: "item" }),
      look: () => undefined,
      mask: (_picture, { points, box }) => {
        const [cx, cy] = points.find(({ wanted }) => wanted)?.at ?? [0, 0];
        const disc = circlePoints(32).map(([x, y]): XY => [cx + 12 * x, cy + 12 * y]);
        return Promise.resolve(ringsToMask([box ? square(...box) : disc], SIZE));
      },
    },
  };
}

let people = 0;
export async function bench(
  options: Partial<ToolboxOptions> & {
    pixels?: ImageData;
    /** Of `pixels`, where they are not the whole picture. */
    patch?: Omit<Patch, "pixels">;
    readOnly?: () => boolean;
    smart?: SmartHelp;
    cutOut?: CutOut;
  } = {},
) {
  const disk = await openEditStore(`tools-${(people += 1)}`);
  const edits = new Edits({
    disk,
    tabs: { id: "tab", adopt: (work) => work(new Set()) },
    post: () => new Promise(() => undefined),
    setTimeout: () => 0,
    clearTimeout: () => undefined,
  });
  await edits.open();
  const doc = new Document({
    edits,
    disk,
    author: { id: "me", name: "Me" },
    fetch: () => Promise.resolve({ content_version: 0, items: [] }),
  });
  await doc.load("item");
  const stage = new BenchStage(doc);
  const said: string[] = [];
  const label = new Cell("cat");
  const ctx: ToolContext = {
    stage,
    document: doc,
    typeOf: (type) => TYPES.get(type),
    size: () => SIZE,
    label: () => label.value,
    color: () => "#ff0000",
    template: (name) => (name === "person" ? { names: ["head", "hand", "foot"], edges: [[0, 1]] } : null),
    pixels: () =>
      options.pixels ? { origin: [0, 0], step: 1, ...options.patch, pixels: options.pixels } : null,
    smart: options.smart ?? knowing(),
    cutOut: options.cutOut ?? ((pixels, said) => Promise.resolve(cutOut(pixels, said))),
    ...(options.allowed ? { allowed: options.allowed } : {}),
    snap: new Cell(true),
    hidden: new Cell<ReadonlySet<string>>(new Set()),
    shown: (one) => isShown(one, { ...PLAIN_VIEW, hidden: ctx.hidden.value, threshold: 0.3 }),
    locked: new Cell<ReadonlySet<string>>(new Set()),
    hover: new Cell<string | null>(null),
    brush: new Cell(4),
    nib: new Cell<Nib>("circle"),
    tolerance: new Cell(10),
    removeUnderlying: new Cell(false),
    readOnly: () => options.readOnly?.() ?? false,
    announce: (text) => said.push(text),
  };
  const tools = makeTools();
  const image = { name: "one" };
  const toolbox = new Toolbox({
    ctx,
    tools,
    clipboard: new Clipboard(() => image.name, window.localStorage),
    undo: () => doc.undo(),
    redo: () => doc.redo(),
    ...options,
  });
  const keys = new Keys(document);
  const shortcuts = new Shortcuts(defaultShortcuts(tools));
  const unbind = shortcuts.bind(keys, toolbox.handlers());
  document.body.replaceChildren(stage.element);

  const pointer = (at: XY, held: Held = {}, button = 0): StagePointer => {
    const image = stage.viewport.value.imageXY(at);
    stage.cursor.set(image);
    return {
      screen: at,
      image,
      trail: [image],
      button,
      held: { ...NOTHING_HELD, ...held },
      pressure: 0.5,
      type: "mouse",
    };
  };
  const press = (key: string, init: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent("keydown", {
      key,
      bubbles: true,
      cancelable: true,
      ...init,
    });
    stage.element.dispatchEvent(event);
    return event;
  };
  return {
    ctx,
    doc,
    stage,
    toolbox,
    shortcuts,
    said,
    label,
    image,
    press,
    /** Moves without a button. */
    hover: (at: XY, held: Held = {}) => stage.pointer?.move?.(pointer(at, held)),
    down: (at: XY, held: Held = {}) => stage.pointer?.down?.(pointer(at, held)),
    up: (at: XY, held: Held = {}) => stage.pointer?.up?.(pointer(at, held)),
    click: (at: XY, held: Held = {}, button = 0) => {
      stage.pointer?.down?.(pointer(at, held, button));
      stage.pointer?.up?.(pointer(at, held, button));
    },
    doubleClick: (at: XY) => stage.pointer?.doubleClick?.(pointer(at)),
    drag: (from: XY, to: XY, held: Held = {}, through: readonly XY[] = []) => {
      stage.pointer?.down?.(pointer(from, held));
      for (const at of [...through, to]) stage.pointer?.move?.(pointer(at, held));
      stage.pointer?.up?.(pointer(to, held));
    },
    /** Several presses of one key. */
    times: (n: number, key: string, init: KeyboardEventInit = {}) => {
      for (let i = 0; i < n; i++) press(key, init);
    },
    /** Adds shapes without it being undone. */
    put: (...list: (Partial<Annotation> & AnnotationParts & { id: string })[]) => {
      const whole = list.map((part): Annotation => ({
        attributes: {},
        metadata: {},
        revision: 1,
        model: null,
        author: null,
        sourcePrediction: null,
        ...part,
      }));
      doc.store.put(whole, { origin: "silent" });
    },
    select: (...ids: string[]) => doc.selection.set(new Set(ids)),
    all: () => doc.store.all(),
    only: () => {
      const list = doc.store.all();
      if (list.length !== 1) throw new Error(`${list.length} annotations, not one`);
      return list[0] as Annotation;
    },
    geometry: (id: string) => doc.store.get(id)?.geometry as Record<string, unknown>,
    undoLabel: () => doc.log.undoLabel,
    dispose: () => {
      unbind();
      keys.dispose();
      toolbox.dispose();
      doc.dispose();
    },
  };
}
export type Bench = Awaited<ReturnType<typeof bench>>;

export const box = (id: string, x1: number, y1: number, x2: number, y2: number, label = "cat") => ({
  id,
  type: "box",
  label,
  geometry: { xyxy: [x1, y1, x2, y2], angle: 0 },
});
export const polygon = (id: string, ...rings: XY[][]) => ({
  id,
  type: "polygon",
  label: "cat",
  geometry: { rings },
});
export const square = (x1: number, y1: number, x2: number, y2: number): XY[] => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
];
/** A mask that covers a whole rectangle. */
export const maskBox = (id: string, x: number, y: number, w: number, hh: number, label = "cat") => ({
  id,
  type: "mask",
  label,
  geometry: { box: [x, y, w, hh], rle: [0, w * hh] },
});
