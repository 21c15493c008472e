/** What a project has, for pickers: found by a part of its name, and named by its id. */
import { api } from "../../lib/http";
import type { PickItem } from "../../ui/picker";

const PATHS = { Dataset: "datasets", Model: "models", Ontology: "ontologies", Pipeline: "pipelines" };
export type Picked = keyof typeof PATHS | "Person";
export interface Entities {
  find: (text: string) => Promise<PickItem[]>;
  /** Names by id: of these, as far as they are there, and perhaps of others. */
  named: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** So many people are read of those that match: more than anyone reads through. */
const FOUND = 20;
/** More ids than that make an address too long. */
const IDS_AT_ONCE = 50;

export function entities(projectId: string, kind: Picked): Entities {
  return kind === "Person" ? people(projectId) : things(`/api/v1/projects/${projectId}/${PATHS[kind]}/`);
}

/** Read once: there are not very many. */
function things(url: string): Entities {
  let all: Promise<PickItem[]> | null = null;
  const read = () => (all ??= api.all<PickItem>(url));
  return {
    find: async (text) => {
      const wanted = text.trim().toLowerCase();
      return (await read()).filter((item) => item.name.toLowerCase().includes(wanted));
    },
    named: async () => new Map((await read()).map(({ id, name }) => [id, name])),
  };
}

/** A project may have very many: the server looks for them. Whoever was met once is not asked for by id. */
function people(projectId: string): Entities {
  const met = new Map<string, string>();
  const read = async (query: Record<string, string | number | string[]>): Promise<PickItem[]> => {
    const url = `/api/v1/projects/${projectId}/members/`;
    const found = (await api.list<{ user: PickItem }>(url, { query })).items.map(({ user }) => user);
    for (const { id, name } of found) met.set(id, name);
    return found;
  };
  return {
    find: (text) => read({ q: text.trim(), limit: FOUND }),
    named: async (ids) => {
      const strangers = ids.filter((id) => !met.has(id));
      for (let at = 0; at < strangers.length; at += IDS_AT_ONCE)
        await read({ user: strangers.slice(at, at + IDS_AT_ONCE) });
      return met;
    },
  };
}
