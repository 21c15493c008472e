/**
 * Whether the ground moves under the hand. A node that comes into sight meanwhile is a box with its name at first: its
 * ports and words cost a frame more than all that moves. They follow, a few a frame, once the ground has rested.
 */
import { useEffect, useState } from "react";

const REST_MS = 100;
const A_FRAME = 4;

export class Rest {
  private last = -Infinity;
  private asked = false;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly frame: (run: () => void) => void = (run) => void requestAnimationFrame(run),
  ) {}

  moved(): void {
    this.last = this.now();
  }

  get rests(): boolean {
    return this.now() - this.last > REST_MS;
  }

  /** Calls back once, when the ground rests and it is its turn; what it answers takes that back. */
  whenAtRest(run: () => void): () => void {
    this.waiting.add(run);
    this.ask();
    return () => void this.waiting.delete(run);
  }

  private ask(): void {
    if (this.asked) return;
    this.asked = true;
    this.frame(() => {
      this.asked = false;
      if (this.rests)
        for (const run of [...this.waiting].slice(0, A_FRAME)) {
          this.waiting.delete(run);
          run();
        }
      if (this.waiting.size) this.ask();
    });
  }
}

export const ground = new Rest();

/**
 * Whether a node is drawn whole: at once where the ground rests when it comes into sight, or near enough to be drawn so,
 * else when it does.
 */
export function useWhole(far: boolean): boolean {
  const [whole, setWhole] = useState(false);
  const now = !far && (whole || ground.rests);
  if (now !== whole) setWhole(now);
  useEffect(() => (far || now ? undefined : ground.whenAtRest(() => setWhole(true))), [far, now]);
  return now;
}
