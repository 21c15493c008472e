/**
 * Brightness, contrast, gamma and equalising as one table of 256 levels, laid over the image canvas as an SVG filter:
 * no pixel of the picture is touched, and the browser does it where it is fastest.
 */
import { setStyle } from "../../lib/dom.ts";
import type { ImageSource } from "./types.ts";
import { Viewport } from "../../lib/geometry.ts";

export interface Adjust {
  /** -1 to 1: added. */
  readonly brightness: number;
  /** -1 to 1: about the middle grey. */
  readonly contrast: number;
  /** 0.2 to 5: above 1 lightens the dark. */
  readonly gamma: number;
  /** Levels spread so that each is about as frequent. */
  readonly equalise: boolean;
  /** -1 (grey) to 1 (three times as strong); absent: as it is. */
  readonly saturation?: number;
}
export const PLAIN_ADJUST: Adjust = {
  brightness: 0,
  contrast: 0,
  gamma: 1,
  equalise: false,
  saturation: 0,
};

export function isPlain({ brightness, contrast, gamma, equalise, saturation }: Adjust): boolean {
  return brightness === 0 && contrast === 0 && gamma === 1 && !equalise && !saturation;
}
/** What an SVG `saturate` matrix takes: 0 grey, 1 as it is. */
export function saturate({ saturation = 0 }: Adjust): number {
  return saturation > 0 ? 1 + 2 * saturation : 1 + saturation;
}

/** What each level 0..255 becomes, as shares of 1. Equalising comes first, gamma last. `counts`: of grey levels. */
export function levels(adjust: Adjust, counts: ArrayLike<number> | null): number[] {
  const spread = adjust.equalise && counts ? equalised(counts) : null;
  const slope = adjust.contrast >= 0 ? 1 / Math.max(1 - adjust.contrast, 1 / 255) : 1 + adjust.contrast;
  return Array.from({ length: 256 }, (_, level) => {
    const share = spread ? (spread[level] as number) : level / 255;
    const bright = (share - 0.5) * slope + 0.5 + adjust.brightness;
    return Math.min(1, Math.max(0, bright)) ** (1 / adjust.gamma);
  });
}

/** The cumulative histogram, stretched from the first level that occurs to the last. [Gonzalez & Woods, 3.3.1] */
export function equalised(counts: ArrayLike<number>): number[] {
  let sum = 0;
  const upTo = Array.from({ length: 256 }, (_, level) => (sum += counts[level] ?? 0));
  const least = upTo.find((count) => count > 0) ?? 0;
  if (sum === least) return upTo.map((_, level) => level / 255);
  return upTo.map((count) => Math.max(0, count - least) / (sum - least));
}

const SAMPLE = 256;

/** How often each grey level (Rec. 601) occurs in a small copy of the picture. */
export function histogram(source: ImageSource): Uint32Array {
  const counts = new Uint32Array(256);
  const [width, height] = source.size;
  const scale = Math.min(1, SAMPLE / Math.max(width, height, 1));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [
    Math.max(1, Math.floor(width * scale)),
    Math.max(1, Math.floor(height * scale)),
  ];
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  if (!ctx) return counts;
  source.draw(ctx, new Viewport(scale, [0, 0], { minScale: 0 }), [canvas.width, canvas.height], true);
  const { data } = ctx.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    const grey =
      0.299 * (data[i] as number) + 0.587 * (data[i + 1] as number) + 0.114 * (data[i + 2] as number);
    const level = Math.round(grey);
    counts[level] = (counts[level] as number) + 1;
  }
  return counts;
}

const SVG = "http://www.w3.org/2000/svg";
let made = 0;

/** The filter's element, and how to set it. */
export class AdjustFilter {
  readonly element = document.createElementNS(SVG, "svg");
  private readonly id = `stage-adjust-${++made}`;
  private readonly tables: SVGElement[];
  private readonly saturate = document.createElementNS(SVG, "feColorMatrix");

  constructor() {
    this.element.setAttribute("class", "stage-filter");
    this.element.setAttribute("aria-hidden", "true");
    const filter = document.createElementNS(SVG, "filter");
    filter.setAttribute("id", this.id);
    filter.setAttribute("color-interpolation-filters", "sRGB");
    const transfer = document.createElementNS(SVG, "feComponentTransfer");
    this.tables = ["R", "G", "B"].map((channel) => {
      const table = document.createElementNS(SVG, `feFunc${channel}`);
      table.setAttribute("type", "table");
      transfer.append(table);
      return table;
    });
    this.saturate.setAttribute("type", "saturate");
    filter.append(this.saturate, transfer);
    this.element.append(filter);
  }

  lay(canvas: HTMLElement, table: readonly number[] | null, saturation = 1): void {
    this.saturate.setAttribute("values", String(saturation));
    const text = table?.map((share) => share.toFixed(4)).join(" ") ?? "";
    for (const one of this.tables) one.setAttribute("tableValues", text);
    setStyle(canvas, { filter: table ? `url("#${this.id}")` : "none" });
  }
}
