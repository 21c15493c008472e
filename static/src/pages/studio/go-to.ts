/** Going to a picture by its name, in the palette: those at hand, and those that the server finds. */
import { datasetApi } from "../../browser/io/api.ts";
import { parseText } from "../../browser/query/filter.ts";
import { addCommands, addSearch, type CommandEntry } from "../../shell/commands.ts";
import { PICTURES } from "../../studio/app/keymap.ts";
import type { Studio } from "../../studio/app/studio.ts";
import type { Entry } from "../../studio/state/session.ts";
import { listItems } from "../tasks/api.ts";

/** A picture that may be gone to; `words` say how it stands. */
interface Hit {
  id: string;
  filename: string;
  words: string;
}
type Find = (typed: string, signal: AbortSignal) => Promise<Hit[]>;

const MOST = "20";

export function offerPictures(studio: Pick<Studio, "listed" | "goTo">, find: Find | null): void {
  const entryOf = ({ id, filename, words }: Hit): CommandEntry => ({
    label: filename,
    group: PICTURES,
    icon: "images",
    side: words,
    run: () => studio.goTo(id),
  });
  addCommands(() => studio.listed().map((one) => entryOf(hitOf(one))));
  if (find) addSearch(async (typed, signal) => (await find(typed, signal)).map(entryOf));
}

function hitOf({ item, answer }: Entry): Hit {
  return { id: item.id, filename: item.item.filename, words: answer ? "done" : "to do" };
}

/** Among all items of a task, for those who may see them. */
export function inTask(task: string): Find {
  return async (name, signal) => {
    const { items } = await listItems<Found>(task, { name, limit: MOST }, signal);
    return items.map(({ id, item, status }) => ({
      id,
      filename: item.filename,
      words: status ? "done" : "to do",
    }));
  };
}
interface Found {
  id: string;
  status: string;
  item: { filename: string };
}

/** Among all pictures of a dataset, whatever the browser's filter. */
export function inDataset(dataset: string): Find {
  return async (typed, signal) => {
    const named = parseText(typed);
    if (!named || "filter" in named) return [];
    const filter = { $and: [{ type: "file" }, named] };
    const { items } = await datasetApi(dataset).query({ filter, pageSize: Number(MOST) }, signal);
    return items.map(({ id, filename }) => ({ id, filename, words: "" }));
  };
}
