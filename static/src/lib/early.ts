/** What a page's early script (`shell/*-early.js`) asked for before the page's own scripts were there. */

interface Early {
  answers: Map<string, Promise<Response>>;
}

/** The answer to the same request, if the early script made it less than so long ago; each is given once. */
const FRESH_MS = 15_000;

export function takeEarly(method: string, url: string): Promise<Response> | undefined {
  const early = (globalThis as { alpEarly?: Early }).alpEarly;
  const key = `${method} ${url}`;
  const answer = early?.answers.get(key);
  early?.answers.delete(key);
  return performance.now() < FRESH_MS ? answer : undefined;
}
