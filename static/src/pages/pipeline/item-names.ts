/** What items are called that cycles and executions are about: each is asked for once. */
import { api } from "../../lib/http";

export class ItemNames {
  private readonly met = new Map<string, string>();

  constructor(private readonly projectId: string) {}

  /** Reads those not met yet, in one request; a deleted item has no name. */
  async learn(ids: Iterable<string>): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.met.has(id));
    if (!unknown.length) return;
    const found = await api.post<{ items: { id: string; filename: string }[] }>(
      `/api/v1/projects/${this.projectId}/items/query/`,
      { filter: { id: { $in: unknown } }, pageSize: unknown.length },
    );
    for (const item of found.items) this.met.set(item.id, item.filename);
  }

  get(id: string): string | undefined {
    return this.met.get(id);
  }
}
