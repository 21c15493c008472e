/** What a page's early script (`shell/*-early.js`) asked for before the page's own scripts were there. */

interface Early {
  answers: Map<string, Promise<Response>>;
  /** Settles once it knows all that it asks for. */
  coming?: Promise<unknown>;
}

/** Older answers are asked for anew. */
const FRESH_MS = 15_000;

/** The answer to the same request, each given once; undefined where the early script did not make it. */
export function takeEarly(method: string, url: string): Promise<Response | undefined> | undefined {
  const early = (globalThis as { alpEarly?: Early }).alpEarly;
  if (!early || performance.now() > FRESH_MS) return undefined;
  const key = `${method} ${url}`;
  const take = () => {
    const answer = early.answers.get(key);
    early.answers.delete(key);
    return answer;
  };
  // It may be about to ask for the same.
  if (!early.answers.has(key) && method === "GET" && url.endsWith("/open/")) return early.coming?.then(take);
  return take();
}
