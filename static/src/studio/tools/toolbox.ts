/**
 * The tools in use: which one is in hand, what the stage's pointer and the keys mean to it, and the acts over the
 * selection. The studio makes one a page:
 *
 *   const tools = makeTools();
 *   const toolbox = new Toolbox({ ctx, tools, clipboard: new Clipboard(() => item.id), allowed: task.types,
 *     undo: () => doc.undo(), redo: () => doc.redo() });
 *   const shortcuts = personShortcuts(tools, prefs);
 *   shortcuts.bind(keys, { ...toolbox.handlers(), "work.next": next }, digits);   // digits call toolbox.labelled(name)
 *   toolbox.settle(); toolbox.restart();                                         // before, after another picture
 *
 * The scene's view takes `selected`, `hidden`, `locked` and `hover` from the cells of `ctx` and the document.
 */
import { PASS } from "../../lib/keys.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import * as acts from "./acts.ts";
import type { Clipboard } from "./clipboard.ts";
import { SelectTool } from "./select.tool.ts";
import {
  counted,
  NOTHING_HELD,
  type AnnotationParts,
  type Command,
  type Tool,
  type ToolContext,
} from "./_tool.ts";
import { reverseSelected } from "./direction.ts";
import * as reshape from "./reshape.ts";
import type { Handler } from "./shortcuts.ts";

export interface ToolboxOptions {
  readonly ctx: ToolContext;
  readonly tools: readonly Tool[];
  readonly clipboard: Clipboard;
  /** Annotation types the task allows; undefined: all. */
  readonly allowed?: readonly string[];
  undo(): void;
  redo(): void;
  /** Gets the copies that go on to the next picture. */
  propagate?(copies: AnnotationParts[]): void;
  /** Asked before everything is deleted: what goes ("3 boxes"), and how many stay. */
  confirmDeleteAll?(goes: string, stay: number): Promise<boolean>;
}

const COMMANDS: readonly Command[] = [
  "draw.left",
  "draw.right",
  "draw.up",
  "draw.down",
  "draw.place",
  "draw.finish",
  "draw.back",
  "draw.cancel",
  "draw.occluded",
  "draw.skip",
  "draw.switch",
  "draw.closer",
  "draw.larger",
  "draw.smaller",
];

const ARROWS = new Set<Command>(["draw.left", "draw.right", "draw.up", "draw.down"]);
/** Space and Enter also press what has the focus. */
const PRESSES = new Set<Command>(["draw.place", "draw.finish"]);

export class Toolbox {
  readonly tools: readonly Tool[];
  readonly active: Cell<Tool>;
  /** The line of the tool in hand. */
  readonly hint = new Cell("");
  private readonly select: SelectTool;
  private last: Tool | null = null;
  private offHint: Unsubscribe = () => undefined;

  constructor(private readonly options: ToolboxOptions) {
    const { allowed, tools } = options;
    this.tools = tools.filter(
      ({ makes }) => !allowed || !makes.length || makes.some((type) => allowed.includes(type)),
    );
    const select = this.tools.find((tool) => tool instanceof SelectTool);
    if (!select) throw new Error("The toolbox has no select tool.");
    this.select = select;
    this.active = new Cell<Tool>(select);
    this.takeUp(select);
    document.addEventListener("visibilitychange", this.settleNow);
    window.addEventListener("pagehide", this.settleNow);
  }

  get(id: string): Tool | undefined {
    return this.tools.find((tool) => tool.id === id);
  }
  use(id: string): boolean {
    const tool = this.get(id);
    if (!tool) return false;
    if (this.onlyLooked(tool)) return true;
    if (tool === this.active.value) return true;
    this.active.value.deactivate();
    if (tool.makes.length) this.last = tool;
    this.takeUp(tool);
    this.active.set(tool);
    // What is pressed next is for the picture, not for the button that was clicked.
    this.ctx.stage.element.focus({ preventScroll: true });
    // The button and the hint on the foot line show it.
    this.ctx.announce(tool.title, "");
    return true;
  }
  /** Everything done is in the document: call it before showing another picture, submitting, or undoing by a button. */
  settle(): void {
    this.active.value.settle?.();
  }
  /** Another picture is shown: nothing half-drawn goes over to it. */
  restart(): void {
    const tool = this.active.value;
    tool.deactivate();
    for (const one of this.tools) one.pictured?.(this.ctx);
    this.takeUp(tool);
  }
  /** While a shape is drawn it takes back its last point. */
  undo(): void {
    this.settle();
    if (this.active.value.command?.("draw.back", NOTHING_HELD)) return;
    if (!this.onlyLooked()) this.options.undo();
  }
  redo(): void {
    this.settle();
    if (!this.onlyLooked()) this.options.redo();
  }
  dispose(): void {
    this.active.value.deactivate();
    this.offHint();
    this.ctx.stage.pointer = null;
    document.removeEventListener("visibilitychange", this.settleNow);
    window.removeEventListener("pagehide", this.settleNow);
  }

  /** What every shortcut of tools and acts does, by its id. */
  handlers(): Record<string, Handler> {
    const commands = COMMANDS.map((command): [string, Handler] => [
      command,
      (event) => this.command(command, event),
    ]);
    const tools = this.tools.map(({ id }): [string, Handler] => [`tool.${id}`, () => this.use(id)]);
    return {
      ...Object.fromEntries([...commands, ...tools]),
      ...this.selectionHandlers(),
      ...this.editHandlers(),
    };
  }

  /**
   * A label was chosen (by its digit, or in the bar), and `ctx.label()` says it already. With the select tool what is
   * selected gets it; answers whether something was.
   */
  labelled(label: string): boolean {
    const { selection } = this.ctx.document;
    const tool = this.active.value;
    if (tool !== this.select) {
      // What is drawn next is something else: a mask of the label before is done.
      selection.set(new Set());
      tool.relabelled?.();
      return false;
    }
    if (!selection.value.size) return false;
    return this.edit((ctx) => acts.setLabel(ctx, label)) !== PASS;
  }

  private get ctx(): ToolContext {
    return this.options.ctx;
  }
  private readonly settleNow = (): void => this.settle();

  private takeUp(tool: Tool): void {
    const { stage } = this.ctx;
    tool.activate(this.ctx);
    // A tool stays in hand from picture to picture, also to one that is finished, somebody else's, or still on its way.
    stage.pointer = {
      down: (event) => void (this.onlyLooked(tool) || tool.down?.(event)),
      move: (event) => tool.move?.(event),
      up: (event) => (tool.makes.length && this.ctx.readOnly() ? tool.cancel?.() : tool.up?.(event)),
      cancel: () => tool.cancel?.(),
      doubleClick: (event) => void (this.onlyLooked(tool) || tool.doubleClick?.(event)),
    };
    stage.element.style.cursor = tool.cursor;
    this.offHint();
    this.offHint = tool.hint.subscribe((text) => this.hint.set(text));
  }

  private command(command: Command, event: KeyboardEvent): unknown {
    const tool = this.active.value;
    if (this.ctx.readOnly() && tool !== this.get("pan")) return PASS;
    const { element } = this.ctx.stage;
    if (PRESSES.has(command) && onControl(event.target, element)) return PASS;
    if (!tool.command?.(command, heldBy(event))) return PASS;
    if (ARROWS.has(command)) element.focus({ preventScroll: true });
    return true;
  }
  /** Whether nothing may be edited now, of a tool: drawn with it; it is said. */
  private onlyLooked(tool?: Tool): boolean {
    const only = this.ctx.readOnly() && (!tool || tool.makes.length > 0);
    if (only) this.ctx.announce("This picture can only be looked at now.");
    return only;
  }
  /** Runs an act that edits, or says why not. */
  private edit(act: (ctx: ToolContext) => boolean): unknown {
    if (this.onlyLooked()) return true;
    this.settle();
    return act(this.ctx);
  }
  /** For keys that mean something only while shapes are selected; else they go on to what lies below. */
  private onSelection(act: (ctx: ToolContext) => boolean, edits = true): Handler {
    return () => {
      const busy = this.active.value !== this.select || !this.ctx.document.selection.value.size;
      if (busy) return PASS;
      return edits ? this.edit(act) : act(this.ctx);
    };
  }

  /** With any tool in hand: what was drawn a moment ago is selected, and may go. A point of a half-drawn shape goes first. */
  private deleteSelected(force: boolean): unknown {
    if (!this.ctx.document.selection.value.size) return PASS;
    const tool = this.active.value;
    if (tool !== this.select && tool.command?.("draw.back", NOTHING_HELD)) return true;
    const vertex = () => !force && tool === this.select && this.select.deleteHandle();
    return this.edit((ctx) => vertex() || acts.removeSelected(ctx, force));
  }

  private selectionHandlers(): Record<string, Handler> {
    const on = this.onSelection.bind(this);
    return {
      "select.delete": () => this.deleteSelected(false),
      "select.delete.force": () => this.deleteSelected(true),
      "select.lock": on(acts.toggleLock, false),
      "select.hide": on(acts.toggleHide, false),
      "select.group": on(acts.group),
      "select.occluded": on((ctx) => this.select.toggleKeypoint() || acts.toggleOccluded(ctx)),
      "select.pin": on(acts.togglePinned),
      "select.forward": on((ctx) => acts.reorder(ctx, "forward")),
      "select.backward": on((ctx) => acts.reorder(ctx, "backward")),
      "select.front": on((ctx) => acts.reorder(ctx, "front")),
      "select.back": on((ctx) => acts.reorder(ctx, "back")),
      "select.join": on(reshape.joinSelected),
      "select.split": on(reshape.splitSelected),
      "select.start": on(() => this.select.startHere()),
      "select.reverse": on(reverseSelected),
      "select.simplify": on((ctx) => reshape.simplifySelected(ctx)),
      "select.fill": on(reshape.fillHolesSelected),
      "select.convert.box": on((ctx) => reshape.convertSelected(ctx, "box")),
      "select.convert.polygon": on((ctx) => reshape.convertSelected(ctx, "polygon")),
      "select.convert.mask": on((ctx) => reshape.convertSelected(ctx, "mask")),
      "select.handle.next": on(() => this.select.stepHandle(1)),
      "select.handle.previous": on(() => this.select.stepHandle(-1)),
      "select.none": on(acts.selectNone, false),
    };
  }

  private editHandlers(): Record<string, Handler> {
    const { options } = this;
    const { clipboard } = options;
    const give = options.propagate?.bind(options);
    const edit = (act: (ctx: ToolContext) => boolean) => () => this.edit(act);
    return {
      "edit.undo": () => this.undo(),
      "edit.redo": () => this.redo(),
      "edit.copy": () => clipboard.copy(this.ctx),
      "edit.cut": edit((ctx) => clipboard.cut(ctx)),
      "edit.paste": edit((ctx) => clipboard.paste(ctx)),
      "edit.duplicate": edit(acts.duplicate),
      "edit.all": () => {
        this.use("select");
        acts.selectAll(this.ctx);
      },
      "edit.like": () => {
        this.use("select");
        acts.selectLike(this.ctx);
      },
      "edit.delete.all": () => void this.deleteAll(),
      "edit.lock.all": () => acts.toggleLockAll(this.ctx),
      "edit.hide.all": () => acts.toggleHideAll(this.ctx),
      "edit.again": () => this.again(),
      "edit.cancel": () => this.putDown(),
      "view.snap": () => this.toggleSnap(),
      "view.selection": () => acts.zoomToSelected(this.ctx),
      "edit.next": (event) => this.cycle(1, event),
      "edit.previous": (event) => this.cycle(-1, event),
      ...(give ? { "edit.propagate": edit((ctx) => this.propagate(ctx, give)) } : {}),
    };
  }

  private toggleSnap(): void {
    const { snap } = this.ctx;
    snap.update((on) => !on);
    this.ctx.announce(snap.value ? "Snapping to shapes" : "No snapping");
  }
  private propagate(ctx: ToolContext, give: (copies: AnnotationParts[]) => void): boolean {
    const copies = acts.propagated(ctx);
    if (copies.length) give(copies);
    return copies.length > 0;
  }
  private async deleteAll(): Promise<void> {
    const { goes, stays } = acts.removedByAll(this.ctx);
    if (!goes.length) {
      this.ctx.announce(
        stays.length ? "All that is left is locked or hidden." : "There is nothing to delete.",
      );
      return;
    }
    const sure = await this.options.confirmDeleteAll?.(counted(this.ctx, goes), stays.length);
    if (sure ?? true) this.edit(acts.removeAll);
  }
  /** Finishes what is drawn; otherwise takes up the tool drawn with last. */
  private again(): unknown {
    const tool = this.active.value;
    if (tool.makes.length && tool.command?.("draw.finish", NOTHING_HELD)) return true;
    return this.last ? this.use(this.last.id) : PASS;
  }
  private putDown(): unknown {
    if (this.active.value !== this.select) return this.use("select");
    return acts.selectNone(this.ctx) || PASS;
  }
  /**
   * Tab goes through the shapes only while the picture has the focus, and past the last one it leaves it, so nobody is
   * caught in there; the other keys work from anywhere.
   */
  private cycle(step: 1 | -1, event: KeyboardEvent): unknown {
    const { element } = this.ctx.stage;
    const onStage = event.target instanceof Node && element.contains(event.target);
    if (event.key === "Tab" && !onStage) return PASS;
    if (this.active.value !== this.select) {
      if (event.key === "Tab") return PASS;
      this.use("select");
    }
    if (this.select.cycle(step)) return true;
    acts.selectNone(this.ctx);
    return event.key === "Tab" ? PASS : true;
  }
}

function onControl(target: EventTarget | null, stage: Element): boolean {
  if (!(target instanceof Element) || stage.contains(target)) return false;
  return target.closest("button, a[href], summary, input, select, [role]") !== null;
}
function heldBy(event: KeyboardEvent): Modifiers {
  return { shift: event.shiftKey, alt: event.altKey, ctrl: event.ctrlKey || event.metaKey };
}
