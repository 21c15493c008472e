/** The page that `studio.py` measures: a real Stage with a real store; the measuring asks through `window.bench`. */
import type { XY } from "@/lib/geometry.ts";
import { Cell, Store } from "@/lib/store.ts";
import { BrushLayer, PLAIN_VIEW, Stage, type SceneView } from "@/studio/render/stage.ts";
import { ringsToMask } from "@/studio/shapes/_convert.ts";
import { shapeOf, type Annotation } from "@/studio/shapes/index.ts";

type Random = () => number;

/** Numbers that are the same in every run. [mulberry32] */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function annotation(id: string, type: string, label: string, geometry: unknown): Annotation {
  const none = { attributes: {}, metadata: {}, revision: 1, sourcePrediction: null };
  return { id, type, label, geometry, ...none, model: null, author: { id: "u", name: "U" } };
}

function blob(random: Random, [cx, cy]: XY, radius: number, points: number): XY[] {
  return Array.from({ length: points }, (_, i) => {
    const angle = (i / points) * 2 * Math.PI;
    const r = radius * (0.6 + 0.4 * random());
    return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
  });
}

const NAMES = ["apple", "bruise", "scab", "rot", "leaf"];
const colors = new Map(
  NAMES.map((name, i) => [name, ["#53b3b8", "#f0b135", "#da1191", "#a63c0c", "#09e095"][i]!]),
);

async function picture(width: number, height: number): Promise<ImageBitmap> {
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext("2d")!;
  const random = randomFrom(7);
  const gradient = ctx.createLinearGradient(0, 0, width, height);
  gradient.addColorStop(0, "#3a4048");
  gradient.addColorStop(1, "#7c8894");
  ctx.fillStyle = gradient;
  ctx.fillRect(0, 0, width, height);
  for (let i = 0; i < 400; i++) {
    ctx.fillStyle = `hsl(${random() * 360} 40% ${30 + random() * 40}%)`;
    ctx.beginPath();
    ctx.arc(random() * width, random() * height, (random() * width) / 30, 0, 7);
    ctx.fill();
  }
  return createImageBitmap(canvas);
}

const view = new Cell<SceneView>({ ...PLAIN_VIEW, colors });
const store = new Store<Annotation>();
const stage = new Stage();
const size: [number, number] = [0, 0];

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

const bench = {
  BrushLayer,
  typeOf: shapeOf,
  stage,
  store,
  view,
  frame,
  async show(width: number, height: number) {
    [size[0], size[1]] = [width, height];
    stage.show(await picture(width, height), "Bench");
    store.remove(store.all().map(({ id }) => id));
    await bench.settled();
  },
  /** Polygons of `points` points, each about `radius` large; returns when they are on the screen, with the seconds. */
  async polygons(count: number, points: number, radius: number): Promise<number> {
    const random = randomFrom(11);
    const type = shapeOf("polygon");
    const made = Array.from({ length: count }, (_, i) => {
      const middle: XY = [random() * size[0], random() * size[1]];
      const geometry = type.validate({ rings: [blob(random, middle, radius, points)] }, size);
      return annotation(`p${i}`, "polygon", NAMES[i % NAMES.length]!, geometry);
    });
    const began = performance.now();
    store.put(made, { origin: "silent" });
    await bench.settled();
    return (performance.now() - began) / 1000;
  },
  async masks(count: number, radius: number): Promise<number> {
    const random = randomFrom(13);
    const made = Array.from({ length: count }, (_, i) => {
      const middle: XY = [random() * size[0], random() * size[1]];
      const mask = ringsToMask([blob(random, middle, radius, 40)], size);
      return annotation(`m${i}`, "mask", NAMES[i % NAMES.length]!, mask);
    });
    const began = performance.now();
    store.put(made, { origin: "silent" });
    await bench.settled();
    return (performance.now() - began) / 1000;
  },
  /** Until nothing more is to be drawn. */
  async settled() {
    for (let quiet = 0; quiet < 2; quiet = stage.idle ? quiet + 1 : 0) await frame();
  },
  /** Does `act(i)` before each frame; the times between frames in milliseconds. */
  async frames(count: number, act: (i: number) => void): Promise<number[]> {
    const times: number[] = [];
    let last = await frame();
    for (let i = 0; i < count; i++) {
      act(i);
      const now = await frame();
      times.push(now - last);
      last = now;
    }
    return times;
  },
  pan(count: number) {
    return bench.frames(count, (i) => stage.pan(12 * Math.cos(i / 20), 12 * Math.sin(i / 20)));
  },
  zoom(count: number) {
    return bench.frames(count, (i) => stage.zoom(1 + 0.03 * Math.cos(i / 25), [700, 450]));
  },
  /** One vertex of the shape in the middle follows the hand, as the select tool does it. */
  async drag(count: number) {
    const { clientWidth, clientHeight } = stage.element;
    const picked = store.get("p0")!;
    const type = shapeOf(picked.type);
    stage.centre((picked.geometry as { rings: XY[][] }).rings[0]![0]!);
    view.set({ ...view.value, selected: new Set([picked.id]) });
    await bench.settled();
    const middle: XY = [clientWidth / 2, clientHeight / 2];
    let geometry = picked.geometry;
    const times = await bench.frames(count, (i) => {
      const to = stage.viewport.value.imageXY([middle[0] + 60 * Math.sin(i / 9), middle[1] + i / 4]);
      geometry = type.dragged(picked.geometry, "0/0", to, { shift: false, alt: false, ctrl: false }, size);
      stage.preview([{ type: "polygon", geometry, color: "#53b3b8", id: picked.id }]);
    });
    store.patch(picked.id, { geometry });
    stage.preview([]);
    view.set({ ...view.value, selected: new Set() });
    await bench.settled();
    return times;
  },
  /**
   * A stroke across the picture. `moves`: what one move costs the page, from the hand to the canvas, in milliseconds
   * (a canvas notes down what it is told: reading a pixel back makes it draw).
   */
  async brush(count: number, radius: number): Promise<{ moves: number[]; frames: number[] }> {
    const layer = new BrushLayer(size);
    const top = document.querySelector<HTMLCanvasElement>("canvas.stage-top")!.getContext("2d")!;
    const [moves, frames]: [number[], number[]] = [[], []];
    let at: XY = [size[0] * 0.1, size[1] * 0.5];
    let last = await frame();
    for (let i = 1; i <= count; i++) {
      const before = frame().then(() => performance.now());
      const began = performance.now();
      const to: XY = [size[0] * (0.1 + (0.8 * i) / count), size[1] * (0.5 + 0.3 * Math.sin(i / 12))];
      layer.stroke(at, to, radius);
      stage.paint(layer, "#f0b135");
      const painted = performance.now() - began;
      const after = frame().then((now) => {
        top.getImageData(0, 0, 1, 1);
        return [now, performance.now()] as const;
      });
      const [now, done] = await after;
      moves.push(painted + done - (await before));
      frames.push(now - last);
      [last, at] = [now, to];
    }
    const covered = layer.toMask();
    stage.paint(null);
    if (!covered) throw new Error("The brush painted nothing.");
    return { moves, frames };
  },
  /** Every shape drawn in every frame, with the same lines: the plain way, for comparison. */
  async plain(count: number): Promise<number[]> {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [stage.element.clientWidth, stage.element.clientHeight];
    canvas.style.cssText = "position:absolute;inset:0";
    document.body.append(canvas);
    const ctx = canvas.getContext("2d")!;
    const shapes = store.all().map(({ type, geometry, label }) => {
      const path = new Path2D();
      shapeOf(type).trace(geometry, path);
      return { path, color: colors.get(label)! };
    });
    const times = await bench.frames(count, (i) => {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      const view = stage.viewport.value.panned(i % 7, 0);
      ctx.setTransform(...view.matrix());
      for (const { path, color } of shapes) {
        ctx.globalAlpha = 0.2;
        ctx.fillStyle = color;
        ctx.fill(path, "evenodd");
        ctx.globalAlpha = 1;
        ctx.lineWidth = 4.5 / view.scale;
        ctx.strokeStyle = "#000000a6";
        ctx.stroke(path);
        ctx.lineWidth = 2 / view.scale;
        ctx.strokeStyle = color;
        ctx.stroke(path);
      }
    });
    canvas.remove();
    return times;
  },
};
export type Bench = typeof bench;

document.body.append(stage.element);
stage.bind(store, view);
Object.assign(window, { bench });
