/** Time really spent on an item: it runs while the page is looked at and somebody does something. */

const IDLE_AFTER = 60_000;

export class WorkClock {
  private since: number;
  private lastSign: number;
  private spent = 0;
  private visible = true;

  constructor(private readonly now: () => number = Date.now) {
    this.since = this.lastSign = now();
  }

  /** A key, a click, a movement. */
  sign(): void {
    const now = this.now();
    if (now - this.lastSign > IDLE_AFTER) {
      // Back from a pause: what ran until it became one counts, the pause does not.
      this.bank();
      this.since = now;
    }
    this.lastSign = now;
  }
  show(visible: boolean): void {
    if (visible === this.visible) return;
    this.bank();
    this.visible = visible;
    this.since = this.lastSign = this.now();
  }
  /** Seconds on the present item. */
  seconds(): number {
    return (this.spent + this.running()) / 1000;
  }
  /** A new item begins. */
  restart(): void {
    this.spent = 0;
    this.since = this.lastSign = this.now();
  }
  idleFor(): number {
    return this.now() - this.lastSign;
  }

  private running(): number {
    if (!this.visible) return 0;
    const now = this.now();
    return Math.max(0, Math.min(now, this.lastSign + IDLE_AFTER) - this.since);
  }
  private bank(): void {
    this.spent += this.running();
  }
}
