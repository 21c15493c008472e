/** Encodings made by the server, for browsers that are too slow: asked for, waited for, fetched. */
import { api } from "../../lib/http.ts";

const FIRST_MS = 300;
const LONGEST_MS = 2000;
/** A training may hold the server's only worker: then the browser's own slow way is the faster one. */
const QUEUED_MS = 30_000;
const RUNNING_MS = 120_000;

interface Standing {
  state: "ready" | "queued" | "running" | "failed";
  job: string | null;
  message: string;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("Stopped", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** (256, 64, 64) float16 of an item. */
export async function remoteEncoding(item: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const url = `/api/v1/items/${item}/encoding/`;
  const began = Date.now();
  let job: string | null = null;
  for (let ms = FIRST_MS; ; ms = Math.min(LONGEST_MS, ms * 1.5)) {
    const standing: Standing = await api.post<Standing>(url, job ? { job } : {}, { signal });
    const { state } = standing;
    if (state === "ready") break;
    if (state === "failed") throw new Error(standing.message);
    job = standing.job;
    if (Date.now() - began > (state === "running" ? RUNNING_MS : QUEUED_MS))
      throw new Error("The server has not come to it yet.");
    await pause(ms, signal);
  }
  const response = await fetch(url, { signal, credentials: "same-origin" });
  if (!response.ok) throw new Error(`The server's encoding did not come (${response.status}).`);
  return response.arrayBuffer();
}
