/** Where edits and the undo log survive a closed tab: IndexedDB, one database a person; memory where there is none. */
import { openDb } from "../../lib/idb.ts";
import type { CommandDump } from "../../lib/undo.ts";
import type { Annotation } from "../shapes/_shape.ts";
import type { Base, Pending } from "./pending.ts";

export interface KeptLog {
  item: string;
  log: CommandDump<Annotation>;
  /** What the server holds of annotations that undo may bring back. */
  bases: Record<string, Base>;
  /** Suggestions by their id: the annotation each one is or became here. */
  suggested?: Record<string, string>;
  /** Ids of suggestions that were refused. */
  rejected?: string[];
}
export interface EditStore {
  durable: boolean;
  all(): Promise<Pending[]>;
  put(...edits: Pending[]): Promise<void>;
  remove(...opIds: string[]): Promise<void>;
  log(item: string): Promise<KeptLog | undefined>;
  putLog(log: KeptLog): Promise<void>;
}

export async function openEditStore(person: string): Promise<EditStore> {
  try {
    const db = await openDb(`alp-edits-${person}`, 1, {
      edits: { keyPath: "op_id" },
      logs: { keyPath: "item" },
    });
    return {
      durable: true,
      all: () => db.all<Pending>("edits"),
      put: (...edits) => db.put("edits", ...edits),
      remove: (...opIds) => db.delete("edits", ...opIds),
      log: (item) => db.get<KeptLog>("logs", item),
      putLog: (log) => db.put("logs", log),
    };
  } catch {
    return memoryEdits();
  }
}

function memoryEdits(): EditStore {
  const edits = new Map<string, Pending>();
  const logs = new Map<string, KeptLog>();
  return {
    durable: false,
    all: () => Promise.resolve([...edits.values()]),
    put: (...list) => Promise.resolve(list.forEach((edit) => edits.set(edit.op_id, edit))),
    remove: (...opIds) => Promise.resolve(opIds.forEach((id) => edits.delete(id))),
    log: (item) => Promise.resolve(logs.get(item)),
    putLog: (log) => Promise.resolve(void logs.set(log.item, log)),
  };
}

/**
 * Which tabs are open, by Web Locks: an edit belongs to the tab that made it, and passes to another once that is gone.
 * Without locks every other tab counts as gone; op_id keeps a repeat harmless.
 */
export interface Tabs {
  id: string;
  /** Runs `work` while no other tab takes over edits; `open` are the tabs still there. */
  adopt(work: (open: ReadonlySet<string>) => Promise<void>): Promise<void>;
}

export async function openTab(id: string): Promise<Tabs> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  if (!locks) return { id, adopt: (work) => work(new Set()) };
  // Held as long as the page lives.
  await new Promise<void>((held) => {
    void locks.request(`alp-tab-${id}`, () => {
      held();
      return new Promise(() => undefined);
    });
  });
  return {
    id,
    adopt: async (work) => {
      await locks.request("alp-tabs-adopt", async () => {
        const { held } = await locks.query();
        await work(new Set((held ?? []).map((lock) => (lock.name ?? "").replace("alp-tab-", ""))));
      });
    },
  };
}
