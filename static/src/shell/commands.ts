/**
 * What Ctrl K offers. Pages add their own commands; things of the project are searched through the API's lists.
 *
 *   addCommands(() => [{ label: "Start pipeline", icon: "play", run: start }]);
 *   addSearch(async (typed, signal) => (await find(typed, signal)).map(entryOf));
 */
import { api } from "../lib/http.ts";
import type { Boot, NamedRef } from "../lib/boot.ts";
import { isIconName, type IconName } from "../ui/icons.ts";

export interface CommandEntry {
  label: string;
  group?: string;
  icon?: IconName;
  href?: string;
  run?: () => unknown;
  side?: string;
  /** More words it is found by. */
  words?: string;
}
type Source = () => CommandEntry[];

const sources = new Set<Source>();

/** The palette for one thing only: entries of a group, and what one is asked for. */
export interface PaletteFor {
  readonly group: string;
  readonly words: string;
}
const ASKED = "alp:palette";

/** Opens the palette for one group alone; the frame listens. */
export function askPalette(of: PaletteFor): void {
  document.dispatchEvent(new CustomEvent(ASKED, { detail: of }));
}
export function onPaletteAsked(run: (of: PaletteFor) => void): void {
  document.addEventListener(ASKED, (event) => run((event as CustomEvent<PaletteFor>).detail));
}

export function addCommands(source: Source): () => void {
  sources.add(source);
  return () => void sources.delete(source);
}

/** Answers what is typed with entries of its own, by asking the server. */
export type Search = (typed: string, signal: AbortSignal) => Promise<CommandEntry[]>;
const searches = new Set<Search>();

export function addSearch(search: Search): () => void {
  searches.add(search);
  return () => void searches.delete(search);
}

/** What the page's searches find, all together; one that fails is left out. */
export async function searched(typed: string, signal: AbortSignal): Promise<CommandEntry[]> {
  const found = await Promise.allSettled([...searches].map((search) => search(typed, signal)));
  return found.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

export function pageCommands(): CommandEntry[] {
  return [...sources].flatMap((source) => source().map((entry) => ({ group: "On this page", ...entry })));
}

export function goCommands(data: Boot): CommandEntry[] {
  const pages = [...document.querySelectorAll<HTMLAnchorElement>(".rail-link")].map((link): CommandEntry => {
    const key = link.dataset["nav"] ?? "";
    return {
      label: link.title,
      group: "Go to",
      icon: isIconName(key) ? key : "arrow-right",
      href: link.href,
    };
  });
  const others = data.projects.filter((project) => project.id !== data.project?.id);
  return [
    ...pages,
    ...others.map((project): CommandEntry => ({
      label: project.name,
      group: "Projects",
      icon: "boxes",
      href: `/p/${project.id}/`,
    })),
    {
      label: "All projects",
      group: "Projects",
      icon: "boxes",
      href: "/projects/",
      words: "new create switch",
    },
  ];
}

interface Kind {
  group: string;
  icon: IconName;
  action: string;
  list: (project: string) => string;
  page: (project: string, id: string) => string;
}
const KINDS: Kind[] = [
  {
    group: "Datasets",
    icon: "data",
    action: "item.see",
    list: (p) => `/api/v1/projects/${p}/datasets/`,
    page: (p, id) => `/p/${p}/data/${id}/`,
  },
  {
    group: "Tasks",
    icon: "tasks",
    action: "task.work_own",
    list: (p) => `/api/v1/projects/${p}/tasks/`,
    page: (p, id) => `/p/${p}/tasks/${id}/`,
  },
  {
    group: "Pipelines",
    icon: "pipelines",
    action: "pipeline.see",
    list: (p) => `/api/v1/projects/${p}/pipelines/`,
    page: (p, id) => `/p/${p}/pipelines/${id}/`,
  },
  {
    group: "Models",
    icon: "models",
    action: "model.see",
    list: (p) => `/api/v1/projects/${p}/models/`,
    page: (p, id) => `/p/${p}/models/${id}/`,
  },
];

/** Things of the project by name, a group as soon as it has come; a list that fails is left out. */
export async function thingCommands(data: Boot, found: (entries: CommandEntry[]) => void): Promise<void> {
  const project = data.project?.id;
  if (!project) return;
  await Promise.all(
    KINDS.filter((kind) => data.can.includes(kind.action)).map(async (kind) => {
      try {
        const { items } = await api.list<NamedRef>(kind.list(project), { query: { limit: 100 }, retries: 0 });
        found(
          items.map((item) => ({
            label: item.name,
            group: kind.group,
            icon: kind.icon,
            href: kind.page(project, item.id),
          })),
        );
      } catch {
        // The palette still helps without this list; the page itself tells why it fails.
      }
    }),
  );
}

/** Every typed word must begin a word of the entry, or be found within its name. Better matches first. */
export function ranked(entries: CommandEntry[], typed: string): CommandEntry[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return entries;
  const score = (entry: CommandEntry): number => {
    const label = entry.label.toLowerCase();
    const all = `${label} ${entry.words ?? ""} ${entry.group ?? ""}`.toLowerCase();
    let total = 0;
    for (const word of wanted) {
      if (label.startsWith(word)) total += 3;
      else if (all.split(/[\s\-_/.]+/).some((part) => part.startsWith(word))) total += 2;
      else if (label.includes(word)) total += 1;
      else return 0;
    }
    return total;
  };
  return entries
    .map((entry, order) => ({ entry, order, points: score(entry) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || a.order - b.order)
    .map(({ entry }) => entry);
}
