/**
 * Keeps the draft on the server: what was changed goes there half a second after the last change, and lies in the browser
 * until the server has it. A save made from an older draft is refused there; then nothing is sent until a person decides.
 */
import { AlpApiError } from "../../lib/http";
import { Cell } from "../../lib/store";
import type { Graph } from "../graph/types";
import { same, type GraphDocument } from "./document";

export type SaveState =
  | { kind: "saved" }
  | { kind: "pending" }
  | { kind: "saving" }
  | { kind: "failed"; message: string; again: boolean }
  | { kind: "conflict" };

export interface Stored {
  graph: Graph;
  version: number;
}
export interface SaveBody {
  graph: Graph;
  draft_version: number;
  renamed?: Record<string, string>;
}
export interface Kept {
  graph: Graph;
  version: number;
  at: number;
}
export interface DraftDeps {
  send: (body: SaveBody, last: boolean) => Promise<Stored>;
  fetch: () => Promise<Stored>;
  keep: (kept: Kept | null) => void;
  kept: () => Kept | null;
  wait?: number;
}

export class Draft {
  readonly state = new Cell<SaveState>({ kind: "saved" });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending: Promise<void> | null = null;
  private dirty = false;
  private retries = 0;
  /** Variables by key as the server knows them. */
  private names = new Map<string, string>();

  constructor(
    private readonly doc: GraphDocument,
    public version: number,
    private readonly deps: DraftDeps,
  ) {
    this.acknowledge(version);
    doc.store.subscribe(() => this.changed(), ["local"]);
  }

  /** Edits of an earlier visit that the server never acknowledged: taken up again, or a conflict when it moved on. */
  recover(): boolean {
    const kept = this.deps.kept();
    if (!kept) return false;
    if (same(kept.graph, this.doc.graph())) {
      this.deps.keep(null);
      return false;
    }
    const moved = kept.version !== this.version;
    this.doc.load(kept.graph, { origin: "silent", label: "Recover" });
    this.dirty = true;
    if (moved) this.state.set({ kind: "conflict" });
    else this.schedule(0);
    return true;
  }

  get pending(): boolean {
    return this.dirty || this.sending !== null;
  }

  knows(variableKey: string): boolean {
    return this.names.has(variableKey);
  }

  /** Sends at once, and answers when nothing is left to send. Throws when it cannot be saved. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    while (this.dirty && this.state.value.kind !== "conflict") {
      await (this.sending ?? this.send(false));
      if (this.state.value.kind === "failed") break;
    }
    await this.sending;
    const { value } = this.state;
    if (value.kind === "failed") throw new Error(value.message);
    if (value.kind === "conflict") throw new Error("The draft was changed by someone else: choose first.");
  }

  /** The page is going: one request that outlives it. */
  leave(): void {
    if (!this.dirty || this.state.value.kind === "conflict" || this.sending) return;
    clearTimeout(this.timer);
    void this.send(true);
  }

  retry(): void {
    if (this.state.value.kind === "failed") this.schedule(0);
  }

  /** Someone else's draft: taken over when nothing of ours waits. */
  async look(): Promise<boolean> {
    if (this.pending) return false;
    const theirs = await this.deps.fetch();
    if (this.pending || theirs.version <= this.version) return false;
    this.takeOver(theirs);
    return true;
  }

  /** Ends a conflict: with their draft, or by putting ours over it. */
  async resolve(choice: "theirs" | "mine"): Promise<void> {
    const theirs = await this.deps.fetch();
    if (choice === "theirs") {
      this.takeOver(theirs);
      return;
    }
    this.version = theirs.version;
    this.dirty = true;
    this.state.set({ kind: "pending" });
    await this.flush();
  }

  private takeOver(theirs: Stored): void {
    clearTimeout(this.timer);
    this.dirty = false;
    this.doc.load(theirs.graph, { origin: "remote", label: "Reload" });
    this.doc.log.clear();
    this.acknowledge(theirs.version);
    this.deps.keep(null);
    this.state.set({ kind: "saved" });
  }

  private changed(): void {
    this.dirty = true;
    this.deps.keep({ graph: this.doc.graph(), version: this.version, at: Date.now() });
    if (this.state.value.kind === "conflict") return;
    this.retries = 0;
    this.schedule(this.deps.wait ?? 500);
  }

  private schedule(wait: number): void {
    clearTimeout(this.timer);
    if (!this.sending) this.state.set({ kind: "pending" });
    this.timer = setTimeout(() => void (this.sending ?? this.send(false)), wait);
  }

  private send(last: boolean): Promise<void> {
    const graph = this.doc.graph();
    const sent = new Map(this.doc.all("variable").map((one) => [one.id, one.value.name]));
    const body: SaveBody = { graph, draft_version: this.version };
    const renamed = [...this.names].filter(([key, old]) => sent.has(key) && sent.get(key) !== old);
    if (renamed.length)
      body.renamed = Object.fromEntries(renamed.map(([key, old]) => [old, sent.get(key) ?? old]));
    this.dirty = false;
    this.state.set({ kind: "saving" });
    this.sending = this.deps
      .send(body, last)
      .then(
        (stored) => this.stored(stored, sent, graph),
        (error: unknown) => this.refused(error, graph, sent),
      )
      .finally(() => {
        this.sending = null;
        if (this.dirty && ["saved", "saving"].includes(this.state.value.kind)) this.schedule(0);
      });
    return this.sending;
  }

  private stored({ version, graph }: Stored, sent: Map<string, string>, asked: Graph): void {
    this.version = version;
    this.names = sent;
    this.retries = 0;
    this.takeVariables(graph, new Set(sent.values()));
    this.takeSettings(graph, asked);
    if (this.dirty) {
      this.deps.keep({ graph: this.doc.graph(), version, at: Date.now() });
      return;
    }
    this.deps.keep(null);
    this.state.set({ kind: "saved" });
  }

  /** Values are the server's; a variable that what runs still reads stays there, whatever the draft says. */
  private takeVariables(graph: Graph, sent: ReadonlySet<string>): void {
    for (const variable of graph.variables ?? []) {
      const here = this.doc.variable(variable.name);
      if (!here && sent.has(variable.name)) continue;
      const key = here?.id ?? this.doc.variableKey();
      this.names.set(key, variable.name);
      const value = { ...(here?.value ?? variable), value: variable.value };
      if (!here || !same(here.value.value, variable.value))
        this.doc.put("variable", value, { origin: "remote" }, key);
    }
  }

  /** Settings the server stored otherwise than they were sent (a key becomes a secret's name), where nobody went on. */
  private takeSettings(graph: Graph, asked: Graph): void {
    const sent = new Map(asked.nodes.map((node) => [node.id, node]));
    for (const { id, config } of graph.nodes) {
      const here = this.doc.get("node", id);
      if (here && here === sent.get(id) && !same(here.config, config))
        this.doc.put("node", { ...here, config }, { origin: "remote" });
    }
  }

  private async refused(error: unknown, graph: Graph, sent: Map<string, string>): Promise<void> {
    this.dirty = true;
    if (!(error instanceof AlpApiError)) throw error;
    if (error.code === "draft_moved") {
      // Our own save whose answer was lost looks the same as someone else's: their graph tells.
      const theirs = await this.deps.fetch().catch(() => null);
      if (theirs && same(theirs.graph, graph)) {
        this.dirty = !same(this.doc.graph(), graph);
        this.stored(theirs, sent, graph);
        return;
      }
      this.state.set({ kind: "conflict" });
      return;
    }
    const passing = error.isNetwork || error.status >= 500 || error.status === 401;
    this.state.set({ kind: "failed", message: error.message, again: passing });
    if (!passing) return;
    this.retries += 1;
    this.timer = setTimeout(
      () => void (this.sending ?? this.send(false)),
      Math.min(30_000, 1000 * 2 ** this.retries),
    );
  }

  private acknowledge(version: number): void {
    this.version = version;
    this.names = new Map(this.doc.all("variable").map((one) => [one.id, one.value.name]));
  }
}
