// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { leftOut } from "@/pages/dataset/exports";
import { wayOf } from "@/pages/pipeline/cycle-path";
import { fateOf } from "@/pages/pipeline/deliveries";
import { feed, type FeedEvent } from "@/lib/feed";
import { endedAt, looseBlock, waysOn } from "@/pages/pipeline/loose-ends";
import { createGraphView, fitted } from "@/pipeline_editor/canvas/drawing";
import { fitText, textWidth } from "@/pipeline_editor/graph/geometry";
import { shown, type PathExecution } from "@/pipeline_editor/io/api";
import { GRAPH, node, TYPES } from "../pipeline_editor/made";
import { drawSide, nodeOf, settingWords, type SideState } from "@/pages/pipeline/side";
import { ItemNames } from "@/pages/pipeline/item-names";
import { startNodes } from "@/pages/pipeline/run-items";
import { partWords } from "@/pipeline_editor/forms/revisions";
import { paceWords, tallyOf } from "@/pipeline_editor/canvas/tally";
import { readersAmong } from "@/pipeline_editor/graph/readers";

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

describe("values in the run view", () => {
  const id = (n: number) => `01a21ed0-f145-7271-a244-3a83c3fdac8${n}`;
  it("are names where there are some, else how many, never lists of ids", () => {
    expect(shown([id(1), id(2)], { [id(1)]: "a.png", [id(2)]: "b.png" })).toBe("a.png, b.png");
    expect(shown([id(1), id(2)], { [id(1)]: "a.png" })).toBe("2");
    expect(shown(["a", "b"], {})).toBe('["a","b"]');
    expect(shown([], {})).toBe("[]");
  });
  it("tell of each execution which item it was about", async () => {
    const executions = [
      {
        id: "1",
        status: "done",
        inputs: { item: id(1) },
        error: "",
        wait_reason: "",
        action: "completed",
      },
      {
        id: "2",
        status: "failed",
        inputs: { item: id(2) },
        error: "Too dark.",
        wait_reason: "",
        action: "",
      },
    ];
    const named = { items: [{ id: id(1), filename: "/a.png" }] };
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: string) => {
      asked.push(new URL(url, "http://house").pathname);
      if (url.includes("/executions/"))
        return Promise.resolve(Response.json({ items: executions, next: null }));
      if (url.includes("/items/query/")) return Promise.resolve(Response.json(named));
      return Promise.resolve(Response.json({ items: [], next: null }));
    });
    const ports = {
      label: { inputs: [port("item", "Item")], outputs: [], actions: {} },
    };
    const pipeline = { id: "p", graph: GRAPH, ports, counters: {} };
    const state = {
      ...{
        projectId: "p",
        pipeline,
        types: TYPES,
        triggers: [],
        problems: [],
        names: {},
        canEdit: true,
      },
      items: new ItemNames("p"),
    } as unknown as SideState;
    const host = document.createElement("aside");
    document.body.append(host);
    drawSide(host, state, "label");
    const lines = () => [...host.querySelectorAll(".execution-line .clip")].map((one) => one.textContent);
    await vi.waitFor(() => expect(lines()).toEqual(["/a.png · completed", "Too dark."]));
    expect(asked.filter((path) => path.endsWith("/items/query/"))).toHaveLength(1);
    host.remove();
    vi.unstubAllGlobals();
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

describe("the numbers of a node", () => {
  const marks = (counts: Parameters<typeof tallyOf>[0]) => tallyOf(counts).map((one) => one.text);
  it("tell those that wait beside those at work", () => {
    expect(marks({ ready: 1, running: 2, waiting: 90, done: 5 })).toEqual(["▸ 3", "◷ 90", "✓ 5", "✕ 0"]);
    expect(marks({ waiting: 90, failed: 1 })).toEqual(["◷ 90", "✓ 0", "✕ 1"]);
    expect(marks({})).toEqual(["▸ 0", "✓ 0", "✕ 0"]);
  });
  it("keep from each other within the node, even when all are large", () => {
    const view = createGraphView({
      graph: GRAPH,
      faceOf: (one) => TYPES.find((type) => type.type === one.type),
    });
    view.setCounts({
      raw: { running: 26, waiting: 1200, done: 46_508, failed: 12 },
    });
    const texts = [...view.element.querySelectorAll('[data-node="raw"] .ct')];
    const spans = texts.map((text) => {
      const x = Number(text.getAttribute("x"));
      return [x, x + textWidth(text.firstChild?.textContent ?? "", 12, true)] as const;
    });
    expect(spans).toHaveLength(4);
    spans.slice(1).forEach(([start], i) => expect(start).toBeGreaterThan(spans[i]?.[1] ?? Infinity));
    expect(spans.at(-1)?.[1]).toBeLessThanOrEqual(176);
  });
  it("say how fast it goes, of the last hour where the last minute brought nothing", () => {
    expect(paceWords({ minute: 12, hour: 300 })).toBe("12 a minute");
    expect(paceWords({ minute: 0, hour: 300 })).toBe("300 an hour");
    expect(paceWords(undefined)).toBe("");
    const view = createGraphView({
      graph: GRAPH,
      faceOf: (one) => TYPES.find((type) => type.type === one.type),
    });
    view.setPace({ label: { minute: 3, hour: 9 } });
    const said = (id: string) =>
      view.element.querySelector(`[data-node="${id}"] .pace`)?.firstChild?.textContent;
    expect([said("label"), said("raw")]).toEqual(["3 a minute", undefined]);
  });
});

describe("a variable in the run view", () => {
  it("reaches the nodes that read it and those that set it, which stand out in the graph", () => {
    const nodes = [...GRAPH.nodes, node("set", "update_variable", { config: { variable: "Best" } })];
    expect(readersAmong(nodes, "Best")).toEqual(["train", "set"]);
    const view = createGraphView({
      graph: GRAPH,
      faceOf: (one) => TYPES.find((type) => type.type === one.type),
    });
    const marked = () =>
      [...view.element.querySelectorAll(".nd.marked")].map((one) => one.getAttribute("data-node"));
    view.mark(readersAmong(GRAPH.nodes, "Best"));
    expect(marked()).toEqual(["train"]);
    view.mark([]);
    expect(marked()).toEqual([]);
  });
});

describe("places in the graph", () => {
  const name = (id: string) => ({ raw: "Raw Data", label: "Labeling" })[id] ?? id;
  it("are named as they were drawn, not by ids", () => {
    const [way] = GRAPH.connections;
    expect(partWords({ ...way, action: "completed" }, name)).toBe("Raw Data → Labeling, when completed");
    expect(partWords({ ...way, action: null }, name)).toBe("Raw Data → Labeling");
    const trigger = {
      id: "t",
      node: "raw",
      kind: "event",
      spec: { resource: "Item" },
      mode: "once",
    };
    expect(partWords(trigger, name)).toBe("item created, once, at Raw Data");
    expect(partWords({ id: "raw", name: "Raw Data" }, name)).toBe("Raw Data");
  });
  it("are where a problem is: of a connection where it leads, of a trigger where it starts", () => {
    const problem = { code: "x", message: "", level: "error" as const };
    expect(nodeOf({ ...problem, connection: "raw.item-label.item" }, GRAPH)).toBe("label");
    expect(nodeOf({ ...problem, trigger: "new" }, GRAPH)).toBe("raw");
    expect(nodeOf({ ...problem, variable: "Raw" }, GRAPH)).toBeNull();
  });
  it("that items may begin at are those of events and of people", () => {
    const { triggers = [] } = GRAPH;
    const clock = { id: "clock", node: "train", kind: "cron", spec: {} };
    expect(startNodes({ ...GRAPH, triggers: [...triggers, clock] })).toEqual([{ id: "raw", name: "RAW" }]);
  });
});

describe("the panel of a running pipeline", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("follows what happens, and leaves the rest of itself as it stands", () => {
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ items: [], next: null })));
    const cycles = {
      pending: 0,
      running: 1,
      waiting: 0,
      done: 2,
      failed: 0,
      cancelled: 0,
    };
    const pipeline = {
      id: "p",
      description: "",
      graph: GRAPH,
      ports: {},
      counters: {},
      cycles,
      failed: 0,
    };
    const state = {
      ...{
        projectId: "p",
        pipeline,
        types: TYPES,
        triggers: [],
        problems: [],
        names: {},
        canEdit: true,
      },
      ...{
        selectNode: vi.fn(),
        openVariable: vi.fn(),
        reload: () => Promise.resolve(),
      },
    } as unknown as SideState;
    const host = document.createElement("aside");
    document.body.append(host);
    const live = drawSide(host, state, null);
    const title = host.querySelector("h2");
    const facts = () => [...host.querySelectorAll("dd")].map((one) => one.textContent);
    expect(facts()).toEqual(["1", "0", "2", "0", "0"]);
    const next = {
      ...pipeline,
      cycles: { ...cycles, running: 0, failed: 1 },
      failed: 3,
    };
    live({ ...state, pipeline: next } as SideState);
    expect(facts()).toEqual(["0", "0", "2", "1", "0"]);
    expect(host.textContent).toContain("3 failed steps");
    expect(host.querySelector("h2")).toBe(title);
    host.remove();
  });
});
