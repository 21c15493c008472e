/** The picture on its desk: the stage, pictures ahead of time, why this image, and words where there is no picture. */
import { Cell } from "../../lib/store.ts";
import { h, replace, setStyle, type Child } from "../../lib/dom.ts";
import type { Viewport } from "../../lib/geometry.ts";
import { icon } from "../../ui/icons.ts";
import { Pictures, type PictureRef } from "../io/images.ts";
import { markSharp } from "../io/tiles.ts";
import { frameOf, type Frame } from "../render/frame.ts";
import type { Patch } from "../render/patch.ts";
import { Stage, type ImageSource } from "../render/stage.ts";
import { itemPicture, type SmartPicture } from "../smart/index.ts";
import type { Entry } from "../state/session.ts";
import type { WorkItem } from "../state/types.ts";
import { whyThisImage } from "../state/why.ts";

/** Room that the line at the top of the desk takes. */
const TOP_LINE = 40;
/** A picture that takes longer is announced. */
const SLOW_MS = 250;
/** Of the largest picture whose pixels tools read at once. */
const MOST_PIXELS = 40_000_000;

export class Desk {
  readonly element = h("div", { class: "desk" });
  readonly stage = new Stage();
  /** The task item whose picture is on the stage: what is drawn or answered before it is there would be of another. */
  readonly pictured = new Cell<string | null>(null);
  private readonly pictures = new Pictures();
  private readonly why = h("div", { class: "desk-card studio-why", hidden: true });
  private readonly empty = h("div", { class: "studio-empty", hidden: true });
  private readonly chip = h("div", { class: "picture-chip", hidden: true });
  private frame: Frame | null = null;
  private shown: string | null = null;
  private entry: Entry | null = null;
  private image: HTMLImageElement | ImageSource | null = null;
  private read: Patch | null = null;

  constructor(private readonly color: (label: string) => string) {
    this.stage.element.append(this.chip);
    this.element.append(this.stage.element, this.why, this.empty);
    this.stage.overlay((ctx, viewport) => this.drawFrame(ctx, viewport));
  }

  /** What is next is fetched while this one is looked at. True: another picture than before. */
  show(entry: Entry | null, upcoming: readonly Entry[], framed: boolean): boolean {
    const id = entry?.item.id ?? null;
    const another = id !== this.shown;
    this.shown = id;
    this.entry = entry;
    if (this.pictured.value !== id) this.pictured.set(null);
    this.frame = entry && framed ? frameOf(entry, this.color) : null;
    this.chip.hidden = this.frame === null;
    this.stage.redraw();
    this.drawWhy(entry);
    this.empty.hidden = entry !== null;
    this.pictures.ahead(upcoming.map(({ item }) => refOf(item)));
    if (entry) void this.load(entry);
    else this.put(null, "No picture");
    return another;
  }

  say(content: Child): void {
    this.empty.hidden = false;
    replace(this.empty, content);
  }

  /** The picture's pixels, of a tiled one what is in sight; null while they have not come. */
  pixels(): Patch | null {
    if (this.read) return this.read;
    if (!(this.image instanceof HTMLImageElement)) return this.stage.inSight();
    const { naturalWidth: width, naturalHeight: height } = this.image;
    if (!width || width * height > MOST_PIXELS) return null;
    const canvas = new OffscreenCanvas(width, height);
    const ctx = canvas.getContext("2d", { willReadFrequently: true });
    ctx?.drawImage(this.image, 0, 0);
    const pixels = ctx?.getImageData(0, 0, width, height);
    this.read = pixels ? { origin: [0, 0], step: 1, pixels } : null;
    return this.read;
  }

  /** What the smart tool looks at; it does not wait for the whole picture. */
  smartPicture(): SmartPicture | null {
    const item = this.entry?.item.item;
    return item ? itemPicture(item.id, [item.width, item.height], item.thumbnail_url) : null;
  }

  private put(image: HTMLImageElement | ImageSource | null, name: string): void {
    if (image !== this.image) this.read = null;
    const another = image !== this.image;
    this.image = image;
    this.stage.show(image, name);
    // Tiles tell themselves; a bitmap is drawn in the frame that the stage has just asked for.
    if (another && image instanceof HTMLImageElement) requestAnimationFrame(markSharp);
  }

  private async load(entry: Entry): Promise<void> {
    const { item } = entry.item;
    const here = () => this.shown === entry.item.id;
    const name = `${item.name}, ${item.width} by ${item.height} pixels`;
    // One that was fetched ahead is there within the frame; the one before must not stand in for another.
    const blank = requestAnimationFrame(() => here() && !this.pictured.value && this.put(null, name));
    const slow = setTimeout(() => here() && this.stage.say("Loading the picture…"), SLOW_MS);
    try {
      const image = await this.pictures.get(refOf(entry.item));
      if (!here()) return;
      this.put(image, name);
      this.pictured.set(entry.item.id);
    } catch {
      if (!here()) return;
      this.put(null, item.name);
      this.stage.say(
        "The picture could not be loaded. Skip it, or try again when the server can be reached.",
      );
    } finally {
      cancelAnimationFrame(blank);
      clearTimeout(slow);
    }
  }

  private drawWhy(entry: Entry | null): void {
    const text = entry && whyThisImage(entry.item.selection, entry.item.suggestion);
    this.why.hidden = !text;
    this.stage.keepClear(text ? TOP_LINE : 0);
    if (text) replace(this.why, icon("wand", "sm"), h("span", null, h("b", null, "Why this image: "), text));
  }

  /** Round the whole picture: its class, or the class a model suggests. */
  private drawFrame(ctx: CanvasRenderingContext2D, viewport: Viewport): void {
    const { frame, stage } = this;
    if (!frame) return;
    const [width, height] = stage.imageSize();
    const [x1, y1, x2, y2] = viewport.screenBox([0, 0, width, height]);
    const gap = 5;
    const box = [x1 - gap, y1 - gap, x2 - x1 + 2 * gap, y2 - y1 + 2 * gap] as const;
    ctx.save();
    ctx.lineWidth = 4.5;
    ctx.strokeStyle = "#000000a6";
    ctx.strokeRect(...box);
    ctx.setLineDash(frame.dashed ? [7, 5] : []);
    ctx.lineWidth = 2;
    ctx.strokeStyle = frame.color;
    ctx.strokeRect(...box);
    ctx.restore();
    this.placeChip(frame, box[0], box[1]);
  }

  private placeChip(frame: Frame, x: number, y: number): void {
    this.chip.textContent = frame.text;
    this.chip.classList.toggle("dashed", frame.dashed);
    const left = Math.max(4, Math.min(x - 1, this.stage.element.clientWidth - 120));
    const top = Math.max(4, y - 27);
    setStyle(this.chip, {
      transform: `translate(${Math.round(left)}px, ${Math.round(top)}px)`,
      "--chip": frame.color,
    });
  }
}

function refOf({ item }: WorkItem): PictureRef {
  return { id: item.id, url: item.image_url, tiles: item.tiles_url, small: item.thumbnail_url };
}
