/**
 * The outlines of the items on the pages that are loaded: asked for once a page, anew where an item changed. No DOM.
 *
 *   outlines.want(items)      asks for what is missing of these, in one request
 *   outlines.of(item)         its shapes, as far as they are known
 */
import { Cell } from "../../lib/store.ts";

export interface OutlineShape {
  readonly type: string;
  readonly label: string;
  readonly model: boolean;
  /** x, y, x, y …, in units of the picture's longer side. */
  readonly paths: readonly (readonly number[])[];
}
export interface Outline {
  readonly id: string;
  readonly version: number;
  readonly cut: boolean;
  readonly shapes: readonly OutlineShape[];
}
export interface OutlinePage {
  units: number;
  items: Outline[];
}
/** An item, as far as outlines go. */
export interface Outlined {
  readonly id: string;
  readonly contentVersion: number;
  readonly labels: readonly { readonly type: string }[];
}

/** Items whose outlines are kept; those asked for longest ago go first. */
const KEPT = 2400;
/** The server takes so many at once. */
export const AT_ONCE = 240;

export class Outlines {
  /** Rings when there is something new to draw. */
  readonly changed = new Cell(0);
  private readonly known = new Map<string, Outline>();
  private readonly asked = new Map<string, number>();
  units = 1;

  constructor(private readonly load: (ids: string[]) => Promise<OutlinePage>) {}

  /** Of the item as it is now; of an older version while the newer one is on its way. */
  of({ id }: Outlined): Outline | undefined {
    return this.known.get(id);
  }

  async want(items: readonly Outlined[]): Promise<void> {
    const missing = items.filter((item) => hasShapes(item) && this.isNew(item));
    const waits: Promise<void>[] = [];
    for (let at = 0; at < missing.length; at += AT_ONCE)
      waits.push(this.ask(missing.slice(at, at + AT_ONCE)));
    await Promise.all(waits);
  }

  private isNew({ id, contentVersion }: Outlined): boolean {
    return (this.known.get(id)?.version ?? -1) < contentVersion && this.asked.get(id) !== contentVersion;
  }

  private async ask(items: readonly Outlined[]): Promise<void> {
    for (const { id, contentVersion } of items) this.asked.set(id, contentVersion);
    try {
      const page = await this.load(items.map(({ id }) => id));
      this.units = page.units;
      for (const outline of page.items) {
        this.known.delete(outline.id);
        this.known.set(outline.id, outline);
      }
      this.forget();
    } finally {
      for (const { id } of items) this.asked.delete(id);
    }
    this.changed.update((n) => n + 1);
  }

  private forget(): void {
    for (const id of this.known.keys()) {
      if (this.known.size <= KEPT) return;
      this.known.delete(id);
    }
  }
}

/** Whether the item has anything to outline: a class has no place on the picture. */
export function hasShapes({ labels }: Outlined): boolean {
  return labels.some(({ type }) => type !== "class");
}
