/** The scissors' wire over what the page has of the picture: `smart/livewire.ts` in image pixels. */
import type { XY } from "../../lib/geometry.ts";
import { fromPatch, inPatch, type Patch } from "../render/patch.ts";
import { Livewire } from "../smart/livewire.ts";

export class Wire {
  private readonly wire: Livewire;

  /** `step`: image pixels that the screen cannot tell apart. */
  constructor(
    private readonly patch: Patch,
    start: XY,
    step: number,
  ) {
    this.wire = new Livewire(patch.pixels, inPatch(patch, start), Math.max(1, Math.round(step / patch.step)));
  }

  /** Image pixels that a node stands for on a side. */
  get step(): number {
    return this.wire.step * this.patch.step;
  }
  path(to: XY): XY[] {
    return this.wire.path(inPatch(this.patch, to)).map((at) => fromPatch(this.patch, at));
  }
  /** The sharpest place within `radius` image pixels. */
  snapped(at: XY, radius: number): XY {
    const place = inPatch(this.patch, at);
    const found = this.wire.snapped(place, radius / this.patch.step);
    return found === place ? at : fromPatch(this.patch, found);
  }
}
