/** What the code editor asks of the API: versions of a node's code, and test runs. */
import { api, type Page } from "../../lib/http";
import type { PickItem } from "../../ui/picker";

export interface CodeVersion {
  id: string;
  node_id: string;
  sha256: string;
  code: string;
  author: { id: string; name: string } | null;
  created_at: string;
}

export interface TestError {
  code: string;
  message: string;
  type?: string | null;
  line?: number | null;
  trace?: string | null;
}

export interface TestReply {
  ok: boolean;
  stdout?: string;
  seconds?: number;
  result?: unknown;
  error?: TestError;
}

interface TestRun {
  id: string;
  done: boolean;
  reply: TestReply | null;
}

export const listVersions = (pipelineId: string, nodeId: string): Promise<Page<CodeVersion>> =>
  api.list<CodeVersion>(`/api/v1/pipelines/${pipelineId}/code/versions/`, { query: { node: nodeId } });

const POLL_MS = 400;

/** Starts a test run and waits for its answer; null when `wanted` says no more. */
export async function runTest(
  pipelineId: string,
  body: { config: Record<string, unknown>; item: string | null },
  wanted: () => boolean,
): Promise<TestReply | null> {
  let run = await api.post<TestRun>(`/api/v1/pipelines/${pipelineId}/code/test/`, body);
  while (!run.done) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    if (!wanted()) return null;
    run = await api.get<TestRun>(`/api/v1/code-tests/${run.id}/`);
  }
  return run.reply;
}

interface Found {
  items: { id: string; filename: string }[];
}

/** Items of the project whose name holds the text, a few of each dataset. */
export async function findItems(projectId: string, text: string): Promise<PickItem[]> {
  const datasets = await api.all<PickItem>(`/api/v1/projects/${projectId}/datasets/`);
  const name = text.trim().replace(/[*?[\]]/g, "?");
  const filter = {
    $and: [{ hidden: false }, { type: "file" }, ...(name ? [{ filename: { $glob: `*${name}*` } }] : [])],
  };
  const pages = await Promise.all(
    datasets
      .slice(0, 8)
      .map((dataset) =>
        api.post<Found>(`/api/v1/datasets/${dataset.id}/items/query/`, { filter, pageSize: 10 }),
      ),
  );
  return pages.flatMap((page, n) =>
    page.items.map((item) => ({ id: item.id, name: `${datasets[n]?.name ?? ""}${item.filename}` })),
  );
}
