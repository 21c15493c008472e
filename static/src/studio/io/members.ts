/** The people of the project, found by a part of their name or address. */
import { boot } from "../../lib/boot.ts";
import { client } from "../../lib/client.ts";
import type { PersonRef } from "../state/types.ts";

export type FindPeople = (text: string) => Promise<readonly PersonRef[]>;
interface Found {
  readonly people: readonly (PersonRef & { email: string })[];
  /** Whether these are all that match. */
  readonly all: boolean;
}

/** More than a list beside a text shows: who begins so comes first in it. */
const FOUND = 20;

export function membersOfProject(): FindPeople {
  const project = boot().project?.id;
  if (!project) return () => Promise.resolve([]);
  return finder(async (q) => {
    const { items, next } = await client.get("/api/v1/projects/{project_id}/members/", {
      path: { project_id: project },
      query: { q, limit: FOUND },
    });
    return {
      people: items.map(({ user: { id, name, email } }) => ({ id, name, email })),
      all: next === null,
    };
  });
}

/**
 * Asks for each text once; what holds a longer text is among those that held a shorter one. Nobody, where there is no
 * answer: then the text is asked for again.
 */
export function finder(ask: (text: string) => Promise<Found>): FindPeople {
  const known = new Map<string, Promise<Found>>();
  const look = async (text: string): Promise<Found> => {
    for (let length = 0; length < text.length; length++) {
      const shorter = await known.get(text.slice(0, length));
      if (shorter?.all) return { all: true, people: shorter.people.filter((one) => holds(one, text)) };
    }
    return ask(text);
  };
  return async (part) => {
    const text = part.trim().toLowerCase();
    const asked = known.get(text) ?? look(text);
    known.set(text, asked);
    try {
      return (await asked).people;
    } catch {
      known.delete(text);
      return [];
    }
  };
}

function holds({ name, email }: { name: string; email: string }, text: string): boolean {
  return name.toLowerCase().includes(text) || email.toLowerCase().includes(text);
}
