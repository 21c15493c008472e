// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AlpApiError } from "@/lib/http";
import type { Graph } from "@/pipeline_editor/graph/types";
import * as acts from "@/pipeline_editor/state/acts";
import { Draft, type Kept, type SaveBody } from "@/pipeline_editor/state/draft";
import { GRAPH, opened, TYPES } from "./made";

/** A server that keeps one draft, as the real one does. */
class Server {
  version = 1;
  graph: Graph = GRAPH;
  bodies: SaveBody[] = [];
  fail: Error | null = null;
  loseAnswer = false;
  send = async (body: SaveBody) => {
    if (this.fail) throw this.fail;
    if (body.draft_version !== this.version) throw new AlpApiError("draft_moved", "moved", 412);
    this.bodies.push(body);
    this.version += 1;
    this.graph = body.graph;
    if (this.loseAnswer) {
      this.loseAnswer = false;
      throw new AlpApiError("network", "The server cannot be reached.", 0);
    }
    return { graph: this.graph, version: this.version };
  };
  fetch = async () => ({ graph: this.graph, version: this.version });
}

function drafting(server = new Server(), kept: { value: Kept | null } = { value: null }) {
  const { doc } = opened(server.graph);
  const draft = new Draft(doc, server.version, {
    send: server.send,
    fetch: server.fetch,
    keep: (next) => (kept.value = next),
    kept: () => kept.value,
  });
  return { doc, draft, server, kept };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the draft's saving", () => {
  it("sends once after a pause, and keeps edits in the browser until they are acknowledged", async () => {
    const { doc, draft, server, kept } = drafting();
    acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
    acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
    expect(draft.state.value.kind).toBe("pending");
    expect(kept.value?.graph.nodes).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(600);
    expect(server.bodies).toHaveLength(1);
    expect(server.graph.nodes).toHaveLength(5);
    expect(draft.state.value.kind).toBe("saved");
    expect(kept.value).toBeNull();
  });

  it("tells the server which variable kept its value under a new name", async () => {
    const { doc, server } = drafting();
    acts.renameVariable(doc, doc.variable("Best")!.id, "Champion");
    await vi.advanceTimersByTimeAsync(600);
    expect(server.bodies[0]?.renamed).toEqual({ Best: "Champion" });
    acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
    await vi.advanceTimersByTimeAsync(600);
    expect(server.bodies[1]?.renamed).toBeUndefined();
  });

  it("stops at someone else's draft, and either is chosen", async () => {
    for (const choice of ["theirs", "mine"] as const) {
      const { doc, draft, server, kept } = drafting();
      server.version = 7;
      server.graph = { ...GRAPH, nodes: GRAPH.nodes.slice(0, 2) };
      acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
      await vi.advanceTimersByTimeAsync(600);
      expect(draft.state.value.kind).toBe("conflict");
      expect(kept.value).not.toBeNull();
      acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
      await vi.advanceTimersByTimeAsync(5000);
      expect(server.bodies).toHaveLength(0);
      await draft.resolve(choice);
      expect(doc.graph().nodes).toHaveLength(choice === "mine" ? 5 : 2);
      expect(server.graph.nodes).toHaveLength(choice === "mine" ? 5 : 2);
      expect(draft.state.value.kind).toBe("saved");
      expect(kept.value).toBeNull();
    }
  });

  it("a save whose answer was lost is not taken for someone else's", async () => {
    const { doc, draft, server } = drafting();
    server.loseAnswer = true;
    acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
    await vi.advanceTimersByTimeAsync(600);
    expect(draft.state.value.kind).toBe("failed");
    await vi.advanceTimersByTimeAsync(4000);
    expect(draft.state.value.kind).toBe("saved");
    expect(draft.version).toBe(2);
  });

  it("takes settings as the server stored them, unless someone went on there", async () => {
    const server = new Server();
    const plain = server.send;
    server.send = async (body) => {
      const nodes = body.graph.nodes.map((one) =>
        one.config["key"] ? { ...one, config: { key: "${secrets.kept}" } } : one,
      );
      return plain({ ...body, graph: { ...body.graph, nodes } });
    };
    const { doc, draft } = drafting(server);
    acts.patchNode(doc, "label", { config: { key: "typed" } }, "Set key");
    await vi.advanceTimersByTimeAsync(600);
    expect(doc.get("node", "label")?.config).toEqual({ key: "${secrets.kept}" });
    expect(draft.state.value.kind).toBe("saved");
    acts.patchNode(doc, "label", { config: { key: "again" } }, "Set key");
    const sent = draft.flush();
    acts.patchNode(doc, "label", { name: "Other" }, "Rename");
    await sent;
    expect(server.bodies[1]?.graph.nodes.find((one) => one.id === "label")?.name).toBe("LABEL");
    expect(doc.get("node", "label")?.name).toBe("Other");
  });

  it("tries again by itself while the server cannot be reached", async () => {
    const { doc, draft, server } = drafting();
    server.fail = new AlpApiError("network", "The server cannot be reached.", 0);
    acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
    await vi.advanceTimersByTimeAsync(3000);
    expect(draft.state.value.kind).toBe("failed");
    server.fail = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(draft.state.value.kind).toBe("saved");
    expect(server.graph.nodes).toHaveLength(4);
  });

  it("takes up what an earlier visit left, unless the draft moved on: then it asks", async () => {
    const first = drafting();
    first.server.fail = new AlpApiError("network", "gone", 0);
    acts.addNode(first.doc, TYPES[2]!, { x: 0, y: 0 });
    await vi.advanceTimersByTimeAsync(600);
    const left = { value: structuredClone(first.kept.value) };
    const again = drafting(new Server(), { value: structuredClone(left.value) });
    expect(again.draft.recover()).toBe(true);
    await vi.advanceTimersByTimeAsync(600);
    expect(again.server.graph.nodes).toHaveLength(4);
    expect(again.kept.value).toBeNull();
    const moved = new Server();
    moved.version = 3;
    const late = drafting(moved, left);
    late.draft.recover();
    await vi.advanceTimersByTimeAsync(600);
    expect(late.draft.state.value.kind).toBe("conflict");
    expect(moved.bodies).toHaveLength(0);
  });

  it("takes over others' saves only while nothing of its own waits", async () => {
    const { doc, draft, server } = drafting();
    server.version = 2;
    server.graph = { ...GRAPH, nodes: GRAPH.nodes.slice(0, 1), connections: [] };
    const raw = doc.store.get("n:raw");
    expect(await draft.look()).toBe(true);
    expect(doc.graph().nodes).toHaveLength(1);
    expect(doc.store.get("n:raw")).toBe(raw);
    server.version = 3;
    acts.addNode(doc, TYPES[2]!, { x: 0, y: 0 });
    expect(await draft.look()).toBe(false);
  });
});
