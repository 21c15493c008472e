/** "Waiting for you" in the top bar: how much of people's work is this person's, kept true by the feed. */
import type { Boot } from "../lib/boot.ts";
import { find } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { count } from "../lib/format.ts";
import { api } from "../lib/http.ts";

interface Waiting {
  count: number;
}

export function startWaiting(data: Boot): void {
  const link = find<HTMLAnchorElement>("#waiting");
  const project = data.project?.id;
  if (!link || !project || !data.can.includes("task.work_own")) return;
  const number = find("b", link);
  const refresh = async () => {
    try {
      const waiting = await api.get<Waiting>(`/api/v1/projects/${project}/waiting/`, { retries: 0 });
      if (number) number.textContent = count(waiting.count);
      link.hidden = false;
    } catch {
      // The number is a courtesy; the tasks page tells what is wrong.
      link.hidden = true;
    }
  };
  void refresh();
  feed.watch(["task.item_status", "task.updated"], () => void refresh(), 1500);
}
