/**
 * The draft under edit: things by key in a store, every local change set a command of the undo log. No DOM.
 *
 * Keys say what a thing is: `n:` node, `c:` connection, `t:` trigger, `v:` variable, `o:` note, `g:` group. A variable's key is
 * our own, so that it stays the same thing when it is renamed.
 */
import { Store, type ChangeOptions } from "../../lib/store";
import { CommandLog } from "../../lib/undo";
import type {
  Graph,
  GraphConnection,
  GraphGroup,
  GraphNode,
  GraphNote,
  GraphTrigger,
  GraphVariable,
} from "../graph/types";

export interface Parts {
  node: GraphNode;
  connection: GraphConnection & { id: string };
  trigger: GraphTrigger;
  variable: GraphVariable;
  note: GraphNote;
  group: GraphGroup;
}
export type Kind = keyof Parts;
export type Thing = { [K in Kind]: { id: string; kind: K; value: Parts[K] } }[Kind];
export type ThingOf<K extends Kind> = Extract<Thing, { kind: K }>;

const LETTER: Record<Kind, string> = {
  node: "n",
  connection: "c",
  trigger: "t",
  variable: "v",
  note: "o",
  group: "g",
};

export function keyOf(kind: Kind, id: string): string {
  return `${LETTER[kind]}:${id}`;
}

export function thing<K extends Kind>(kind: K, value: Parts[K], key?: string): ThingOf<K> {
  const id = key ?? keyOf(kind, "id" in value ? value.id : value.name);
  return { id, kind, value } as unknown as ThingOf<K>;
}

export class GraphDocument {
  readonly store = new Store<Thing>();
  readonly log: CommandLog<Thing>;
  private cached: Graph | null = null;
  private byKind: Partial<Record<Kind, Thing[]>> = {};
  private variables = 0;

  constructor() {
    // The first of all listeners: whoever else hears of a change reads the graph as it is after it.
    this.store.subscribe(() => this.forget());
    this.log = new CommandLog(this.store);
  }

  private forget(): void {
    this.cached = null;
    this.byKind = {};
  }

  all<K extends Kind>(kind: K): ThingOf<K>[] {
    return (this.byKind[kind] ??= this.store.all().filter((one) => one.kind === kind)) as ThingOf<K>[];
  }
  values<K extends Kind>(kind: K): Parts[K][] {
    return this.all(kind).map((one) => one.value as Parts[K]);
  }
  get<K extends Kind>(kind: K, id: string): Parts[K] | undefined {
    const found = this.store.get(keyOf(kind, id));
    return found?.kind === kind ? (found.value as Parts[K]) : undefined;
  }
  variable(name: string): ThingOf<"variable"> | undefined {
    return this.all("variable").find((one) => one.value.name === name);
  }

  put<K extends Kind>(kind: K, value: Parts[K], options: ChangeOptions, key?: string): void {
    this.store.put(thing(kind, value, key), options);
  }
  /** A key for a variable that is new here. */
  variableKey(): string {
    this.variables += 1;
    return `v:${this.variables}`;
  }

  graph(): Graph {
    if (this.cached) return this.cached;
    const graph: Graph = {
      nodes: this.values("node"),
      connections: this.values("connection"),
      triggers: this.values("trigger"),
      variables: this.values("variable"),
    };
    const [notes, groups] = [this.values("note"), this.values("group")];
    if (notes.length) graph.notes = notes;
    if (groups.length) graph.groups = groups;
    return (this.cached = graph);
  }

  /** Lays another graph over this one: what is the same stays the same object, so little is drawn anew. */
  load(graph: Graph, options: ChangeOptions): void {
    const wanted = this.thingsOf(graph);
    const keep = new Set(wanted.map((one) => one.id));
    this.store.batch(() => {
      this.store.remove(
        this.store
          .all()
          .map((one) => one.id)
          .filter((id) => !keep.has(id)),
      );
      this.store.put(
        wanted.map((one) => {
          const here = this.store.get(one.id);
          return here && same(here.value, one.value) ? here : one;
        }),
      );
    }, options);
  }

  private thingsOf(graph: Graph): Thing[] {
    const connections = graph.connections.map((one, i) => ({ ...one, id: one.id ?? `c${i + 1}` }));
    return [
      ...graph.nodes.map((one) => thing("node", one)),
      ...connections.map((one) => thing("connection", one)),
      ...(graph.triggers ?? []).map((one) => thing("trigger", one)),
      ...(graph.variables ?? []).map((one) =>
        thing("variable", one, this.variable(one.name)?.id ?? this.variableKey()),
      ),
      ...(graph.notes ?? []).map((one) => thing("note", one)),
      ...(graph.groups ?? []).map((one) => thing("group", one)),
    ];
  }
}

/** Equal as JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.every((key) => same(a[key], b[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
