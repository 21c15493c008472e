/** What the server told this page: the JSON that base.html prints with `json_script`. */

export interface NamedRef {
  id: string;
  name: string;
}
export interface BootUser extends NamedRef {
  email: string;
  /** What this person set for themselves: `PATCH /api/v1/me/ {prefs}` merges, null removes. */
  prefs?: Record<string, unknown>;
}
export type RoleName = "owner" | "engineer" | "reviewer" | "annotator" | "viewer";

export interface Boot<P = Record<string, unknown>> {
  user: BootUser | null;
  project: NamedRef | null;
  role: RoleName | null;
  projects: NamedRef[];
  /** Actions the person may do here, where the view says so. */
  can: string[];
  /** What the page's own view put there. */
  page: P;
}

const EMPTY: Boot = {
  user: null,
  project: null,
  role: null,
  projects: [],
  can: [],
  page: {},
};

/** Reads the boot data. Missing data (a plain page, a test) gives empty values, never an error. */
export function boot<P = Record<string, unknown>>(root: ParentNode = document): Boot<P> {
  const text = root.querySelector("#boot")?.textContent;
  const given = text ? (JSON.parse(text) as Partial<Boot<P>> | "") : null;
  return { ...EMPTY, ...(given || {}) } as Boot<P>;
}

/** The project of this page; a page that needs one and has none is a mistake of the view. */
export function requireProject(data: Boot<unknown> = boot()): NamedRef {
  if (!data.project) throw new Error("This page has no project in its boot data.");
  return data.project;
}

/** True when the view listed this action in `boot.can`. */
export function may(action: string, data: Boot<unknown> = boot()): boolean {
  return data.can.includes(action);
}
