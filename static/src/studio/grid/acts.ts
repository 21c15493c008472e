/** A review by pages: which page is shown, sending it as one act, taking acts back. */
import { client } from "../../lib/client.ts";
import { Cell } from "../../lib/store.ts";
import { uuid7 } from "../io/ids.ts";
import type { WorkItem } from "../state/types.ts";
import { Marks, type Outcome, type Verdict } from "./marks.ts";

export interface GridApi {
  page(after: string | null): Promise<{ items: WorkItem[]; next: string | null }>;
  decide(opId: string, items: Verdict[]): Promise<Outcome[]>;
  undo(opId: string, taskItems: string[]): Promise<Outcome[]>;
}
interface Act {
  readonly opId: string;
  readonly taskItems: string[];
}
export interface Work {
  readonly what: string;
  readonly done: number;
  /** Null: one request, that goes or does not. */
  readonly total: number | null;
}

export const PAGE = 60;
/** So many are taken back in one request: each is a transaction of its own. */
const UNDO_AT_ONCE = 20;

export class GridActs {
  readonly marks = new Marks();
  /** What is going on; null: the page can be worked on. */
  readonly work = new Cell<Work | null>(null);
  readonly page = new Cell(1);
  /** Whether more follow. */
  more = false;
  private afters: (string | null)[] = [null];
  private next: string | null = null;
  private readonly acts: Act[] = [];
  /** The act that is being sent: repeated after an error, it is not done twice. */
  private sending: string | null = null;

  constructor(private readonly api: GridApi) {}

  get canUndo(): boolean {
    return this.acts.length > 0;
  }

  /** The first page, of what is open now. */
  async first(): Promise<void> {
    this.afters = [null];
    await this.read();
  }
  async forward(): Promise<boolean> {
    if (!this.next) return false;
    this.afters.push(this.next);
    await this.read();
    return true;
  }
  async back(): Promise<boolean> {
    if (this.afters.length < 2) return false;
    this.afters.pop();
    await this.read();
    return true;
  }

  /** Sends the page; answers what was left, by reason. Throws what the request does: then it may be sent again. */
  async decide(): Promise<Map<string, number>> {
    const verdicts = this.marks.verdicts();
    if (!verdicts.length) return new Map();
    const opId = (this.sending ??= uuid7());
    return this.working("Approving", null, async () => {
      const outcomes = await this.api.decide(opId, verdicts);
      this.sending = null;
      const reasons = this.marks.settle(outcomes);
      const done = outcomes.filter(({ result }) => !reasons.has(result)).map(({ task_item }) => task_item);
      if (done.length) this.acts.push({ opId, taskItems: done });
      return reasons;
    });
  }

  /** Takes the last act back, some at a time; answers how many are open again and what could not be taken back. */
  async undo(): Promise<{ reopened: number; kept: string[] } | null> {
    const act = this.acts.at(-1);
    if (!act) return null;
    const { opId, taskItems } = act;
    return this.working("Taking back", taskItems.length, async (tell) => {
      const outcomes: Outcome[] = [];
      for (let i = 0; i < taskItems.length; i += UNDO_AT_ONCE) {
        outcomes.push(...(await this.api.undo(opId, taskItems.slice(i, i + UNDO_AT_ONCE))));
        tell(outcomes.length);
      }
      this.acts.pop();
      const kept = outcomes.map(({ result }) => result).filter((result) => result !== "reopened");
      return { reopened: outcomes.length - kept.length, kept };
    });
  }

  private async read(): Promise<void> {
    await this.working("Loading", null, async () => {
      const found = await this.api.page(this.afters.at(-1) ?? null);
      this.next = found.next;
      this.more = found.next !== null;
      this.page.set(this.afters.length);
      this.marks.show(found.items);
    });
  }
  private async working<R>(
    what: string,
    total: number | null,
    run: (tell: (done: number) => void) => Promise<R>,
  ): Promise<R> {
    this.work.set({ what, done: 0, total });
    try {
      return await run((done) => this.work.set({ what, done, total }));
    } finally {
      this.work.set(null);
    }
  }
}

export function gridApi(task_id: string): GridApi {
  const path = { task_id };
  return {
    page: async (after) => {
      const query = { limit: PAGE, ...(after && { after }) };
      const found = await client.get("/api/v1/tasks/{task_id}/grid/", { path, query });
      return { items: found.items as unknown as WorkItem[], next: found.next };
    },
    decide: async (op_id, items) =>
      (await client.post("/api/v1/tasks/{task_id}/grid/", { path, body: { op_id, items: items as never } }))
        .items,
    undo: async (op_id, task_items) =>
      (await client.post("/api/v1/tasks/{task_id}/grid/undo/", { path, body: { op_id, task_items } })).items,
  };
}
