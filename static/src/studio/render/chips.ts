/** The names on the picture: near-black chips with the label's colour at the left, dashed round a model's. Each is painted once. */
import { clamp, type BoxXYXY, type Viewport, type WH, type XY } from "../../lib/geometry.ts";
import type { Placed, Scene } from "./scene.ts";
import { boxesTouch } from "./spatial.ts";

export interface Chip {
  readonly text: string;
  readonly color: string;
  readonly dashed: boolean;
}
interface Sprite {
  readonly canvas: OffscreenCanvas;
  readonly width: number;
}
interface Laid {
  readonly placed: Placed;
  readonly chip: Chip;
}

export const CHIP_HEIGHT = 20;
const FONT = '500 12.5px system-ui, -apple-system, "Segoe UI", sans-serif';
const SPRITES = 600;
/** No more names than one can read. */
const MOST = 160;
/** A shape smaller than this on the screen goes without a name, unless it is selected. */
const NAMED_FROM = 16;

/** Of a chip on the screen, near enough to keep it clear of others. */
export function widthOf({ text }: Chip): number {
  return text.length * 7 + 14;
}
export function confidence(value: number): string {
  return value >= 0.995 ? "1.00" : value.toFixed(2).replace(/^0/, "");
}

export class Chips {
  private readonly sprites = new Map<string, Sprite>();
  private laid: Laid[] = [];

  /** Chooses whose names are shown for this view: larger shapes first, none over another. */
  choose(scene: Scene, view: Viewport, screen: WH, chipOf: (placed: Placed) => Chip | null): void {
    this.laid = [];
    const taken: BoxXYXY[] = [];
    const side = ({ box }: Placed) => Math.max(box[2] - box[0], box[3] - box[1]);
    const large = scene
      .near(view.imageBox([-screen[0] / 4, -screen[1] / 4, screen[0] * 1.25, screen[1] * 1.25]))
      .filter((placed) => side(placed) === 0 || side(placed) * view.scale >= NAMED_FROM)
      .sort((a, b) => side(b) - side(a));
    for (const placed of large) {
      if (this.laid.length >= MOST) break;
      const chip = chipOf(placed);
      if (!chip) continue;
      const [x, y] = anchor(view, placed.box);
      const box: BoxXYXY = [x, y, x + widthOf(chip), y + CHIP_HEIGHT];
      if (taken.some((other) => boxesTouch(box, other))) continue;
      taken.push(box);
      this.laid.push({ placed, chip });
    }
  }
  forget(): void {
    this.laid = [];
  }

  draw(ctx: CanvasRenderingContext2D, view: Viewport, without: (id: string) => boolean, ratio: number): void {
    for (const { placed, chip } of this.laid)
      if (!without(placed.annotation.id)) this.one(ctx, chip, anchor(view, placed.box), ratio);
  }

  /** `at`: its top left on the screen. With `within`, moved so that it is read whole. */
  one(ctx: CanvasRenderingContext2D, chip: Chip, at: XY, ratio: number, within?: WH): void {
    const sprite = this.sprite(chip, ratio);
    const x = within ? clamp(at[0], 2, Math.max(2, within[0] - sprite.width - 2)) : at[0];
    const y = within ? clamp(at[1], 2, Math.max(2, within[1] - CHIP_HEIGHT - 2)) : at[1];
    ctx.drawImage(sprite.canvas, Math.round(x), Math.round(y), sprite.width, CHIP_HEIGHT);
  }

  private sprite({ text, color, dashed }: Chip, ratio: number): Sprite {
    const key = `${ratio}|${color}|${dashed}|${text}`;
    const kept = this.sprites.get(key);
    if (kept) return kept;
    if (this.sprites.size >= SPRITES) this.sprites.clear();
    const canvas = new OffscreenCanvas(1, 1);
    const ctx = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    ctx.font = FONT;
    const width = Math.ceil(ctx.measureText(text).width) + (dashed ? 12 : 17);
    [canvas.width, canvas.height] = [Math.ceil(width * ratio), Math.ceil(CHIP_HEIGHT * ratio)];
    ctx.scale(ratio, ratio);
    ctx.font = FONT;
    ctx.textBaseline = "middle";
    ctx.fillStyle = "#0b0d10e0";
    ctx.beginPath();
    ctx.roundRect(0.5, 0.5, width - 1, CHIP_HEIGHT - 1, 4);
    ctx.fill();
    if (dashed) {
      ctx.setLineDash([4, 3]);
      ctx.strokeStyle = color;
      ctx.stroke();
    } else {
      ctx.fillStyle = color;
      ctx.beginPath();
      ctx.roundRect(0, 0, 4, CHIP_HEIGHT, 2);
      ctx.fill();
    }
    ctx.fillStyle = "#fff";
    ctx.fillText(text, dashed ? 6 : 11, CHIP_HEIGHT / 2 + 0.5);
    const sprite = { canvas, width };
    this.sprites.set(key, sprite);
    return sprite;
  }
}

/** Above the box's left upper corner. */
export function anchor(view: Viewport, box: BoxXYXY): XY {
  const [x1, y1] = view.screenBox(box);
  return box[0] === box[2] ? [x1 + 10, y1 - CHIP_HEIGHT / 2] : [x1 - 1, y1 - CHIP_HEIGHT - 3];
}
