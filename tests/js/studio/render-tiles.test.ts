// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { Viewport, type BoxXYXY, type WH } from "@/lib/geometry.ts";
import { keyOf, levelFor, tileBox, tilesIn, type Pyramid, type TilePlace } from "@/studio/render/pyramid.ts";
import { TileSource } from "@/studio/render/tiles.ts";

/** As the server cuts it: a half is rounded up, the coarsest level is one tile. */
function cut(width: number, height: number, tile = 512): Pyramid {
  const levels = [];
  for (
    let [w, h, scale] = [width, height, 1];
    ;
    [w, h, scale] = [Math.ceil(w / 2), Math.ceil(h / 2), scale / 2]
  ) {
    levels.unshift({
      scale,
      columns: Math.ceil(w / tile),
      rows: Math.ceil(h / tile),
    });
    if (Math.max(w, h) <= tile) return { width, height, tile, levels };
  }
}
const HUGE = cut(11600, 8700);
const SCREEN: WH = [1000, 700];

describe("levelFor", () => {
  it("takes the coarsest level that is not stretched by more than a tenth", () => {
    expect(HUGE.levels.map(({ scale }) => scale)).toEqual([1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]);
    expect(
      [0.01, 0.034, 0.035, 0.125, 0.137, 0.138, 0.6, 1, 40].map((scale) => levelFor(HUGE, scale)),
    ).toEqual([0, 0, 1, 2, 2, 3, 5, 5, 5]);
  });
});

describe("tilesIn", () => {
  it("finds exactly the tiles that touch the box, from its middle outwards", () => {
    const box: BoxXYXY = [1000, 500, 3000, 2100];
    const places = tilesIn(HUGE, 5, box);
    const touching = [];
    for (let row = 0; row < 17; row++)
      for (let column = 0; column < 23; column++) {
        const [x1, y1, x2, y2] = tileBox(HUGE, { level: 5, column, row });
        if (x1 < box[2] && x2 > box[0] && y1 < box[3] && y2 > box[1]) touching.push(`5/${column}/${row}`);
      }
    expect(places.map(keyOf).sort()).toEqual(touching.sort());
    const away = places.map((place) => {
      const [x1, y1] = tileBox(HUGE, place);
      return Math.hypot(x1 + 256 - 2000, y1 + 256 - 1300);
    });
    expect(away).toEqual([...away].sort((a, b) => a - b));
  });
  it("finds none outside, and only those that there are at the edge", () => {
    expect(tilesIn(HUGE, 5, [-500, -500, -10, -10])).toEqual([]);
    expect(tilesIn(HUGE, 5, [11300, 8500, 99999, 99999]).map(keyOf)).toEqual(["5/22/16"]);
    expect(tilesIn(HUGE, 0, [-1e6, -1e6, 1e6, 1e6]).map(keyOf)).toEqual(["0/0/0"]);
  });
  it("a tile at the edge ends where the picture does", () => {
    expect(tileBox(HUGE, { level: 5, column: 22, row: 16 })).toEqual([11264, 8192, 11600, 8700]);
    expect(tileBox(HUGE, { level: 0, column: 0, row: 0 })).toEqual([0, 0, 11600, 8700]);
  });
});

/** A canvas that notes what is drawn where, in device pixels. */
function canvas(ratio = 1) {
  const drawn: { bitmap: unknown; at: [number, number]; size: WH }[] = [];
  let at: [number, number] = [0, 0];
  const ctx = {
    getTransform: () => ({ a: ratio }),
    setTransform: vi.fn(),
    save: vi.fn(),
    restore: vi.fn(),
    rotate: vi.fn(),
    translate: (x: number, y: number) => (at = [x, y]),
    drawImage: (bitmap: unknown, ...[, , , , , , w, h]: number[]) =>
      drawn.push({ bitmap, at, size: [w as number, h as number] }),
  };
  return { ctx: ctx as unknown as CanvasRenderingContext2D, drawn };
}

function source(room?: number) {
  const asked: {
    key: string;
    signal: AbortSignal;
    answer: (ok?: boolean) => Promise<void>;
  }[] = [];
  const closed: string[] = [];
  const base = {
    width: 363,
    height: 272,
    name: "base",
  } as unknown as ImageBitmap;
  const load = (place: TilePlace, signal: AbortSignal) =>
    new Promise<ImageBitmap>((resolve, reject) => {
      const key = keyOf(place);
      const bitmap = {
        width: 512,
        height: 512,
        name: key,
        close: () => closed.push(key),
      } as unknown as ImageBitmap;
      const answer = async (ok = true) => {
        if (ok) resolve(bitmap);
        else reject(new Error("no"));
        await new Promise((done) => setTimeout(done));
      };
      asked.push({ key, signal, answer });
    });
  const tiles = new TileSource({
    pyramid: HUGE,
    base,
    load,
    ...(room ? { room } : {}),
  });
  const fulfil = async () => {
    for (let i = 0; i < asked.length; i++) if (!asked[i]!.signal.aborted) await asked[i]!.answer();
  };
  return { tiles, asked, closed, fulfil };
}
const names = (drawn: { bitmap: unknown }[]) => drawn.map(({ bitmap }) => (bitmap as { name: string }).name);
const NEAR = new Viewport(1, [-2000, -2000]);

describe("TileSource", () => {
  it("draws the coarse picture at once, then tiles as they come, then those alone", async () => {
    const { tiles, asked, fulfil } = source();
    const ready = vi.fn();
    const sharp = vi.fn();
    [tiles.onReady, tiles.onSharp] = [ready, sharp];
    const first = canvas();
    tiles.draw(first.ctx, NEAR, SCREEN);
    expect(names(first.drawn)).toEqual(["base"]);
    expect(asked).toHaveLength(0); // the server has not cut them yet
    tiles.begin();
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    // The middle is at (2500, 2350): in the lower right half of tile 4/4.
    expect(asked.map(({ key }) => key)).toEqual(["5/4/4", "5/5/4", "5/4/5", "5/5/5"]);
    expect(asked).toHaveLength(4);
    await asked[0]!.answer();
    expect(ready).toHaveBeenCalledTimes(2);
    const second = canvas();
    tiles.draw(second.ctx, NEAR, SCREEN);
    expect(names(second.drawn)).toEqual(["base", asked[0]!.key]);
    expect(sharp).not.toHaveBeenCalled();
    await fulfil();
    const last = canvas();
    tiles.draw(last.ctx, NEAR, SCREEN);
    expect(new Set(names(last.drawn))).toEqual(
      new Set(tilesIn(HUGE, 5, [2000, 2000, 3000, 2700]).map(keyOf)),
    );
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    expect(sharp).toHaveBeenCalledOnce();
  });

  it("asks no more for what left the sight, and closes it when it comes after all", async () => {
    const { tiles, asked, closed } = source();
    tiles.begin();
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    const before = asked.slice();
    tiles.draw(canvas().ctx, NEAR.panned(-6000, -5000), SCREEN);
    expect(before.every(({ signal }) => signal.aborted)).toBe(true);
    expect(asked.slice(4).every(({ signal }) => !signal.aborted)).toBe(true);
    expect(asked).toHaveLength(8);
    await before[0]!.answer();
    expect(closed).toEqual([before[0]!.key]);
  });

  it("keeps what was used last within its room, and all that is in sight whatever the room", async () => {
    const { tiles, closed, fulfil } = source(8 * 512 * 512 * 4);
    tiles.begin();
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    await fulfil();
    const there = canvas();
    tiles.draw(there.ctx, NEAR, SCREEN);
    expect(new Set(names(there.drawn)).has("base")).toBe(false);
    expect(closed).toEqual([]);
    const away = NEAR.panned(-6000, -5000);
    tiles.draw(canvas().ctx, away, SCREEN);
    await fulfil();
    tiles.draw(canvas().ctx, away, SCREEN);
    expect(closed.length).toBeGreaterThan(0);
    const back = canvas();
    tiles.draw(back.ctx, NEAR, SCREEN);
    expect(names(back.drawn)[0]).toBe("base");
  });

  it("a level that is there shows while a finer one is fetched", async () => {
    const { tiles, fulfil } = source();
    tiles.begin();
    const half = new Viewport(0.5, [-1000, -1000]);
    tiles.draw(canvas().ctx, half, SCREEN);
    await fulfil();
    const zoomed = canvas();
    tiles.draw(zoomed.ctx, NEAR, SCREEN);
    const drawn = names(zoomed.drawn);
    expect(drawn[0]).toBe("base");
    expect(drawn.slice(1).every((name) => name.startsWith("4/"))).toBe(true);
    expect(drawn.length).toBeGreaterThan(1);
  });

  it("a tile that fails is asked for three times, and the others still come", async () => {
    const { tiles, asked } = source();
    tiles.begin();
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    const bad = asked[0]!.key;
    for (let i = 0; i < asked.length; i++) await asked[i]!.answer(asked[i]!.key !== bad);
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    expect(asked.filter(({ key }) => key === bad)).toHaveLength(3);
    const drawn = canvas();
    tiles.draw(drawn.ctx, NEAR, SCREEN);
    expect(names(drawn.drawn)).toContain("base");
    expect(names(drawn.drawn)).not.toContain(bad);
  });

  it("tiles meet on whole device pixels, whatever the zoom and turn", async () => {
    const { tiles, fulfil } = source();
    tiles.begin();
    // So that the picture covers the screen however it is turned.
    const away = [
      [-900, -900],
      [900, -900],
      [900, 900],
      [-900, 900],
    ] as [number, number][];
    for (const turns of [0, 1, 2, 3]) {
      const view = new Viewport(0.777, [500.3, 350.7], { turns }).panned(...away[turns]!);
      tiles.draw(canvas(1.25).ctx, view, SCREEN);
      await fulfil();
      const { ctx, drawn } = canvas(1.25);
      tiles.draw(ctx, view, SCREEN);
      for (const { at, size } of drawn)
        expect(
          [...at, ...size].every((v) => Number.isInteger(v)),
          `${turns}`,
        ).toBe(true);
      expect(drawn.length).toBeGreaterThan(3);
    }
  });

  it("the minimap's drawing takes the coarse picture and cancels nothing", () => {
    const { tiles, asked } = source();
    tiles.begin();
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    const small = canvas(2);
    tiles.draw(small.ctx, new Viewport(148 / 11600, [0, 0], { minScale: 0 }), [148, 111]);
    expect(names(small.drawn)).toEqual(["base"]);
    expect(asked.some(({ signal }) => signal.aborted)).toBe(false);
  });

  it("disposed of, it closes what it keeps and fetches nothing", async () => {
    const { tiles, asked, closed } = source();
    tiles.begin();
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    await asked[0]!.answer();
    tiles.dispose();
    expect(closed).toEqual([asked[0]!.key]);
    expect(asked.slice(1).every(({ signal }) => signal.aborted)).toBe(true);
    const count = asked.length;
    tiles.draw(canvas().ctx, NEAR, SCREEN);
    expect(asked).toHaveLength(count);
  });
});
