/** What a reviewer says of a page of thumbnails before it is sent: kept, relabelled, rejected, left out. Pure. */
import { Cell } from "../../lib/store.ts";
import type { IssueCategory, NewIssue } from "../io/issues.ts";
import type { WorkItem } from "../state/types.ts";

export interface Mark {
  readonly item: WorkItem;
  /** The label it will have; null: nobody has given it any. */
  readonly label: string | null;
  /** Why it is rejected; null: it is not. */
  readonly flag: IssueCategory | null;
  /** Neither approved nor rejected: it waits on. */
  readonly left: boolean;
  /** What the server made of it; null: it was not asked yet. */
  readonly result: string | null;
}
/** What is sent of one item. */
export interface Verdict {
  task_item: string;
  seen_version: number;
  label?: string;
  issue?: NewIssue;
}
export interface Outcome {
  task_item: string;
  result: string;
}
export interface Counts {
  approve: number;
  /** Of those, the ones that get another label. */
  corrected: number;
  rejected: number;
  left: number;
}

/** Results after which an item is no longer work. */
export const DONE: ReadonlySet<string> = new Set(["approved", "corrected", "returned"]);
/** For people: why an item was left as it is. */
export const REASONS: Readonly<Record<string, string>> = {
  gone: "taken out of the task",
  decided: "decided by someone else",
  with_annotator: "with its annotator",
  held: "in someone else's queue",
  changed: "changed meanwhile",
  open_issues: "has open issues",
  no_label: "has no label",
  no_annotator: "nobody to send it back to",
};
export const reasonOf = (result: string): string => REASONS[result] ?? result.replaceAll("_", " ");

export class Marks {
  /** Rings on every change. */
  readonly changed = new Cell(0);
  /** The one that keys are about. */
  at = 0;
  private list: Mark[] = [];

  all(): readonly Mark[] {
    return this.list;
  }
  here(): Mark | undefined {
    return this.list[this.at];
  }

  show(items: readonly WorkItem[]): void {
    this.list = items.map((item) => ({ item, label: item.label, flag: null, left: false, result: null }));
    this.at = 0;
    this.ring();
  }

  moveTo(at: number): void {
    if (!this.list.length) return;
    this.at = Math.min(Math.max(at, 0), this.list.length - 1);
    this.ring();
  }

  /** Another label; it is then approved with it. False: there is nothing to say it of. */
  relabel(label: string): boolean {
    return this.set({ label, flag: null, left: false });
  }
  /** Rejected for this reason, or for another one. False: nobody labelled it, so it cannot go back. */
  flag(flag: IssueCategory): boolean {
    const here = this.here();
    if (!here?.item.source?.person) return false;
    return this.set({ flag, label: here.item.label, left: false });
  }
  /** From approving to rejecting and back. */
  toggle(flag: IssueCategory): boolean {
    return this.here()?.flag ? this.set({ flag: null }) : this.flag(flag);
  }
  leave(): boolean {
    return this.set({ left: !this.here()?.left, flag: null });
  }

  counts(): Counts {
    const open = this.list.filter(isOpen);
    const approve = open.filter(isApproved);
    return {
      approve: approve.length,
      corrected: approve.filter(({ label, item }) => label !== item.label).length,
      rejected: open.filter(({ flag }) => flag).length,
      left: open.filter((mark) => !mark.flag && !isApproved(mark)).length,
    };
  }
  /** What is to be sent; what is left out and what has no label is not. */
  verdicts(): Verdict[] {
    return this.list
      .filter((mark) => isOpen(mark) && (mark.flag !== null || isApproved(mark)))
      .map(({ item, label, flag }) => ({
        task_item: item.id,
        seen_version: item.item.content_version,
        ...(flag && { issue: { category: flag, annotation: null, place: null, body: "", mentions: [] } }),
        ...(!flag && label !== null && label !== item.label && { label }),
      }));
  }
  /** Takes down what became of them; answers those that were left, by reason. */
  settle(outcomes: readonly Outcome[]): Map<string, number> {
    const results = new Map(outcomes.map(({ task_item, result }) => [task_item, result]));
    this.list = this.list.map((mark) => ({ ...mark, result: results.get(mark.item.id) ?? mark.result }));
    const reasons = new Map<string, number>();
    for (const { result } of outcomes)
      if (!DONE.has(result)) reasons.set(result, (reasons.get(result) ?? 0) + 1);
    this.ring();
    return reasons;
  }

  private set(part: Partial<Mark>): boolean {
    const here = this.here();
    if (!here || here.result !== null) return false;
    this.list = this.list.map((mark, i) => (i === this.at ? { ...mark, ...part } : mark));
    this.ring();
    return true;
  }
  private ring(): void {
    this.changed.update((n) => n + 1);
  }
}

const isOpen = ({ result }: Mark): boolean => result === null;
function isApproved({ label, flag, left }: Mark): boolean {
  return label !== null && !flag && !left;
}
/** Where an arrow leads in a grid of so many columns. */
export function neighbour(at: number, key: string, columns: number, total: number): number {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -total,
    End: total,
  };
  const to = at + (steps[key] ?? 0);
  // Up and down stay in their column.
  if ((key === "ArrowUp" || key === "ArrowDown") && (to < 0 || to >= total)) return at;
  return Math.min(Math.max(to, 0), total - 1);
}
