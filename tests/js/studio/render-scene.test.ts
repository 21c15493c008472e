// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { BoxXYXY } from "@/lib/geometry.ts";
import { Store } from "@/lib/store.ts";
import { Scene, type Touched } from "@/studio/render/scene.ts";
import { boxesTouch, SpatialIndex } from "@/studio/render/spatial.ts";
import { confidence } from "@/studio/render/chips.ts";
import { isShown, NEUTRAL, nthColor, Stylist } from "@/studio/render/style.ts";
import { PLAIN_VIEW } from "@/studio/render/types.ts";
import { shapeTypes, type Annotation } from "@/studio/shapes/index.ts";

function randomFrom(seed: number): () => number {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647;
}
const typeOf = (name: string) => shapeTypes().find(({ type }) => type === name);

function box(id: string, xyxy: BoxXYXY, more: Partial<Annotation> = {}): Annotation {
  const none = { attributes: {}, metadata: {}, revision: 0, sourcePrediction: null };
  return { id, type: "box", label: "cat", geometry: { xyxy }, ...none, model: null, author: null, ...more };
}
function made(...annotations: Annotation[]) {
  const store = new Store<Annotation>();
  const heard: Touched[] = [];
  const scene = new Scene(typeOf, (touched) => heard.push(touched));
  scene.resize([1000, 800]);
  store.put(annotations);
  scene.bind(store);
  heard.length = 0;
  return { store, scene, heard };
}
const ids = (list: readonly { annotation: Annotation }[]) => list.map(({ annotation }) => annotation.id);
const model = { id: "m", name: "v1", confidence: 0.4 };

describe("SpatialIndex", () => {
  it("finds what looking at every box finds, while boxes come, move and go", () => {
    const random = randomFrom(3);
    const index = new SpatialIndex<string>();
    const boxes = new Map<string, BoxXYXY>();
    const place = (largest: number): BoxXYXY => {
      const [x, y] = [random() * 1200 - 100, random() * 1200 - 100];
      return [x, y, x + random() * largest, y + random() * largest];
    };
    for (let i = 0; i < 3000; i++) {
      const id = `b${Math.floor(random() * 400)}`;
      if (random() < 0.25) {
        boxes.delete(id);
        index.remove(id);
      } else {
        const where = place(random() < 0.1 ? 1500 : 40);
        boxes.set(id, where);
        index.put(id, where, id);
      }
      if (i % 50) continue;
      const asked = place(300);
      const expected = [...boxes].filter(([, one]) => boxesTouch(one, asked)).map(([one]) => one);
      expect(index.query(asked).sort()).toEqual(expected.sort());
      expect(index.size).toBe(boxes.size);
    }
  });
  it("finds points, also on the edge", () => {
    const index = new SpatialIndex<number>();
    index.put("p", [10, 10, 10, 10], 1);
    expect(index.query([10, 0, 20, 10])).toEqual([1]);
    expect(index.query([10.1, 0, 20, 10])).toEqual([]);
    index.clear();
    expect(index.query([0, 0, 20, 20])).toEqual([]);
  });
});

describe("Scene", () => {
  it("lists by z, then as they came", () => {
    const { scene, store } = made(
      box("a", [0, 0, 10, 10], { metadata: { z: 2 } }),
      box("b", [0, 0, 10, 10]),
      box("c", [0, 0, 10, 10]),
    );
    expect(ids(scene.all())).toEqual(["b", "c", "a"]);
    store.patch("b", { metadata: { z: 3 } });
    expect(ids(scene.all())).toEqual(["c", "a", "b"]);
    store.patch("c", { geometry: { xyxy: [0, 0, 20, 20] } });
    expect(ids(scene.all())).toEqual(["c", "a", "b"]);
    expect(scene.all()[0]!.box).toEqual([0, 0, 20, 20]);
    store.remove("a");
    expect(ids(scene.all())).toEqual(["c", "b"]);
  });
  it("has topmost first at a place, without hidden ones and those below the threshold", () => {
    const { scene } = made(
      box("low", [0, 0, 100, 100]),
      box("guess", [0, 0, 100, 100], { model }),
      box("top", [50, 50, 80, 80], { metadata: { z: 1 } }),
      box("far", [500, 500, 600, 600]),
    );
    expect(ids(scene.at([60, 60], 0, PLAIN_VIEW))).toEqual(["top", "guess", "low"]);
    expect(ids(scene.at([60, 60], 0, { ...PLAIN_VIEW, hidden: new Set(["top"]) }))).toEqual(["guess", "low"]);
    expect(ids(scene.at([60, 60], 0, { ...PLAIN_VIEW, threshold: 0.5 }))).toEqual(["top", "low"]);
    expect(ids(scene.at([103, 50], 5, PLAIN_VIEW))).toEqual(["guess", "low"]);
    expect(scene.at([103, 50], 2, PLAIN_VIEW)).toEqual([]);
  });
  it("tells the boxes an edit touches, before and after; everything when many change", () => {
    const { store, heard } = made(box("a", [0, 0, 10, 10]));
    store.patch("a", { geometry: { xyxy: [20, 20, 30, 30] } });
    store.put(box("b", [5, 5, 6, 6]));
    store.remove("a");
    expect(heard).toEqual([
      [
        [0, 0, 10, 10],
        [20, 20, 30, 30],
      ],
      [[5, 5, 6, 6]],
      [[20, 20, 30, 30]],
    ]);
    store.put(Array.from({ length: 100 }, (_, i) => box(`n${i}`, [i, i, i + 1, i + 1])));
    expect(heard.at(-1)).toBeNull();
  });
  it("stays as the store is, through random edits", () => {
    const random = randomFrom(9);
    const { store, scene } = made();
    for (let i = 0; i < 800; i++) {
      const id = `r${Math.floor(random() * 60)}`;
      const [x, y] = [random() * 900, random() * 700];
      if (random() < 0.3) store.remove(id);
      else store.put(box(id, [x, y, x + 50, y + 50], { metadata: { z: Math.floor(random() * 3) } }));
      if (i % 40 === 0) scene.all();
    }
    const fresh = made(...store.all());
    expect(ids(scene.all())).toEqual(ids(fresh.scene.all()));
    const asked: BoxXYXY = [200, 200, 500, 500];
    expect(ids(scene.near(asked))).toEqual(ids(fresh.scene.near(asked)));
  });
  it("has no place for a class, and none after a box became one", () => {
    const tag = { ...box("t", [0, 0, 1, 1]), type: "class", geometry: null };
    const { scene, store } = made(tag, box("a", [0, 0, 10, 10]));
    expect(ids(scene.all())).toEqual(["a"]);
    store.put({ ...tag, id: "a" });
    expect(scene.all()).toEqual([]);
  });
  it("finds the nearest handle of the given ones, a ghost only where there is no other", () => {
    const ring = [
      [0, 0],
      [100, 0],
      [100, 100],
    ];
    const { scene } = made({ ...box("p", [0, 0, 1, 1]), type: "polygon", geometry: { rings: [ring] } });
    expect(scene.handleAt([98, 3], 9, 1, ["p"])?.handle.id).toBe("0/1");
    expect(scene.handleAt([50, 2], 9, 1, ["p"])?.handle.kind).toBe("ghost");
    expect(scene.handleAt([98, 3], 9, 1, [])).toBeNull();
    expect(scene.handleAt([30, 3], 9, 1, ["p", "gone"])).toBeNull();
  });
});

describe("style", () => {
  const one = box("a", [0, 0, 1, 1], { author: { id: "u2", name: "B" } });
  it("colours by label, object or author", () => {
    const stylist = new Stylist();
    const view = { ...PLAIN_VIEW, colors: new Map([["cat", "#123456"]]) };
    expect(stylist.color(one, 3, view)).toBe("#123456");
    expect(stylist.color({ ...one, label: "dog" }, 3, view)).toBe(NEUTRAL);
    expect(stylist.color(one, 3, { ...view, colorBy: "object" })).toBe(nthColor(3));
    const by = { ...view, colorBy: "author" as const };
    expect(stylist.color({ ...one, author: { id: "u1", name: "A" } }, 0, by)).toBe(nthColor(0));
    expect(stylist.color(one, 0, by)).toBe(nthColor(1));
    expect(stylist.color({ ...one, model }, 0, by)).toBe(nthColor(2));
    expect(stylist.color(one, 9, by)).toBe(nthColor(1));
    expect(new Set(Array.from({ length: 40 }, (_, i) => nthColor(i))).size).toBe(40);
  });
  it("is dashed for a model's, and shown from the threshold on", () => {
    const stylist = new Stylist();
    expect(stylist.still(one, 0, PLAIN_VIEW).dashed).toBe(false);
    const models = { ...one, model, author: null };
    expect(stylist.still(models, 0, PLAIN_VIEW).dashed).toBe(true);
    expect(isShown(models, { ...PLAIN_VIEW, threshold: 0.4 })).toBe(true);
    expect(isShown(models, { ...PLAIN_VIEW, threshold: 0.41 })).toBe(false);
    // Once a person stands for it, it is theirs: no dashes, and no threshold takes it away.
    expect(stylist.still({ ...one, model }, 0, PLAIN_VIEW).dashed).toBe(false);
    expect(isShown({ ...one, model }, { ...PLAIN_VIEW, threshold: 1 })).toBe(true);
    expect(isShown(one, { ...PLAIN_VIEW, threshold: 1 })).toBe(true);
  });
  it("writes a confidence in three signs", () => {
    expect([0.97, 0.581, 0.999, 1, 0.004].map(confidence)).toEqual([".97", ".58", "1.00", "1.00", ".00"]);
  });
});
