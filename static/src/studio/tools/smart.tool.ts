import { boxFromCorners, type BoxXYXY, type Viewport, type XY } from "../../lib/geometry.ts";
import type { Unsubscribe } from "../../lib/store.ts";
import type { StagePointer } from "../render/types.ts";
import type { MaskGeometry } from "../shapes/_rle.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { polygonOf } from "../smart/logits.ts";
import { closerBox, maskFrom, partOf, promptsIn, type Part } from "../smart/part.ts";
import { SIDE, type Prompt, type Prompts } from "../smart/prepare.ts";
import { Superseded, type SmartPicture, type SmartState } from "../smart/segmenter.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { commitMask } from "./_paint.ts";
import { drawBadge, drawFrame, drawPrompt } from "./_prompts.ts";
import { addShapes, SLIP, type Command, type SmartHelp, type ToolContext } from "./_tool.ts";

/** Steps of the polygon's fineness; one is a pixel of what the model sees. */
const FINER = 1.5;
const FINEST = 0.25;
const COARSEST = 16;
const TICK_MS = 1000;
/** A click answered sooner needs no words. */
const SLOW_MS = 700;

type Step = Prompt | { readonly box: BoxXYXY };

/** Clicks on an object, or a box round it, become its mask or polygon: the model sees where it ends. */
class SmartTool extends DrawTool {
  readonly id = "smart";
  readonly title = "Smart: click an object";
  readonly icon = "sparkles";
  readonly keys = ["m"];
  readonly makes = ["mask", "polygon"];
  readonly order = 76;
  readonly options = ["underlying"] as const;
  private steps: readonly Step[] = [];
  private found: MaskGeometry | null = null;
  private start: XY | null = null;
  /** Answers of an object that was dropped or kept since are nobody's. */
  private turn = 0;
  private asking = false;
  private outdated = false;
  /** Enter came before the answer. */
  private finishing = false;
  private polygon = false;
  private fineness = 0.75;
  /** Whether it made something on the picture shown last: then the next one is looked at ahead. */
  private used = false;
  /** What is looked at closer. */
  private part: Part | null = null;
  private askedAt = 0;
  private offs: Unsubscribe[] = [];

  override activate(ctx: ToolContext): void {
    super.activate(ctx);
    if (this.part?.of !== ctx.smart?.picture()?.key) this.part = null;
    const ticking = setInterval(() => this.tick(), TICK_MS);
    const off = ctx.smart?.segmenter.state.subscribe((state) => this.changed(state));
    this.offs = [() => clearInterval(ticking), ...(off ? [off] : [])];
    this.look();
  }
  override deactivate(): void {
    for (const off of this.offs) off();
    this.offs = [];
    super.deactivate();
  }
  pictured(ctx: ToolContext): void {
    const picture = this.used ? ctx.smart?.picture() : null;
    this.used = false;
    if (picture) ctx.smart?.segmenter.look(picture);
  }
  relabelled(): void {
    this.show();
  }

  protected override reset(): void {
    this.steps = [];
    this.found = null;
    this.start = null;
    this.finishing = false;
    this.turn += 1;
    super.reset();
    this.tell();
  }
  override cancel(): void {
    this.start = null;
    this.show();
  }
  protected press(at: XY): void {
    this.start = at;
  }
  protected hover(at: XY, _held: Modifiers, event?: StagePointer): void {
    const { start } = this;
    if (!start || !event || this.screenDistance(start, at) < SLIP) return;
    this.ctx.stage.preview([this.shown("box", { xyxy: boxFromCorners(start, at), angle: 0 })]);
  }
  up(event: StagePointer): void {
    const { start } = this;
    this.start = null;
    if (!start) return;
    const at = this.inside(event.image);
    if (this.screenDistance(start, at) < SLIP) this.point(start, !event.held.alt);
    else {
      const box = boxFromCorners(start, at);
      if (box[2] > box[0] && box[3] > box[1]) this.step({ box });
      else this.show();
    }
  }
  protected override secondary(at: XY): void {
    this.point(at, false);
  }
  protected place(at: XY, held: Modifiers): void {
    this.point(at, !(held.alt || held.shift));
  }
  doubleClick(): void {
    this.finish();
  }
  override command(command: Command, held: Modifiers): boolean {
    if (command === "draw.switch") return this.switch();
    if (command === "draw.closer") return this.closer();
    if (command === "draw.larger" || command === "draw.smaller") {
      if (!this.asPolygon()) return false;
      const by = command === "draw.larger" ? FINER : 1 / FINER;
      this.fineness = Math.min(COARSEST, Math.max(FINEST, this.fineness * by));
      this.show();
      return true;
    }
    return super.command(command, held);
  }
  protected override finish(): boolean {
    if (!this.steps.length) {
      if (this.state()?.kind !== "failed") return false;
      this.look();
    } else if (this.asking) {
      this.finishing = true;
      this.tell();
    } else if (this.found) this.keep(this.found);
    else void this.ask();
    return true;
  }
  protected override back(): boolean {
    if (!this.steps.length) return false;
    this.finishing = false;
    const left = this.steps.slice(0, -1);
    // What is taken away says nothing while nothing is wanted.
    if (left.some((one) => "box" in one || one.wanted)) {
      this.steps = left;
      void this.ask();
    } else this.reset();
    return true;
  }
  protected override abort(): boolean {
    if (!this.steps.length && !this.start) return false;
    this.reset();
    return true;
  }

  // ---- what is asked

  private point(at: XY, wanted: boolean): void {
    if (!wanted && !this.steps.length) {
      this.ctx.announce("First click what belongs to the object, then what does not.");
      return;
    }
    const last = this.steps.at(-1);
    // The second click of a double click.
    const again = last && "at" in last && last.wanted === wanted;
    if (again && this.screenDistance(last.at, at) < (this.cross ? 0.01 : SLIP)) return;
    this.step({ at, wanted });
  }
  private step(step: Step): void {
    if (!this.mayDraw()) return;
    this.steps = [...this.steps, step];
    this.used = true;
    this.show();
    void this.ask();
  }
  private prompts(): Prompts {
    const boxes = this.steps.flatMap((one) => ("box" in one ? [one.box] : []));
    return { points: this.steps.filter((one) => "at" in one), box: boxes.at(-1) ?? null };
  }
  /** Asks for the mask of all prompts; while an answer is on its way, only what is newest then is asked next. */
  private async ask(): Promise<void> {
    this.outdated = true;
    if (this.asking) return;
    this.asking = true;
    this.askedAt = Date.now();
    try {
      while (this.outdated && this.steps.length) {
        this.outdated = false;
        await this.answer();
      }
    } finally {
      this.asking = false;
      this.ctx.stage.redraw();
    }
    if (this.finishing && this.found) this.keep(this.found);
    else this.finishing = false;
    this.tell();
  }
  private async answer(): Promise<void> {
    const { turn } = this;
    const smart = this.ctx.smart;
    const picture = smart?.picture();
    if (!smart || !picture) {
      this.ctx.announce("There is no picture that the model could look at.");
      return;
    }
    try {
      const mask = await this.seen(smart, picture);
      if (turn !== this.turn) return;
      this.found = mask;
      if (!mask) this.ctx.announce("The model finds nothing there: click once more, or drag a box round it.");
      this.show();
    } catch (error) {
      if (turn !== this.turn || error instanceof Superseded) return;
      this.ctx.announce(error instanceof Error ? error.message : String(error));
    }
  }

  /** In the part that is looked at closer, if all prompts lie in it. */
  private async seen({ segmenter }: SmartHelp, whole: SmartPicture): Promise<MaskGeometry | null> {
    const { part } = this;
    const prompts = this.prompts();
    const within = part && promptsIn(part, prompts);
    if (!part || !within) return segmenter.mask(whole, prompts);
    const mask = await segmenter.mask(part.picture, within);
    return mask && maskFrom(part, mask);
  }
  /** At what is in sight, as a picture of its own; when that is all of it, at the whole picture again. */
  private closer(): boolean {
    const { stage, smart } = this.ctx;
    const whole = smart?.picture();
    if (!whole) return false;
    const { clientWidth, clientHeight } = stage.element;
    const box = closerBox(stage.viewport.value.imageBox([0, 0, clientWidth, clientHeight]), this.ctx.size());
    const had = this.part !== null;
    this.part = box && partOf(whole, box, pictureOf(stage.cutOut(box, SIDE)));
    if (this.part) this.ctx.announce("Looks closer at what is in sight. Zoom out and Alt M: at all of it");
    else
      this.ctx.announce(
        had ? "Looks at the whole picture" : "Zoom in first: it looks closer at what is in sight.",
      );
    this.look();
    if (this.steps.length) void this.ask();
    stage.redraw();
    return true;
  }

  // ---- what comes of it

  private keep(mask: MaskGeometry): void {
    const label = this.ctx.label();
    const made = this.asPolygon()
      ? this.keepPolygon(mask, label)
      : commitMask(this.ctx, null, mask, "Segment", true);
    if (made) this.ctx.announce(`${label}: ${this.asPolygon() ? "polygon" : "mask"}`);
    this.reset();
  }
  private keepPolygon(mask: MaskGeometry, label: string): boolean {
    const geometry = polygonOf(mask, this.tolerance());
    if (!geometry) {
      this.ctx.announce("It is too small for a polygon: keep it as a mask.");
      return false;
    }
    return addShapes(this.ctx, [{ type: "polygon", label, geometry }], "Segment") !== undefined;
  }
  private may(type: string): boolean {
    return this.ctx.allowed?.includes(type) ?? true;
  }
  private asPolygon(): boolean {
    return !this.may("mask") || (this.polygon && this.may("polygon"));
  }
  private switch(): boolean {
    if (!this.may("mask") || !this.may("polygon")) {
      this.ctx.announce(`This task takes ${this.may("mask") ? "masks" : "polygons"} only.`);
      return true;
    }
    this.polygon = !this.polygon;
    this.ctx.announce(this.polygon ? "Makes polygons" : "Makes masks");
    this.show();
    return true;
  }
  /** Of the polygon, in image pixels. */
  private tolerance(): number {
    return this.fineness * Math.max(1, Math.max(...this.ctx.size()) / 1024);
  }

  // ---- what is shown

  private show(): void {
    const mask = this.steps.length ? this.found : null;
    const polygon = mask && this.asPolygon() ? polygonOf(mask, this.tolerance()) : null;
    const shape = polygon ? this.shown("polygon", polygon) : mask && this.shown("mask", mask);
    this.ctx.stage.preview(shape ? [shape] : []);
    this.tell();
  }
  private state(): SmartState | undefined {
    return this.ctx.smart?.segmenter.state.value;
  }
  private look(): void {
    const smart: SmartHelp | undefined = this.ctx.smart;
    const picture = smart?.picture();
    if (picture) smart?.segmenter.look(this.part?.picture ?? picture);
    this.tell();
  }
  private changed(state: SmartState): void {
    if (state.kind === "failed") this.ctx.announce(state.message);
    this.tick();
  }
  private tick(): void {
    this.tell();
    this.ctx.stage.redraw();
  }
  /** What is being waited for; "" when nothing is. */
  private wait(): string {
    const state = this.state();
    if (state?.kind === "loading")
      return state.share < 1
        ? `Fetching the model, once… ${Math.floor(100 * state.share)} %`
        : "Making the model ready…";
    const slow = this.asking && Date.now() - this.askedAt > SLOW_MS;
    if (state?.kind !== "looking") return slow && state?.kind === "ready" ? "Looking for its edge…" : "";
    const seconds = Math.max(0, Math.round((Date.now() - state.since) / 1000));
    const usual = state.usual ? ` of about ${Math.max(1, Math.round(state.usual / 1000))} s` : " s";
    const who = state.where === "server" ? "The server looks" : "Looking";
    return `${who} at the picture… ${seconds}${usual}`;
  }
  private tell(): void {
    const state = this.state();
    if (!state) this.hint.set("This page has no model. Arrows and Space work with the other tools");
    else if (state.kind === "failed") this.hint.set(`${state.message} Arrows move the cross as ever`);
    else this.hint.set([this.wait(), this.todo()].filter(Boolean).join(" · "));
  }
  private todo(): string {
    const kind = this.asPolygon() ? "polygon ([ and ] change its detail)" : "mask";
    const other = this.asPolygon() ? "mask" : "polygon";
    const both = this.may("mask") && this.may("polygon") ? `, Shift M makes it a ${other}` : "";
    if (this.finishing) return "It is kept as soon as the model has answered. Esc drops it";
    if (this.steps.length)
      return `Enter keeps it as ${kind}${both}. Right click: not this. Backspace takes the last back, Esc drops it`;
    return `Click an object or drag a box round it; right click or Alt: not this. Alt M looks closer. ${KEYS_HINT} (Shift and Space: not this)`;
  }
  protected override paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    super.paint(context, viewport);
    for (const one of this.steps)
      if ("at" in one) drawPrompt(context, viewport.screenXY(one.at), one.wanted);
      else {
        drawFrame(context, viewport.screenBox(one.box));
      }
    if (this.part) drawFrame(context, viewport.screenBox(this.part.box));
    const wait = this.wait();
    if (wait) drawBadge(context, wait, this.ctx.stage.element.clientWidth);
  }
}
/** Cut at once, from the picture that is shown now; who looks at it hears what went wrong. */
function pictureOf(canvas: Promise<HTMLCanvasElement>): () => Promise<ImageBitmap> {
  canvas.catch(() => undefined);
  return async () => createImageBitmap(await canvas);
}

export default (): SmartTool => new SmartTool();
