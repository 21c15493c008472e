/** What is wrong with the draft, asked of the server as one edits: the last answer, and the ports it tells. */
import { isAbort } from "../../lib/http";
import { Cell } from "../../lib/store";
import type { Graph } from "../graph/types";
import type { NodePorts, Problem } from "../io/api";
import type { GraphDocument } from "./document";
import type { Faces } from "./faces";

export interface CheckAnswer {
  problems: Problem[];
  ports: Record<string, NodePorts>;
}

export class Checks {
  readonly problems = new Cell<readonly Problem[]>([]);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request: AbortController | null = null;

  constructor(
    private readonly doc: GraphDocument,
    private readonly faces: Faces,
    private readonly ask: (graph: Graph, signal: AbortSignal) => Promise<CheckAnswer>,
    private readonly wait = 350,
  ) {
    doc.store.subscribe(({ changes }) => {
      // Ports that are not known yet are wanted at once.
      const unknown = changes.some(({ after }) => after?.kind === "node" && !faces.knows(after.value));
      this.soon(unknown ? 20 : this.wait);
    });
  }

  soon(wait = this.wait): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.now(), wait);
  }

  async now(): Promise<void> {
    clearTimeout(this.timer);
    this.request?.abort();
    const request = (this.request = new AbortController());
    const graph = this.doc.graph();
    try {
      const answer = await this.ask(graph, request.signal);
      if (request.signal.aborted) return;
      this.faces.learn(graph, answer.ports);
      this.problems.set(answer.problems);
    } catch (error) {
      // The save state says what the network does; the next edit asks again.
      if (!isAbort(error)) this.soon(5000);
    }
  }
}
