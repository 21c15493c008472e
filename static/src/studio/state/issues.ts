/** The issues of the item on the screen: which there are, which one is looked at, what people do about them. */
import type { Feed } from "../../lib/feed.ts";
import { ISSUE_CATEGORIES } from "../../lib/issue-words.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { Issue, IssueAct, IssueApi, NewIssue, Said } from "../io/issues.ts";

export const CATEGORIES: Record<Issue["category"], string> = ISSUE_CATEGORIES;

export class Issues {
  /** By number. */
  readonly list = new Cell<readonly Issue[]>([]);
  /** The one that is shown with its thread. */
  readonly current = new Cell<string | null>(null);
  /** How many of each annotation are not resolved. */
  readonly ofAnnotation = new Cell<ReadonlyMap<string, number>>(new Map());
  private taskItem: string | null = null;
  /** How often the server answered an act of ours: a list asked for before such an answer may not know of it. */
  private answers = 0;
  private readonly off: Unsubscribe;

  constructor(
    private readonly api: IssueApi,
    feed: Pick<Feed, "watch">,
    /** Resolves when the server has an annotation that an issue is to hang on; what it throws keeps the issue here. */
    private readonly arrived: (annotation: string) => Promise<void> = () => Promise.resolve(),
  ) {
    this.off = feed.watch(["issue.changed"], (events) => {
      const ours = events.some(
        ({ ids, data }) =>
          this.list.value.some(({ id }) => ids.includes(id)) ||
          data["item"] === this.item ||
          data["task_item"] === this.taskItem,
      );
      if (!events.length || ours) void this.refresh();
    });
  }
  private item: string | null = null;

  dispose(): void {
    this.off();
  }

  /** Another item is on the screen; what came with it is shown until the server is asked again. */
  show(taskItem: string | null, item: string | null, known: readonly Issue[]): void {
    if (taskItem === this.taskItem) return;
    this.taskItem = taskItem;
    this.item = item;
    this.begin(known);
  }
  /** What was read of an item after it came on the screen. */
  read(taskItem: string, known: readonly Issue[]): void {
    if (taskItem === this.taskItem && !this.list.value.length && known.length) this.begin(known);
  }
  private begin(known: readonly Issue[]): void {
    this.take(known);
    const open = this.unresolved();
    this.current.set(open[0]?.id ?? null);
  }
  get(id: string | null): Issue | undefined {
    return this.list.value.find((one) => one.id === id);
  }
  unresolved(): Issue[] {
    return this.list.value.filter(({ state }) => state !== "resolved");
  }

  async refresh(): Promise<void> {
    const { taskItem, answers } = this;
    if (!taskItem) return;
    try {
      const list = await this.api.list(taskItem);
      if (taskItem !== this.taskItem) return;
      if (answers === this.answers) this.take(list);
      else await this.refresh();
    } catch {
      // A hint, not a promise: the next event asks again.
    }
  }
  async create(issue: NewIssue): Promise<Issue> {
    if (!this.taskItem) throw new Error("No item is open.");
    const { taskItem } = this;
    if (issue.annotation) await this.arrived(issue.annotation);
    const made = await this.api.create(taskItem, issue);
    if (taskItem === this.taskItem) {
      this.put(made);
      this.current.set(made.id);
    }
    return made;
  }
  async act(id: string, act: IssueAct, said: Said): Promise<void> {
    this.put(await this.api.act(id, act, said));
  }

  /** The next one that is not resolved, round and round. */
  next(step: 1 | -1 = 1): Issue | null {
    const open = this.unresolved();
    if (!open.length) return null;
    const at = open.findIndex(({ id }) => id === this.current.value);
    const to = at < 0 ? (step === 1 ? 0 : open.length - 1) : (at + step + open.length) % open.length;
    const found = open[to] as Issue;
    this.current.set(found.id);
    return found;
  }

  private put(issue: Issue): void {
    this.answers += 1;
    const others = this.list.value.filter(({ id }) => id !== issue.id);
    this.take([...others, issue]);
  }
  private take(list: readonly Issue[]): void {
    this.list.set([...list].sort((a, b) => a.number - b.number));
    const counts = new Map<string, number>();
    for (const { annotation } of this.unresolved())
      if (annotation) counts.set(annotation, (counts.get(annotation) ?? 0) + 1);
    this.ofAnnotation.set(counts);
    if (this.current.value !== null && !this.get(this.current.value)) this.current.set(null);
  }
}
