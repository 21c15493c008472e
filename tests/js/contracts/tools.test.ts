/** What every tool of the studio promises, whoever adds one: chance drives it by pointer and keys. */
import { afterEach, expect, it } from "vitest";
import type { XY } from "@/lib/geometry.ts";
import type { Annotation } from "@/studio/shapes/index.ts";
import { AROUND, type CutOut } from "@/studio/cut/index.ts";
import { makeTools } from "@/studio/tools/index.ts";
import { bench, box, maskBox, polygon, square, type Bench } from "../studio/tools-bench.ts";

const IDS = makeTools().map(({ id }) => id);
const KEYS = [
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  " ",
  "Enter",
  "Backspace",
  "Escape",
  "q",
  "s",
  "[",
  "]",
  ".",
  "n",
];

/** Mulberry32: the same chances in every run. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** All that is not said to be around: what the tool makes of a cut is tried here, not the cut. */
const inBox: CutOut = (_pixels, said) => Promise.resolve(said.map((one) => (one === AROUND ? 0 : 1)));

let b: Bench;
afterEach(() => b.dispose());

async function start(id: string): Promise<void> {
  const data = new Uint8ClampedArray(200 * 100 * 4).map((_, i) => (Math.floor(i / 4) % 200 < 90 ? 40 : 120));
  b = await bench({ pixels: { data, width: 200, height: 100, colorSpace: "srgb" }, cutOut: inBox });
  b.label.set("person");
  b.put(
    box("a", 10, 10, 60, 40, "person"),
    polygon("p", square(80, 10, 120, 50), square(90, 20, 100, 30)),
    maskBox("m", 130, 10, 40, 40),
  );
  b.toolbox.use(id);
}
async function play(random: () => number, steps: number): Promise<void> {
  // Far outside as well: hands slip off the picture.
  const somewhere = (): XY => [random() * 300 - 50, random() * 200 - 50];
  const held = () => ({ shift: random() < 0.2, ctrl: random() < 0.2, alt: random() < 0.1 });
  const { id } = b.toolbox.active.value;
  for (let i = 0; i < steps; i++) {
    if (i % 12 === 0) {
      // Put down by Escape, or with nothing to work on.
      if (b.doc.store.has("p")) b.select("p");
      b.toolbox.use(id);
    }
    const chance = random();
    if (chance < 0.3) b.click(somewhere(), held(), random() < 0.15 ? 2 : 0);
    else if (chance < 0.55) b.drag(somewhere(), somewhere(), held(), [somewhere()]);
    else if (chance < 0.6) b.doubleClick(somewhere());
    else if (chance < 0.7) b.hover(somewhere());
    else if (chance < 0.72) b.stage.pointer?.cancel?.();
    else
      b.press(KEYS[Math.floor(random() * KEYS.length)] as string, {
        shiftKey: random() < 0.2,
        ctrlKey: random() < 0.1,
      });
    // A tool that asks somebody has its answer a moment later.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}
const picture = (list: readonly Annotation[]) =>
  list
    .map(({ id, type, label, geometry, metadata }) => JSON.stringify([id, type, label, geometry, metadata]))
    .sort();

it.each(IDS)("%s: everything it makes is valid and on the picture", async (id) => {
  await start(id);
  for (const seed of [1, 2, 3]) {
    b.toolbox.use(id);
    await play(chances(seed), 60);
    b.toolbox.use("select");
    for (const one of b.all()) {
      const type = b.ctx.typeOf(one.type);
      if (!type) throw new Error(one.type);
      expect(() => type.validate(one.geometry, [200, 100])).not.toThrow();
      const [x1, y1, x2, y2] = type.bounds(one.geometry, [200, 100]) ?? [0, 0, 0, 0];
      const inside = x1 >= -0.001 && y1 >= -0.001 && x2 <= 200.001 && y2 <= 100.001;
      // A box or ellipse may be turned or pulled over the edge by its own handles.
      if (id !== "select") expect(inside, JSON.stringify(one)).toBe(true);
    }
  }
});

it.each(IDS)("%s: undo takes all of it back, redo does it again", async (id) => {
  await start(id);
  const before = picture(b.all());
  for (const seed of [7, 8]) {
    b.toolbox.use(id);
    await play(chances(seed), 60);
    b.toolbox.use("select");
  }
  const after = picture(b.all());
  if (id !== "pan") expect(b.doc.log.canUndo).toBe(true);
  while (b.doc.log.canUndo) {
    expect(b.doc.log.undoLabel).toMatch(/^[A-Z]\w/);
    b.doc.undo();
  }
  expect(picture(b.all())).toEqual(before);
  while (b.doc.log.canRedo) b.doc.redo();
  expect(picture(b.all())).toEqual(after);
});

it.each(IDS)("%s: says what to do by keys, and leaves nothing behind", async (id) => {
  await start(id);
  expect(b.toolbox.hint.value).toMatch(/[Aa]rrows/);
  await play(chances(5), 30);
  b.toolbox.use(id);
  b.down([30, 60]);
  b.hover([60, 80]);
  b.toolbox.use(id === "pan" ? "select" : "pan");
  expect(b.stage.previews).toEqual([]);
  expect(b.stage.painted).toBe(null);
  expect(b.stage.overlays.size).toBe(1); // that of the tool taken up, select or pan
  const count = b.all().length;
  b.up([60, 80]);
  expect(b.all()).toHaveLength(count);
});
