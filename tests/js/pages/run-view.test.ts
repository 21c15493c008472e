// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { leftOut } from "@/pages/dataset/exports";
import { wayOf } from "@/pages/pipeline/cycle-path";
import { fateOf } from "@/pages/pipeline/deliveries";
import { feed, type FeedEvent } from "@/lib/feed";
import { endedAt, looseBlock, waysOn } from "@/pages/pipeline/loose-ends";
import { createGraphView, fitted } from "@/pipeline_editor/canvas/drawing";
import { fitText, textWidth } from "@/pipeline_editor/graph/geometry";
import type { PathExecution } from "@/pipeline_editor/io/api";
import { GRAPH, node, TYPES } from "../pipeline_editor/made";
import { settingWords } from "@/pages/pipeline/side";

const port = (name: string, type: string) => ({ name, type });

describe("the way back in", () => {
  const graph = {
    nodes: [node("label", "task"), node("review", "task"), node("train", "train"), node("fixed", "task")],
    connections: [
      {
        id: "a",
        source: { node: "label", port: "item" },
        target: { node: "review", port: "item" },
        action: "completed",
      },
    ],
  };
  const item = {
    inputs: [port("item", "Item")],
    outputs: [port("item", "Item")],
    actions: {},
  };
  const ports = {
    label: item,
    review: item,
    train: { inputs: [port("model", "Model")], outputs: [], actions: {} },
    fixed: { ...item },
  };

  it("is by the node's own connections first, then by every free input that takes what it gives", () => {
    const ways = waysOn({ id: "p", graph, ports }, "label");
    expect(ways.map((way) => way.target)).toEqual([
      { connection: "a" },
      { to_node: "label", to_port: "item" },
      { to_node: "fixed", to_port: "item" },
    ]);
    expect(ways[0]?.words).toBe("REVIEW, as if completed");
  });
  it("names what ended by its node and action, or by having none: no list of ids, however many there are", () => {
    const end = { node: "label", count: 90_000, last: null };
    expect(endedAt({ ...end, action: "discard" }, "Label").which).toEqual({
      node: "label",
      action: "discard",
    });
    expect(endedAt({ ...end, action: "" }, "Label")).toEqual({
      node: "label",
      words: "Label",
      count: 90_000,
      which: { node: "label", without_action: true },
    });
  });
  it("is none where nothing takes it", () => {
    expect(waysOn({ id: "p", graph, ports }, "train")).toEqual([]);
  });
});

describe("what ended on a loose end", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("is read anew when a job that sends it on has news, and no more once the panel is gone", async () => {
    let tell: (events: FeedEvent[]) => void = () => undefined;
    const off = vi.fn();
    vi.spyOn(feed, "watch").mockImplementation((_, heard) => {
      tell = heard;
      return off;
    });
    let items = [{ node: "label", action: "", count: 90_000, last: null }];
    const fetched = vi.fn(() => Promise.resolve(Response.json({ items, next: null })));
    vi.stubGlobal("fetch", fetched);
    const graph = { nodes: [node("label", "task")], connections: [] };
    const pipeline = { id: "p", graph, ports: {} };
    const block = looseBlock({ pipeline, canEdit: true, reload: () => Promise.resolve() }, "label");
    document.body.append(block);
    await vi.waitFor(() => expect(block.hidden).toBe(false));
    items = [];
    tell([
      {
        type: "job.status",
        data: { kind: "models.train" },
      } as unknown as FeedEvent,
    ]);
    expect(fetched).toHaveBeenCalledTimes(1);
    tell([
      {
        type: "job.status",
        data: { kind: "pipelines.send_on" },
      } as unknown as FeedEvent,
    ]);
    await vi.waitFor(() => expect(block.hidden).toBe(true));
    block.remove();
    tell([
      {
        type: "job.status",
        data: { kind: "pipelines.send_on" },
      } as unknown as FeedEvent,
    ]);
    expect([off.mock.calls.length, fetched.mock.calls.length]).toEqual([1, 2]);
  });
});

describe("a cycle's way", () => {
  const step = (node_id: string, status: string, ...by: string[]) =>
    ({
      node_id,
      status,
      came_by: by.map((connection) => ({ connection })),
    }) as unknown as PathExecution;
  const way = wayOf([
    step("raw", "done"),
    step("label", "done", "raw.item-label.item"),
    step("label", "failed", "raw.item-label.item"),
  ]);

  it("numbers the steps of a node, and tells the visit that needs a hand", () => {
    expect(way.nodes.get("label")).toEqual({ steps: [2, 3], status: "failed" });
    expect([...way.connections]).toEqual(["raw.item-label.item"]);
  });
  it("is drawn on the graph and taken away again", () => {
    const view = createGraphView({
      graph: GRAPH,
      faceOf: (one) => TYPES.find((type) => type.type === one.type),
    });
    view.trace(way);
    const marked = [...view.element.querySelectorAll(".nd.way")].map((one) => one.getAttribute("data-node"));
    expect(marked).toEqual(["raw", "label"]);
    expect(view.element.querySelectorAll(".e.way")).toHaveLength(1);
    expect([...view.element.querySelectorAll(".way-step text")].map((one) => one.textContent)).toEqual([
      "1",
      "2, 3",
    ]);
    view.trace(null);
    expect(view.element.querySelectorAll(".way, .way-step")).toHaveLength(0);
  });
});

describe("words of the run view", () => {
  it("say what became of what was sent", () => {
    const row = {
      state: "failed",
      attempts: 1,
      status_code: 404,
      error: "It answered with 404.",
      next_at: null,
    };
    expect(fateOf({ ...row, state: "failed" as const })).toBe("1 try · answer 404 · It answered with 404.");
    expect(
      fateOf({
        ...row,
        state: "delivered" as const,
        attempts: 3,
        status_code: 200,
        error: "",
      }),
    ).toBe("3 tries · answer 200");
  });
  it("say what a file leaves out", () => {
    expect(leftOut({})).toBe("nothing");
    expect(leftOut({ "no masks": 1, "no points": 2 })).toBe(
      "1 annotation: no masks; 2 annotations: no points",
    );
  });
  it("fit their place", () => {
    expect(fitText("item", 100)).toBe("item");
    const cut = fitText("a very long name of a node", 80, 13, true);
    expect(cut.endsWith("…")).toBe(true);
    expect(textWidth(cut, 13, true)).toBeLessThanOrEqual(80);
  });
});

describe("settings in the run view", () => {
  it("are read as words, also the groups of a split", () => {
    const groups = [
      { name: "train", percent: 80 },
      { name: "test", percent: 20 },
    ];
    expect(settingWords(groups)).toBe("train 80, test 20");
    expect(settingWords(["a", "b"])).toBe("a, b");
    expect(settingWords([])).toBe("none");
    expect(settingWords([{ deep: { more: 1 } }])).toBe('{"deep":{"more":1}}');
    expect(settingWords(false)).toBe("no");
    expect(settingWords(undefined)).toBe("not set");
  });
});

describe("what is seen at first", () => {
  const small = { x: 10, y: 20, width: 200, height: 100 };
  it("is a small graph at its own size, in the middle", () => {
    expect(fitted(small, 800, 300)).toEqual({
      x: -190,
      y: -80,
      width: 600,
      height: 300,
    });
  });
  it("is a large graph made smaller, and one whose page is not laid out yet as it is", () => {
    expect(fitted(small, 150, 300)).toEqual(small);
    expect(fitted(small, 0, 0)).toEqual(small);
  });
});
