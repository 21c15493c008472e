/** What a node's foot says: how many wait, are at work, are done, failed; and below it how many an hour. */
import { compact, count } from "../../lib/format";
import { textWidth } from "../graph/geometry";
import type { Counts } from "../graph/types";
import { svg as s } from "./svg";

/** Executions done at a node within the last whole minute and the last hour. */
export interface Pace {
  minute: number;
  hour: number;
}

interface Entry {
  kind: string;
  n: number;
  text: string;
  words: string;
}

const EDGE = 12;

/** "▸ 26  ✓ 46,480  ✕ 2": at work or waiting, done, failed; both of the first two where there are both. */
export function tallyOf(counts: Counts): Entry[] {
  const working = (counts.running ?? 0) + (counts.ready ?? 0);
  const waiting = counts.waiting ?? 0;
  const entry = (mark: string, kind: string, n: number, words: string): Entry => ({
    kind: n ? kind : "zero",
    n,
    text: `${mark} ${compact(n)}`,
    words: `${count(n)} ${words}`,
  });
  return [
    ...(working || !waiting ? [entry("▸", "run", working, "at work or about to be")] : []),
    ...(waiting ? [entry("◷", "wait", waiting, "waiting for people or a job")] : []),
    entry("✓", "ok", counts.done ?? 0, "done"),
    entry("✕", "bad", counts.failed ?? 0, "failed"),
  ];
}

/** From edge to edge of the node, with the same room between each two. */
export function drawTally(holder: Element, counts: Counts, width: number): void {
  const entries = tallyOf(counts);
  const widths = entries.map((one) => textWidth(one.text, 12, true));
  const taken = widths.reduce((sum, one) => sum + one, 0);
  const room = (width - 2 * EDGE - taken) / (entries.length - 1);
  let x = EDGE;
  holder.replaceChildren(
    ...entries.map((one, i) => {
      const text = s("text", { class: `ct ${one.kind}`, x, y: 0 });
      text.append(one.text, s("title", {}, one.words));
      x += (widths[i] ?? 0) + room;
      return text;
    }),
  );
}

/** "12 a minute", or "30 an hour" where the last minute brought nothing; nothing for a node that is idle. */
export function paceWords(pace: Pace | undefined): string {
  if (pace?.minute) return `${compact(pace.minute)} a minute`;
  return pace?.hour ? `${compact(pace.hour)} an hour` : "";
}

export function drawPace(holder: Element, pace: Pace | undefined): void {
  const words = paceWords(pace);
  holder.replaceChildren();
  if (pace && words)
    holder.append(
      words,
      s("title", {}, `Done: ${count(pace.minute)} in a minute, ${count(pace.hour)} in an hour`),
    );
}
