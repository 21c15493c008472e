/**
 * The visual editor: a draft, its palette, canvas, panels and drawer, wired to each other.
 *
 *   const editor = createEditor({ host, projectId, pipeline, types, measures, names });
 */
import { h, isTyping, replace } from "../lib/dom";
import { keys } from "../lib/keys";
import { toast } from "../ui/toast";
import { promptDialog } from "../ui/dialog";
import { align, autoLayout, distribute, freeBelow, type Edge } from "./graph/arrange";
import { WIDTH } from "./graph/geometry";
import type { Measure } from "./graph/measure-form";
import { connectDialog } from "./forms/connect";
import { connectionPanel } from "./forms/connection-panel";
import { keyOfProblem, type PanelContext } from "./forms/context";
import { createDrawer } from "./forms/drawer";
import { nodePanel, type Panel } from "./forms/node-panel";
import { overviewPanel } from "./forms/overview";
import { triggerText } from "./forms/triggers";
import {
  checkGraph,
  loadVariables,
  saveDraft,
  type Names,
  type NodeType,
  type PipelineDetail,
} from "./io/api";
import { keeper } from "./io/kept";
import { createPalette } from "./palette/palette";
import * as acts from "./state/acts";
import { Checks } from "./state/checks";
import { copy, parseClip, paste } from "./state/clipboard";
import { GraphDocument, keyOf } from "./state/document";
import { Draft } from "./state/draft";
import { Faces } from "./state/faces";
import { shortcutsOf } from "./shortcuts";
import { FIT, mountCanvas, type Flow } from "./views/canvas";
import { FlowModel } from "./views/flow";
import { pickNode } from "./palette/pick";

export interface EditorOptions {
  host: HTMLElement;
  projectId: string;
  userId: string;
  pipeline: PipelineDetail;
  types: NodeType[];
  measures: readonly Measure[];
  names: Names;
}

/** Why a connection was refused is read and done with: it need not be put away. */
const REFUSED_MS = 8000;

export class Editor {
  readonly doc = new GraphDocument();
  readonly faces: Faces;
  readonly draft: Draft;
  readonly checks: Checks;
  readonly model: FlowModel;
  private readonly context: PanelContext;
  private readonly palette;
  private readonly drawer;
  private readonly side = h("aside", { class: "pipeline-side", "aria-label": "What is chosen" });
  private readonly canvas = h("section", { class: "editor-canvas", "aria-label": "Graph" });
  private names: Names;
  private flow: Flow | null = null;
  private panel: (Panel & { key: string }) | null = null;
  private pointer: acts.Spot | null = null;
  private drawing = 0;

  constructor(private readonly options: EditorOptions) {
    const { pipeline, types, projectId, host } = options;
    this.names = options.names;
    this.faces = new Faces(types);
    this.faces.learn(pipeline.graph, pipeline.ports);
    this.doc.load(pipeline.graph, { origin: "silent" });
    this.draft = new Draft(this.doc, pipeline.draft_version, {
      send: (body, last) => saveDraft(pipeline.id, body, last),
      fetch: () => saveDraft(pipeline.id, null, false),
      ...keeper(`alp-draft ${options.userId} ${pipeline.id}`),
    });
    this.checks = new Checks(this.doc, this.faces, (graph, signal) => checkGraph(pipeline.id, graph, signal));
    this.model = new FlowModel(this.doc, this.faces, {
      trigger: (id) => triggerText(this.doc.get("trigger", id) ?? { id, node: "", kind: "manual", spec: {} }),
    });
    this.context = {
      projectId,
      pipelineId: pipeline.id,
      doc: this.doc,
      faces: this.faces,
      measures: options.measures,
      draft: this.draft,
      checks: this.checks,
      names: () => this.names,
      select: (chosen) => this.model.select(chosen),
      show: (key) => this.show(key),
      mark: (nodes) => this.model.mark(new Set(nodes.map((id) => keyOf("node", id)))),
      connectFrom: (from) => this.askConnect(from.node, from),
      reload: () => this.reload(),
    };
    this.palette = createPalette(types, (type) => this.addInMiddle(type));
    this.drawer = createDrawer(this.context);
    replace(host, this.palette.element, this.canvas, this.drawer.element, this.side);
    this.mount();
    this.listen();
    if (this.draft.recover()) toast("Edits of your last visit were taken up again.", { kind: "ok" });
    void this.checks.now();
  }

  private mount(): void {
    mountCanvas(this.canvas, {
      model: this.model,
      fault: (from, to) => acts.connectionFault(this.doc, this.faces, from, to),
      connect: (from, to) => this.connect(from, to),
      refused: (why) => toast(why, { kind: "bad", ms: REFUSED_MS }),
      dropType: (key, at) => this.drop(key, at),
      letGo: (from, at, screen) => this.letGo(from, at, screen),
      open: (key) => this.rename(key),
      ready: (flow) => (this.flow = flow),
      resizeNote: (id, to) => {
        const note = this.doc.get("note", id);
        if (!note) return;
        const position = acts.snapped(to);
        this.doc.put("note", { ...note, position, size: { x: to.width, y: to.height } }, { label: "Resize" });
      },
      writeNote: (id, text) => {
        const note = this.doc.get("note", id);
        if (note && note.text !== text) this.doc.put("note", { ...note, text }, { label: "Write comment" });
      },
    });
  }

  private listen(): void {
    this.doc.store.subscribe(() => this.drawSoon());
    this.faces.changed.subscribe(() => this.drawSoon());
    this.model.selection.subscribe(() => this.drawSoon());
    this.checks.problems.subscribe((problems) => {
      const marks = new Map<string, "error" | "warning">();
      for (const problem of problems) {
        const key = keyOfProblem(problem);
        if (key && marks.get(key) !== "error") marks.set(key, problem.level);
        if (problem.connection) marks.set(keyOf("connection", problem.connection), problem.level);
      }
      this.model.setProblems(marks);
      this.drawSoon();
    });
    this.canvas.addEventListener(
      "pointermove",
      (event) => (this.pointer = { x: event.clientX, y: event.clientY }),
    );
    this.canvas.addEventListener("pointerleave", () => (this.pointer = null));
    // The canvas tells a key that belongs to a node's own frame: Enter opens, Space chooses.
    this.canvas.addEventListener("keydown", (event) => this.onCanvasKey(event));
    document.addEventListener("copy", (event) => this.onCopy(event, false));
    document.addEventListener("cut", (event) => this.onCopy(event, true));
    document.addEventListener("paste", (event) => this.onPaste(event));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.draft.leave();
    });
    window.addEventListener("pagehide", () => this.draft.leave());
    keys.scope("Pipeline editor", shortcutsOf(this));
  }

  private drawSoon(): void {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw();
    });
  }

  private draw(): void {
    const chosen = [...this.model.selection.value].filter((key) => this.doc.store.has(key));
    const one = chosen.length === 1 ? this.doc.store.get(chosen[0] ?? "") : undefined;
    const key = one?.id ?? `${chosen.length}`;
    if (this.panel?.key === key) this.panel.update();
    else {
      const make = (): Panel => {
        if (one?.kind === "node") return nodePanel(one.value.id, this.context);
        if (one?.kind === "connection") return connectionPanel(one.value.id, this.context);
        return overviewPanel(this.context, this, () => [...this.model.selection.value]);
      };
      this.panel = { ...make(), key };
      replace(this.side, this.panel.element);
    }
    this.drawer.update();
  }

  // --- what the toolbar, the shortcuts and the panels ask for ---

  chosen(): Set<string> {
    return new Set([...this.model.selection.value].filter((key) => this.doc.store.has(key)));
  }
  chosenNodes(): string[] {
    return [...this.chosen()].filter((key) => key.startsWith("n:")).map((key) => key.slice(2));
  }

  show(key: string): void {
    this.model.select([key]);
    const one = this.doc.store.get(key);
    const ids =
      one?.kind === "connection"
        ? [keyOf("node", one.value.source.node), keyOf("node", one.value.target.node)]
        : [key];
    void this.flow?.fitView({ nodes: ids.map((id) => ({ id })), ...FIT, padding: 0.4 });
  }

  focusPalette(): void {
    this.palette.focus();
  }

  fit(): void {
    void this.flow?.fitView(FIT);
  }
  zoom(by: 1 | -1): void {
    // At once: keys that follow each other add up.
    void (by > 0 ? this.flow?.zoomIn() : this.flow?.zoomOut());
  }

  private middle(): acts.Spot {
    const box = this.canvas.getBoundingClientRect();
    const at = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
    return this.flow?.screenToFlowPosition(at) ?? { x: 0, y: 0 };
  }

  /** A place at the middle, or below what stands there. */
  private freeSpot(): acts.Spot {
    const middle = this.middle();
    const notes = this.doc
      .all("note")
      .map(({ id, value: { position, size } }) => ({ id, ...position, width: size.x, height: size.y }));
    const stands = [...acts.boxes(this.doc, this.faces), ...notes];
    return freeBelow(stands, { x: middle.x - WIDTH / 2, y: middle.y - 50, width: WIDTH, height: 120 });
  }

  addInMiddle(type: NodeType): void {
    const node = acts.addNode(this.doc, type, this.freeSpot());
    this.reveal(keyOf("node", node.id));
  }

  private drop(key: string, at: acts.Spot): void {
    const type = this.options.types.find((one) => `${one.type}@${one.version}` === key);
    if (!type) return;
    const node = acts.addNode(this.doc, type, { x: at.x - WIDTH / 2, y: at.y - 22 });
    this.model.select([keyOf("node", node.id)]);
  }

  connect(from: acts.From, to: acts.To): void {
    const fault = acts.connect(this.doc, this.faces, from, to);
    if (fault) toast(fault, { kind: "bad", ms: REFUSED_MS });
  }

  /** A connection let go over empty ground asks for the node it is to lead to. */
  private letGo(from: acts.From, at: acts.Spot, screen: acts.Spot): void {
    const source = this.doc.get("node", from.node);
    const port = source && this.faces.of(source)?.outputs.find((one) => one.name === from.port);
    if (!port) return;
    pickNode(this.options.types, port.type, screen, (type, input) => {
      this.doc.store.batch(
        () => {
          const node = acts.addNode(this.doc, type, { x: at.x, y: at.y - 60 });
          acts.connect(this.doc, this.faces, from, { node: node.id, port: input });
          this.model.select([keyOf("node", node.id)]);
        },
        { label: `Add ${type.title}` },
      );
    });
  }

  askConnect(node: string, from: acts.From | null = null): void {
    const { doc, faces } = this;
    connectDialog({ doc, faces, node, from, connect: (a, b) => this.connect(a, b) });
  }

  rename(key: string): void {
    const one = this.doc.store.get(key);
    if (one?.kind === "node") {
      this.model.select([key]);
      requestAnimationFrame(() =>
        requestAnimationFrame(() => this.side.querySelector<HTMLInputElement>(".node-name")?.select()),
      );
    } else if (one?.kind === "group") void this.renameGroup(one.value.id);
  }

  private async renameGroup(id: string): Promise<void> {
    const group = this.doc.get("group", id);
    if (!group) return;
    const name = await promptDialog({ title: "Rename the group", label: "Name", value: group.name });
    const now = this.doc.get("group", id);
    if (name && now) this.doc.put("group", { ...now, name }, { label: "Rename group" });
  }

  undo(): void {
    this.doc.log.undo();
  }
  redo(): void {
    this.doc.log.redo();
  }

  remove(): void {
    const chosen = this.chosen();
    if (chosen.size) acts.remove(this.doc, chosen);
    this.model.select([]);
  }

  duplicate(): void {
    const text = copy(this.doc, this.chosen(), this.options.projectId);
    const clip = text && parseClip(text);
    if (!clip) return;
    const all = [...clip.nodes, ...clip.notes];
    const at = {
      x: Math.min(...all.map((one) => one.position.x)) + 40,
      y: Math.min(...all.map((one) => one.position.y)) + 40,
    };
    this.model.select(paste(this.doc, clip, at, this.options.projectId));
  }

  private onCopy(event: ClipboardEvent, cut: boolean): void {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    // Words someone marked on the page are theirs to copy.
    if (!(document.getSelection()?.isCollapsed ?? true)) return;
    const text = copy(this.doc, this.chosen(), this.options.projectId);
    if (!text) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    if (cut) this.remove();
  }

  private onPaste(event: ClipboardEvent): void {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const clip = parseClip(event.clipboardData?.getData("text/plain") ?? "");
    if (!clip || (!clip.nodes.length && !clip.notes.length)) return;
    event.preventDefault();
    const at = this.pointer && this.flow?.screenToFlowPosition(this.pointer);
    const spot = acts.snapped(at ?? this.freeSpot());
    this.model.select(paste(this.doc, clip, spot, this.options.projectId));
  }

  private onCanvasKey(event: KeyboardEvent): void {
    const node =
      event.target instanceof Element ? event.target.closest(".react-flow__node, .react-flow__edge") : null;
    const key = node?.getAttribute("data-id");
    if (!key || event.target !== node || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    const chosen = this.chosen();
    if (event.key === " " || event.shiftKey) {
      if (!chosen.delete(key)) chosen.add(key);
      this.model.select(chosen);
      return;
    }
    this.model.select([key]);
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        this.side.querySelector<HTMLElement>("input, select, textarea, button")?.focus(),
      ),
    );
  }

  nudge(dx: number, dy: number): void {
    const to = new Map<string, acts.Spot>();
    for (const key of this.moving()) {
      const one = this.doc.store.get(key);
      if (one?.kind === "node" || one?.kind === "note")
        to.set(key, { x: one.value.position.x + dx, y: one.value.position.y + dy });
    }
    if (to.size) acts.move(this.doc, to);
  }

  /** What moves when the chosen things do: of a group, its nodes. */
  private moving(): Set<string> {
    const found = this.chosen();
    for (const { id, value } of this.doc.all("group"))
      if (found.has(id)) for (const node of value.nodes) found.add(keyOf("node", node));
    return found;
  }

  arrange(): void {
    const chosen = this.moving();
    const n = [...chosen].filter((key) => key.startsWith("n:")).length;
    const few = n > 1 && n < this.doc.values("node").length;
    const nodes = acts.boxes(this.doc, this.faces, few ? chosen : undefined);
    if (!nodes.length) return;
    const origin = {
      x: Math.min(...nodes.map((node) => node.x)),
      y: Math.min(...nodes.map((node) => node.y)),
    };
    acts.move(this.doc, autoLayout(nodes, acts.links(this.doc), origin), "Arrange");
    if (!few) requestAnimationFrame(() => this.fit());
  }
  align(edge: Edge): void {
    const nodes = acts.boxes(this.doc, this.faces, this.chosen());
    if (nodes.length > 1) acts.move(this.doc, align(nodes, edge), `Align ${edge}`);
  }
  distribute(axis: "x" | "y"): void {
    const nodes = acts.boxes(this.doc, this.faces, this.chosen());
    if (nodes.length > 2) acts.move(this.doc, distribute(nodes, axis), "Distribute");
  }

  comment(): void {
    const spot = this.freeSpot();
    const key = acts.addNote(this.doc, spot);
    this.model.select([key]);
    this.see({ ...spot, width: WIDTH, height: 120 });
    setTimeout(() => {
      const node = [...this.canvas.querySelectorAll<HTMLElement>(".react-flow__node")].find(
        (one) => one.dataset["id"] === key,
      );
      node?.querySelector("textarea")?.focus();
    }, 60);
  }
  group(): void {
    const nodes = this.chosenNodes();
    if (!nodes.length) {
      toast("Choose the nodes of the group first.");
      return;
    }
    const key = acts.group(this.doc, nodes);
    this.model.select([key]);
    void this.renameGroup(key.slice(2));
  }
  ungroup(): void {
    const nodes = new Set(this.chosenNodes());
    const chosen = this.chosen();
    const gone = this.doc
      .all("group")
      .filter((one) => chosen.has(one.id) || one.value.nodes.some((id) => nodes.has(id)))
      .map((one) => one.id);
    if (gone.length) this.doc.store.remove(gone, { label: "Ungroup" });
  }

  /** The chosen node moves on to its neighbour in a direction: the one nearest, straight ahead before aside. */
  step(dx: number, dy: number): void {
    const nodes = acts.boxes(this.doc, this.faces);
    const here = nodes.find((node) => this.model.selection.value.has(node.id));
    if (!here) {
      if (nodes[0]) this.reveal(nodes[0].id);
      return;
    }
    const cost = (node: (typeof nodes)[number]) => {
      const ahead = dx ? (node.x - here.x) * dx : (node.y - here.y) * dy;
      const aside = Math.abs(dx ? node.y - here.y : node.x - here.x);
      return ahead > 0 ? ahead + 2 * aside : Infinity;
    };
    const next = nodes.filter((node) => cost(node) < Infinity).sort((a, b) => cost(a) - cost(b))[0];
    if (next) this.reveal(next.id);
  }

  /** Chooses a node and brings it into sight, at the zoom there is. */
  private reveal(key: string): void {
    this.model.select([key]);
    const box = acts.boxes(this.doc, this.faces).find((node) => node.id === key);
    if (box) this.see(box);
  }

  /** Brings a place into sight, at the zoom there is. */
  private see(box: { x: number; y: number; width: number; height: number }): void {
    if (!this.flow) return;
    const a = this.flow.flowToScreenPosition({ x: box.x, y: box.y });
    const b = this.flow.flowToScreenPosition({ x: box.x + box.width, y: box.y + box.height });
    const frame = this.canvas.getBoundingClientRect();
    const inside = a.x > frame.left && b.x < frame.right && a.y > frame.top && b.y < frame.bottom;
    if (!inside)
      void this.flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, {
        zoom: this.flow.getZoom(),
        duration: 120,
      });
  }

  /** Values of variables and their names, as they are on the server now. */
  async reload(): Promise<void> {
    const page = await loadVariables(this.context.pipelineId);
    this.names = page.names;
    for (const row of page.items) {
      const here = this.doc.variable(row.name);
      if (here && JSON.stringify(here.value.value) !== JSON.stringify(row.value))
        this.doc.put("variable", { ...here.value, value: row.value }, { origin: "remote" }, here.id);
    }
    this.drawSoon();
    this.checks.soon();
  }

  /** Problems as they are now, the draft saved: what publishing asks first. */
  async settled(): Promise<boolean> {
    await this.draft.flush();
    await this.checks.now();
    return !this.checks.problems.value.some((problem) => problem.level === "error");
  }
  showProblems(): void {
    this.drawer.show("problems");
  }
  /** There is one revision more. */
  published(): void {
    this.drawer.published();
  }
}
