// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { align, autoLayout, distribute, type Placed } from "@/pipeline_editor/graph/arrange";
import { accepts, PORT_TYPES, spreads, whyNot } from "@/pipeline_editor/graph/ports";
import * as acts from "@/pipeline_editor/state/acts";
import { copy, parseClip, paste } from "@/pipeline_editor/state/clipboard";
import { paletteGroups } from "@/pipeline_editor/palette/groups";
import { GRAPH, node, opened, TYPES } from "./made";

const read = (name: string) =>
  JSON.parse(readFileSync(join(process.cwd(), `../tests/vectors/${name}.json`), "utf-8")) as Record<
    string,
    string[]
  >;
const vectors = read("ports");

describe("what may be connected", () => {
  it("is the engine's rule, for every pair of types", () => {
    expect(Object.keys(vectors)).toEqual([...PORT_TYPES]);
    for (const target of PORT_TYPES)
      expect(PORT_TYPES.filter((source) => accepts(target, source))).toEqual(vectors[target]);
  });

  it("lets a list feed what takes one of its elements, by the engine's rule", () => {
    const lists = read("spreads");
    for (const target of PORT_TYPES)
      expect(PORT_TYPES.filter((source) => spreads(target, source))).toEqual(lists[target]);
    const port = (type: string) => ({ node: "N", port: { name: "p", type } });
    expect(whyNot(port("Item[]"), port("Item"))).toBeNull();
    expect(whyNot(port("Item"), port("Item[]"))).toContain("takes Item[]");
  });

  it("says in words why not", () => {
    const { doc, faces } = opened();
    const fault = acts.connect(
      doc,
      faces,
      { node: "label", port: "item", action: "completed" },
      { node: "train", port: "model" },
    );
    expect(fault).toBe('LABEL gives Item, where "model" of TRAIN takes Model.');
    expect(doc.graph()).toEqual(GRAPH);
  });

  it("refuses the same connection twice, and takes another action of the same ports", () => {
    const { doc, faces } = opened();
    const to = { node: "label", port: "item" };
    expect(acts.connect(doc, faces, { node: "raw", port: "item", action: null }, to)).toContain("already");
    expect(acts.connect(doc, faces, { node: "label", port: "item", action: "discard" }, to)).toBeNull();
    expect(doc.values("connection").at(-1)?.id).toBe("label.item.discard-label.item");
  });

  it("takes away the variable an input had, and gives it back with undo", () => {
    const { doc, faces } = opened();
    acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
    acts.connect(
      doc,
      faces,
      { node: "train_2", port: "model", action: null },
      { node: "train", port: "model" },
    );
    expect(doc.get("node", "train")?.inputs).toEqual({});
    doc.log.undo();
    expect(doc.get("node", "train")?.inputs).toEqual({ model: { variable: "Best" } });
    expect(doc.values("connection")).toHaveLength(1);
  });
});

describe("acts on the draft", () => {
  it("undo and redo of many acts end where they began", () => {
    const { doc, faces } = opened();
    acts.addNode(doc, TYPES[1]!, { x: 14, y: 26 });
    acts.connect(
      doc,
      faces,
      { node: "label", port: "item", action: "completed" },
      { node: "task", port: "item" },
    );
    acts.setInput(doc, "train", "model", { fixed: null });
    acts.group(doc, ["raw", "label"]);
    acts.addNote(doc, { x: 0, y: 0 });
    acts.remove(doc, ["n:label"]);
    acts.move(doc, new Map([["n:raw", { x: 90, y: 90 }]]));
    const after = doc.graph();
    let steps = 0;
    while (doc.log.undo()) steps += 1;
    expect(steps).toBe(7);
    const sorted = (graph: typeof after) => ({
      ...graph,
      nodes: [...graph.nodes].sort((a, b) => a.id.localeCompare(b.id)),
      triggers: graph.triggers,
    });
    expect(sorted(doc.graph())).toEqual(sorted(GRAPH));
    while (doc.log.redo()) steps -= 1;
    expect(steps).toBe(0);
    expect(sorted(doc.graph())).toEqual(sorted(after));
  });

  it("a node goes with its connections, triggers and place in groups", () => {
    const { doc } = opened();
    acts.group(doc, ["raw", "label"]);
    acts.remove(doc, ["n:raw"]);
    expect(doc.graph().connections).toEqual([]);
    expect(doc.graph().triggers).toEqual([]);
    expect(doc.graph().groups).toEqual([{ id: "group", name: "Group", nodes: ["label"] }]);
    acts.remove(doc, ["n:label"]);
    expect(doc.graph().groups).toBeUndefined();
  });

  it("a node is in one group at most", () => {
    const { doc } = opened();
    acts.group(doc, ["raw", "label"]);
    acts.group(doc, ["label", "train"]);
    expect(doc.values("group").map((one) => one.nodes)).toEqual([["raw"], ["label", "train"]]);
  });

  it("ids and names are free ones", () => {
    const { doc } = opened();
    const made = [
      acts.addNode(doc, TYPES[2]!, { x: 13, y: 8 }),
      acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 }),
    ];
    expect(made.map((one) => one.id)).toEqual(["train_2", "train_3"]);
    expect(made.map((one) => one.name)).toEqual(["Train", "Train 2"]);
    expect(made[0]?.position).toEqual({ x: 10, y: 10 });
  });

  it("a variable is renamed wherever it is named, ports that bear its name too", () => {
    const setter = node("set", "task", { config: { variable: "Best", type: "Model" } });
    const { doc } = opened({
      ...GRAPH,
      nodes: [...GRAPH.nodes, setter],
      connections: [
        {
          id: "a",
          source: { node: "train", port: "model" },
          target: { node: "set", port: "Best" },
          action: null,
          condition: "{}",
        },
      ],
      triggers: [{ id: "n", node: "train", kind: "every_n", spec: { n: 5, dataset: { variable: "Raw" } } }],
    });
    const key = (name: string) => doc.variable(name)?.id ?? "";
    expect(acts.renameVariable(doc, key("Best"), "Raw")).toBe('There is a variable "Raw" already.');
    expect(acts.readersOf(doc, "Best")).toEqual(["train", "set"]);
    const before = key("Best");
    expect(acts.renameVariable(doc, before, "Champion")).toBeNull();
    expect(acts.renameVariable(doc, key("Raw"), "Pool")).toBeNull();
    expect(key("Champion")).toBe(before);
    expect(doc.get("node", "train")?.inputs).toEqual({ model: { variable: "Champion" } });
    expect(doc.get("node", "set")?.config).toEqual({ variable: "Champion", type: "Model" });
    expect(doc.get("connection", "a")?.target.port).toBe("Champion");
    expect(doc.get("trigger", "n")?.spec).toEqual({ n: 5, dataset: { variable: "Pool" } });
  });
});

describe("the clipboard", () => {
  it("brings nodes, what connects them and the variables they name into another pipeline", () => {
    const { doc } = opened();
    const text = copy(doc, new Set(["n:raw", "n:label"]), "p1");
    const other = opened({ nodes: [node("raw", "dataset")], connections: [] });
    const clip = parseClip(text ?? "");
    const made = paste(other.doc, clip!, { x: 500, y: 200 }, "p2");
    expect(made).toEqual(["n:raw_2", "n:label"]);
    const graph = other.doc.graph();
    expect(graph.nodes.map((one) => [one.id, one.name, one.position.x])).toEqual([
      ["raw", "RAW", 0],
      ["raw_2", "RAW 2", 500],
      ["label", "LABEL", 800],
    ]);
    expect(graph.connections.map((one) => [one.source.node, one.target.node])).toEqual([["raw_2", "label"]]);
    expect(graph.variables?.map((one) => one.name)).toEqual(["Raw"]);
    other.doc.log.undo();
    expect(other.doc.graph().nodes).toHaveLength(1);
  });

  it("brings along what starts the nodes, under ids of its own", () => {
    const { doc } = opened();
    const spec = { n: 5, dataset: { variable: "Best" } };
    doc.put("trigger", { id: "enough", node: "label", kind: "every_n", spec }, {});
    doc.put("trigger", { id: "other", node: "train", kind: "manual", spec: {} }, {});
    const clip = parseClip(copy(doc, new Set(["n:raw", "n:label"]), "p1") ?? "")!;
    paste(doc, clip, { x: 0, y: 400 }, "p1");
    const triggers = doc.values("trigger").map((one) => [one.id, one.node]);
    expect(triggers).toEqual([
      ["new", "raw"],
      ["enough", "label"],
      ["other", "train"],
      ["new_2", "raw_2"],
      ["enough_2", "label_2"],
    ]);
    expect(clip.variables.map((one) => one.name)).toEqual(["Raw", "Best"]);
  });

  it("leaves values of another project's things behind, and keeps them in its own", () => {
    const { doc } = opened();
    const clip = parseClip(copy(doc, new Set(["n:train"]), "p1") ?? "")!;
    const value = (project: string) => {
      const there = opened({ nodes: [], connections: [] });
      paste(there.doc, clip, { x: 0, y: 0 }, project);
      return there.doc.variable("Best")?.value.value;
    };
    expect([value("p1"), value("p2")]).toEqual(["m1", null]);
  });

  it("takes no other text for its own", () => {
    expect(parseClip("hello")).toBeNull();
    expect(parseClip('{"alp": "other"}')).toBeNull();
    expect(parseClip('{"alp" broken')).toBeNull();
  });
});

describe("arranging", () => {
  const box = (id: string, x = 0, y = 0): Placed => ({ id, x, y, width: 100, height: 40 });

  it("lays a chain with a way back from left to right, nothing on top of another", () => {
    const nodes = ["a", "b", "c", "d", "alone"].map((id) => box(id));
    const links = [
      ["a", "b"],
      ["b", "c"],
      ["b", "d"],
      ["c", "a"],
    ] as const;
    const at = autoLayout(nodes, links);
    const x = (id: string) => at.get(id)?.x ?? NaN;
    expect(x("a") < x("b") && x("b") < x("c")).toBe(true);
    expect(x("c")).toBe(x("d"));
    const all = [...at.values()];
    for (const [i, one] of all.entries())
      for (const other of all.slice(i + 1))
        expect(Math.abs(one.x - other.x) >= 100 || Math.abs(one.y - other.y) >= 40).toBe(true);
  });

  it("aligns and distributes", () => {
    const nodes = [box("a", 0, 0), box("b", 130, 70), box("c", 400, 10)];
    expect([...align(nodes, "right").values()].map((spot) => spot.x)).toEqual([400, 400, 400]);
    expect([...distribute(nodes, "x").values()].map((spot) => spot.x)).toEqual([0, 200, 400]);
    expect(distribute(nodes.slice(1), "x").size).toBe(0);
  });
});

describe("the palette", () => {
  it("shows the newest version, finds by words and knows when there is nothing", () => {
    const newer = { ...TYPES[1]!, version: 2 };
    expect(paletteGroups([...TYPES, newer], "task")).toEqual([["Data", [newer]]]);
    expect(paletteGroups(TYPES, "nothing like it")).toEqual([]);
  });
  it("puts what is called so before what only mentions it, whatever its group", () => {
    const [first] = TYPES;
    const mentions = { ...first!, type: "embed", title: "Embed", category: "Data", doc: "With an encoder." };
    const called = { ...first!, type: "code", title: "Code", category: "Code", doc: "" };
    const titles = (text: string) =>
      paletteGroups([mentions, called], text).flatMap(([, members]) => members.map(({ title }) => title));
    expect(titles("code")).toEqual(["Code", "Embed"]);
    expect(titles("")).toEqual(["Embed", "Code"]);
  });
});
