/**
 * The cheapest cut of a grid into two [Boykov & Kolmogorov 2004]: two trees grow from source and sink, each path between
 * them takes flow, and what lost its parent is adopted or let go. Pure; every node has eight neighbours.
 */

/** dx, dy of the neighbours; a direction's opposite is `d ^ 1`. */
export const DIRECTIONS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
] as const;
const WAYS = DIRECTIONS.length;
const FREE = 0;
const SOURCE = 1;
const SINK = 2;
const ROOT = 8;
const ORPHAN = 9;

export class GridCut {
  /** What may still flow from a node in a direction: `ways * direction + node`. */
  readonly capacity: Float32Array;
  /** From the source (above zero) or to the sink (below). */
  readonly terminal: Float32Array;
  private readonly count: number;
  private readonly offsets: Int32Array;
  private readonly tree: Uint8Array;
  private readonly parent: Uint8Array;
  private readonly queued: Uint8Array;
  private active: number[] = [];
  private head = 0;
  private orphans: number[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.count = width * height;
    this.capacity = new Float32Array(WAYS * this.count);
    this.terminal = new Float32Array(this.count);
    this.offsets = Int32Array.from(DIRECTIONS, ([dx, dy]) => dy * width + dx);
    this.tree = new Uint8Array(this.count);
    this.parent = new Uint8Array(this.count);
    this.queued = new Uint8Array(this.count);
  }

  /** Both ways between a node and its neighbour; the neighbour must be in the grid. */
  link(node: number, direction: number, weight: number): void {
    this.capacity[direction * this.count + node] = weight;
    this.capacity[(direction ^ 1) * this.count + this.beside(node, direction)] = weight;
  }

  /** 1 for every node that stays with the source. Call once. */
  cut(): Uint8Array {
    for (let node = 0; node < this.count; node++) {
      const terminal = this.terminal[node] as number;
      if (terminal === 0) continue;
      this.tree[node] = terminal > 0 ? SOURCE : SINK;
      this.parent[node] = ROOT;
      this.activate(node);
    }
    for (let node = this.nextActive(); node >= 0; node = this.nextActive()) this.grow(node);
    return this.tree.map((tree) => (tree === SOURCE ? 1 : 0));
  }

  private beside(node: number, direction: number): number {
    return node + (this.offsets[direction] as number);
  }
  /** Capacities towards what is outside are zero, so a neighbour is only asked for where something flows or flowed. */
  private inside(node: number, direction: number): boolean {
    const [dx, dy] = DIRECTIONS[direction] as (typeof DIRECTIONS)[number];
    const row = Math.floor(node / this.width);
    const column = node - row * this.width + dx;
    return column >= 0 && column < this.width && row + dy >= 0 && row + dy < this.height;
  }
  private residual(node: number, direction: number): number {
    return this.capacity[direction * this.count + node] as number;
  }
  private push(node: number, direction: number, flow: number): void {
    const there = direction * this.count + node;
    const back = (direction ^ 1) * this.count + this.beside(node, direction);
    this.capacity[there] = (this.capacity[there] as number) - flow;
    this.capacity[back] = (this.capacity[back] as number) + flow;
  }

  private activate(node: number): void {
    if (this.queued[node]) return;
    this.queued[node] = 1;
    this.active.push(node);
  }
  private nextActive(): number {
    while (this.head < this.active.length) {
      const node = this.active[this.head++] as number;
      this.queued[node] = 0;
      if (this.head > 65_536) {
        this.active = this.active.slice(this.head);
        this.head = 0;
      }
      if (this.tree[node] !== FREE) return node;
    }
    return -1;
  }

  /** Takes in free neighbours; where it meets the other tree, flow is sent, and the node is looked at again. */
  private grow(node: number): void {
    const mine = this.tree[node] as number;
    for (let direction = 0; direction < WAYS; direction++) {
      if (!this.inside(node, direction)) continue;
      const other = this.beside(node, direction);
      const room = mine === SOURCE ? this.residual(node, direction) : this.residual(other, direction ^ 1);
      if (room <= 0) continue;
      const theirs = this.tree[other] as number;
      if (theirs === FREE) {
        this.tree[other] = mine;
        this.parent[other] = direction ^ 1;
        this.activate(other);
      } else if (theirs !== mine) {
        if (mine === SOURCE) this.augment(node, direction);
        else this.augment(other, direction ^ 1);
        this.adopt();
        if (this.tree[node] !== FREE) this.activate(node);
        return;
      }
    }
  }

  /** Sends what fits from the source to `node`, over the link and on to the sink. */
  private augment(node: number, direction: number): void {
    const other = this.beside(node, direction);
    const flow = Math.min(this.residual(node, direction), this.roomUp(node, true), this.roomUp(other, false));
    this.push(node, direction, flow);
    this.sendUp(node, flow, true);
    this.sendUp(other, flow, false);
  }
  /** What fits between a node and the root of its tree. */
  private roomUp(from: number, isSource: boolean): number {
    let room = Infinity;
    let node = from;
    for (let way = this.parent[node] as number; way !== ROOT; way = this.parent[node] as number) {
      const up = this.beside(node, way);
      room = Math.min(room, isSource ? this.residual(up, way ^ 1) : this.residual(node, way));
      node = up;
    }
    return Math.min(room, Math.abs(this.terminal[node] as number));
  }
  private sendUp(from: number, flow: number, isSource: boolean): void {
    let node = from;
    for (let way = this.parent[node] as number; way !== ROOT; way = this.parent[node] as number) {
      const up = this.beside(node, way);
      if (isSource) this.push(up, way ^ 1, flow);
      else this.push(node, way, flow);
      const left = isSource ? this.residual(up, way ^ 1) : this.residual(node, way);
      if (left <= 0) this.orphan(node);
      node = up;
    }
    this.terminal[node] = (this.terminal[node] as number) + (isSource ? -flow : flow);
    if (this.terminal[node] === 0) this.orphan(node);
  }
  private orphan(node: number): void {
    this.parent[node] = ORPHAN;
    this.orphans.push(node);
  }

  private adopt(): void {
    for (let node = this.orphans.pop(); node !== undefined; node = this.orphans.pop()) {
      const mine = this.tree[node] as number;
      const found = this.newParent(node, mine);
      if (found >= 0) this.parent[node] = found;
      else this.release(node, mine);
    }
  }
  /** A neighbour of the same tree that leads to its root and may send (or take) something; -1: none. */
  private newParent(node: number, mine: number): number {
    for (let direction = 0; direction < WAYS; direction++) {
      if (!this.inside(node, direction)) continue;
      const other = this.beside(node, direction);
      if (this.tree[other] !== mine) continue;
      const room = mine === SOURCE ? this.residual(other, direction ^ 1) : this.residual(node, direction);
      if (room > 0 && this.isRooted(other)) return direction;
    }
    return -1;
  }
  private isRooted(from: number): boolean {
    let node = from;
    for (;;) {
      const way = this.parent[node] as number;
      if (way === ROOT) return true;
      if (way === ORPHAN) return false;
      node = this.beside(node, way);
    }
  }
  private release(node: number, mine: number): void {
    this.tree[node] = FREE;
    for (let direction = 0; direction < WAYS; direction++) {
      if (!this.inside(node, direction)) continue;
      const other = this.beside(node, direction);
      if (this.tree[other] !== mine) continue;
      const room = mine === SOURCE ? this.residual(other, direction ^ 1) : this.residual(node, direction);
      if (room > 0) this.activate(other);
      if (this.parent[other] === (direction ^ 1)) this.orphan(other);
    }
  }
}
