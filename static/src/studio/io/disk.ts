/** The outbox's disk: IndexedDB, one database a person, for all tasks; memory where the browser gives none. */
import { openDb } from "../../lib/idb.ts";
import type { Act } from "../state/types.ts";
import type { ActStore } from "./outbox.ts";

const STORE = "acts";

export async function openActStore(person: string): Promise<ActStore> {
  try {
    const db = await openDb(`alp-studio-${person}`, 1, {
      [STORE]: { keyPath: "op_id", indexes: { task: "task" } },
    });
    return {
      durable: true,
      all: () => db.all<Act>(STORE),
      put: (act) => db.put(STORE, act),
      remove: (opId) => db.delete(STORE, opId),
    };
  } catch {
    return memoryStore();
  }
}

export function memoryStore(): ActStore {
  const acts = new Map<string, Act>();
  return {
    durable: false,
    all: () => Promise.resolve([...acts.values()]),
    put: (act) => Promise.resolve(void acts.set(act.op_id, act)),
    remove: (opId) => Promise.resolve(void acts.delete(opId)),
  };
}
