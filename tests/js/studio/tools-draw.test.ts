import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cornerBox } from "@/studio/tools/_corners.ts";
import { NOTHING_HELD } from "@/studio/tools/index.ts";
import { bench, box, polygon, square, type Bench } from "./tools-bench.ts";

let b: Bench;
beforeEach(async () => {
  b = await bench();
});
afterEach(() => b.dispose());

describe("box", () => {
  beforeEach(() => b.press("r"));

  it("is dragged, shown live, added as one step with a name, and selected", () => {
    b.down([10, 20]);
    b.hover([60, 50]);
    expect(b.stage.previews).toMatchObject([{ type: "box", geometry: { xyxy: [10, 20, 60, 50] } }]);
    expect(b.toolbox.hint.value).toContain("50 × 30 px");
    expect(b.all()).toHaveLength(0);
    b.up([60, 50]);
    expect(b.only()).toMatchObject({ type: "box", label: "cat", geometry: { xyxy: [10, 20, 60, 50] } });
    expect(b.undoLabel()).toBe("Draw box");
    expect(b.stage.previews).toEqual([]);
    expect([...b.doc.selection.value]).toEqual([b.only().id]);
    b.press("z", { ctrlKey: true });
    expect(b.all()).toHaveLength(0);
    expect(b.doc.log.canUndo).toBe(false);
  });

  it("is drawn by two clicks, and a click in place adds nothing", () => {
    b.click([10, 20]);
    b.click([11, 21]);
    expect(b.all()).toHaveLength(0);
    b.click([30, 40]);
    expect(b.only().geometry).toMatchObject({ xyxy: [10, 20, 30, 40] });
  });

  it("stays on the picture", () => {
    b.drag([150, 50], [900, -40]);
    expect(b.only().geometry).toMatchObject({ xyxy: [150, 0, 200, 50] });
  });

  it("is dropped when it is thin, by Escape, and while no label is chosen", () => {
    b.drag([10, 10], [60, 11]);
    b.down([10, 10]);
    b.hover([60, 60]);
    b.press("Escape");
    b.up([60, 60]);
    b.label.set("");
    b.drag([10, 10], [60, 60]);
    expect(b.all()).toHaveLength(0);
    expect(b.said.at(-1)).toContain("Choose a label");
    expect(b.toolbox.active.value.id).toBe("box");
  });

  it("is drawn by keys alone", () => {
    b.hover([50, 50]);
    b.press("ArrowLeft"); // 10 screen pixels
    b.press("ArrowUp", { ctrlKey: true }); // 1 image pixel
    b.press(" ");
    b.press("ArrowRight", { shiftKey: true });
    b.press("ArrowDown");
    expect(b.stage.previews).toHaveLength(1);
    expect(b.press("Enter").defaultPrevented).toBe(true);
    expect(b.only().geometry).toMatchObject({ xyxy: [40, 49, 90, 59] });
  });

  it("may be one pixel when keys draw it", () => {
    b.hover([50, 50]);
    b.press("ArrowLeft");
    b.press(" ");
    b.press("ArrowRight", { ctrlKey: true });
    b.press("ArrowDown", { ctrlKey: true });
    b.press(" ");
    expect(b.only().geometry).toMatchObject({ xyxy: [40, 50, 41, 51] });
  });

  it("leaves Space to a button that has the focus, and takes it back with the arrows", () => {
    const button = document.createElement("button");
    document.body.append(button);
    b.hover([50, 50]);
    b.press("ArrowLeft");
    button.focus();
    const press = (key: string) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(press(" ")).toBe(false);
    expect(press("Enter")).toBe(false);
    expect(press("ArrowLeft")).toBe(true);
    expect(document.activeElement).toBe(b.stage.element);
    expect(press(" ")).toBe(true);
  });
  it("leaves Space to the stage while the mouse leads", () => {
    b.hover([50, 50]);
    expect(b.press(" ").defaultPrevented).toBe(false);
  });
});

describe("corners", () => {
  const held = (part: object) => ({ ...NOTHING_HELD, ...part });
  it.each([
    ["plain, drawn backwards", [60, 50], [10, 20], {}, [10, 20, 60, 50]],
    ["square", [10, 10], [40, 20], { shift: true }, [10, 10, 40, 40]],
    ["square that the picture ends", [10, 80], [60, 90], { shift: true }, [10, 80, 30, 100]],
    ["from the centre", [50, 50], [60, 70], { ctrl: true }, [40, 30, 60, 70]],
    ["from the centre near the edge", [5, 50], [60, 70], { ctrl: true }, [0, 30, 10, 70]],
    ["square from the centre", [50, 20], [60, 70], { ctrl: true, shift: true }, [30, 0, 70, 40]],
  ] as const)("%s", (_, anchor, at, mods, wanted) =>
    expect(cornerBox(anchor, at, held(mods), [200, 100])).toEqual(wanted),
  );
});

it("an ellipse is drawn into the box of its corners", () => {
  b.press("o");
  b.drag([20, 20], [60, 40]);
  expect(b.only()).toMatchObject({
    type: "ellipse",
    geometry: { center: [40, 30], radii: [20, 10], angle: 0 },
  });
});

it("a point is set by a click", () => {
  b.press("k");
  b.click([12, 34]);
  expect(b.only()).toMatchObject({ type: "point", geometry: { xy: [12, 34] } });
});

describe("rotated box", () => {
  beforeEach(() => b.press("R", { shiftKey: true }));
  it("takes an edge and a width", () => {
    b.click([50, 20]);
    b.click([50, 60]);
    b.hover([30, 40]);
    b.click([30, 40]);
    const { xyxy, angle } = b.only().geometry as { xyxy: number[]; angle: number };
    const [x1, y1, x2, y2] = xyxy as [number, number, number, number];
    // An upright edge of 40 and a width of 20 to its left, whichever of the two is called its width.
    expect([(x1 + x2) / 2, (y1 + y2) / 2]).toEqual([40, 40]);
    const turned = Math.abs(Math.round(angle) % 180) === 90;
    expect([x2 - x1, y2 - y1].map(Math.round)).toEqual(turned ? [40, 20] : [20, 40]);
  });
  it("reaches no further than the picture, and its edge may be dragged", () => {
    b.drag([20, 50], [80, 50]);
    b.click([50, 400]);
    expect(b.only().geometry).toMatchObject({ xyxy: [20, 50, 80, 100] });
  });
});

describe("a box by its extreme points", () => {
  beforeEach(() => b.press("X", { shiftKey: true }));

  it("is what lies between four clicks on the object, in any order, as one step", () => {
    b.click([60, 20]);
    b.click([30, 50]);
    b.click([30, 50]); // the second half of a double click
    b.hover([50, 70]);
    expect(b.stage.previews[0]).toMatchObject({ type: "box", geometry: { xyxy: [30, 20, 60, 70] } });
    b.click([90, 45]);
    expect(b.toolbox.hint.value).toContain("1 more side");
    expect(b.all()).toHaveLength(0);
    b.click([55, 80]);
    expect(b.only()).toMatchObject({ type: "box", label: "cat", geometry: { xyxy: [30, 20, 90, 80] } });
    expect(b.undoLabel()).toBe("Draw box");
    expect(b.toolbox.active.value.id).toBe("extreme");
  });
  it("takes points back, is dropped by Escape, and says when they make no box", () => {
    for (const at of [[60, 20], [30, 50], [90, 45]] as const) b.click(at); // prettier-ignore
    b.press("Backspace");
    expect(b.toolbox.hint.value).toContain("2 more sides");
    b.press("Escape");
    expect(b.stage.previews).toEqual([]);
    for (const x of [10, 30, 50, 70]) b.click([x, 40]);
    expect(b.all()).toHaveLength(0);
    expect(b.said.at(-1)).toContain("no box");
  });
  it("is drawn by keys alone", () => {
    b.hover([50, 50]);
    for (const arrow of ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"]) {
      b.press(arrow);
      b.press(" ");
    }
    expect(b.only().geometry).toMatchObject({ xyxy: [40, 40, 50, 50] });
  });
});

describe("polygon", () => {
  beforeEach(() => b.press("p"));
  it("closes by a click on the first point", () => {
    for (const at of [
      [10, 10],
      [60, 10],
      [60, 60],
    ] as const)
      b.click(at);
    expect(b.stage.previews).toMatchObject([{ type: "polygon" }]);
    b.click([13, 12]);
    expect(b.only().geometry).toEqual({
      rings: [
        [
          [10, 10],
          [60, 10],
          [60, 60],
        ],
      ],
    });
    expect(b.undoLabel()).toBe("Draw polygon");
  });
  it("takes points back, by key and by right click, and closes by Enter", () => {
    for (const at of [
      [10, 10],
      [60, 10],
      [60, 60],
      [10, 60],
      [30, 80],
    ] as const)
      b.click(at, { ctrl: true });
    b.press("Backspace");
    b.click([90, 90], {}, 2);
    b.press("Enter");
    expect(b.only().geometry).toEqual({
      rings: [
        [
          [10, 10],
          [60, 10],
          [60, 60],
        ],
      ],
    });
  });
  it("finishes by a double click without doubling the point", () => {
    for (const at of [
      [10, 10],
      [60, 10],
      [60, 60],
      [60, 60],
    ] as const)
      b.click(at);
    b.doubleClick([60, 60]);
    expect(b.only().geometry).toEqual({
      rings: [
        [
          [10, 10],
          [60, 10],
          [60, 60],
        ],
      ],
    });
  });
  it("says what is missing, and Escape drops it", () => {
    b.click([10, 10]);
    b.click([60, 10]);
    b.press("Enter");
    expect(b.said.at(-1)).toContain("at least 3 points");
    b.press("Escape");
    expect(b.toolbox.active.value.id).toBe("polygon");
    b.press("Escape");
    expect(b.toolbox.active.value.id).toBe("select");
    expect(b.all()).toHaveLength(0);
  });
  it("undo takes back its last point before anything else", () => {
    b.put(box("x", 100, 20, 180, 80));
    b.click([10, 10]);
    b.click([60, 10]);
    b.press("z", { ctrlKey: true });
    b.click([60, 90]);
    b.click([10, 90]);
    b.press("Enter");
    expect(b.all()[1]?.geometry).toEqual({
      rings: [
        [
          [10, 10],
          [60, 90],
          [10, 90],
        ],
      ],
    });
    b.press("z", { ctrlKey: true });
    expect(b.all()).toHaveLength(1);
  });
  it("is drawn freehand with Shift", () => {
    const way = Array.from({ length: 60 }, (_, i) => {
      const turn = (i / 60) * 2 * Math.PI;
      return [50 + 30 * Math.cos(turn), 50 + 30 * Math.sin(turn)] as const;
    });
    b.drag([80, 50], [80, 50], { shift: true }, way);
    const { rings } = b.only().geometry as { rings: number[][][] };
    // 188 pixels around, a point every 4 or so.
    expect(rings[0]?.length).toBeGreaterThan(25);
    expect(rings[0]?.length).toBeLessThan(60);
  });
  it("snaps to vertices first, then to outlines, unless Ctrl is held or snapping is off", () => {
    b.put(box("x", 100, 20, 180, 80));
    b.click([104, 23]);
    b.click([140, 17]);
    b.click([140, 5]);
    b.press("Enter");
    b.click([104, 23], { ctrl: true });
    b.click([140, 17], { ctrl: true });
    b.click([140, 5], { ctrl: true });
    b.press("Enter");
    b.ctx.snap.set(false);
    b.click([104, 23]);
    b.click([140, 17]);
    b.click([140, 5]);
    b.press("Enter");
    const drawn = b.all().filter(({ type }) => type === "polygon");
    expect(drawn.map(({ geometry }) => (geometry as { rings: unknown[] }).rings[0])).toEqual([
      [
        [100, 20],
        [140, 20],
        [140, 5],
      ],
      [
        [104, 23],
        [140, 17],
        [140, 5],
      ],
      [
        [104, 23],
        [140, 17],
        [140, 5],
      ],
    ]);
  });
  it("does not snap to what is hidden", () => {
    b.put(box("x", 100, 20, 180, 80));
    b.ctx.hidden.set(new Set(["x"]));
    for (const at of [
      [104, 23],
      [140, 17],
      [140, 5],
    ] as const)
      b.click(at);
    b.press("Enter");
    expect(b.geometry(b.all()[1]?.id ?? "")).toEqual({
      rings: [
        [
          [104, 23],
          [140, 17],
          [140, 5],
        ],
      ],
    });
  });
  it("is drawn by keys alone, and N takes the tool up again", () => {
    b.hover([50, 50]);
    b.press("ArrowRight");
    b.press(" ");
    b.press("ArrowRight", { shiftKey: true });
    b.press(" ");
    b.press("ArrowUp");
    b.press(" ");
    b.press("n");
    expect(b.only().geometry).toEqual({
      rings: [
        [
          [60, 50],
          [110, 50],
          [110, 40],
        ],
      ],
    });
    b.press("v");
    b.press("n");
    expect(b.toolbox.active.value.id).toBe("polygon");
  });
});

it("a line takes two points and Enter", () => {
  b.press("l");
  b.click([10, 10]);
  b.click([60, 10]);
  b.press("Enter");
  expect(b.only()).toMatchObject({
    type: "polyline",
    geometry: {
      points: [
        [10, 10],
        [60, 10],
      ],
    },
  });
});

it("a ring cuts a hole into the selected polygon, or adds a part", () => {
  b.put(polygon("p", square(10, 10, 90, 90)));
  b.press("P", { shiftKey: true });
  b.click([30, 30]);
  expect(b.said.at(-1)).toContain("Select one polygon");
  b.select("p");
  for (const at of [
    [30, 30],
    [60, 30],
    [60, 60],
  ] as const)
    b.click(at);
  b.press("Enter");
  expect(b.undoLabel()).toBe("Cut hole into polygon");
  for (const at of [
    [120, 30],
    [160, 30],
    [160, 60],
  ] as const)
    b.click(at);
  b.press("Enter");
  expect(b.undoLabel()).toBe("Add part to polygon");
  expect((b.geometry("p") as { rings: unknown[] }).rings).toHaveLength(3);
});

it("a new shape lies on top of what was put in order", () => {
  b.put({ ...box("x", 10, 10, 50, 50), metadata: { z: 4 } });
  b.press("r");
  b.drag([60, 10], [90, 50]);
  expect(b.all()[1]?.metadata).toEqual({ z: 4 });
});

it("a view turned and enlarged draws where one points", () => {
  b.stage.viewport.set(b.stage.viewport.value.zoomed(2, [0, 0]));
  b.press("r");
  b.drag([20, 20], [100, 60]);
  expect(b.only().geometry).toMatchObject({ xyxy: [10, 10, 50, 30] });
});
