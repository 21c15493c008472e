/**
 * What the studio's panels, overlays and helpers get of the page they are in: the document, the stage, the tools, and
 * cells that say what is shown now. A panel is made from it once, listens to cells, and shows; edits go through
 * `document`, `toolbox` or `suggestions`, never straight to the server.
 */
import type { Cell, Unsubscribe } from "../lib/store.ts";
import type { IconName } from "../ui/icons.ts";
import type { NewIssue } from "./io/issues.ts";
import type { Prefs } from "./io/prefs.ts";
import type { SceneView, Stage } from "./render/stage.ts";
import type { Annotation } from "./shapes/_shape.ts";
import type { AttributeSpec } from "./state/attributes.ts";
import type { Document } from "./state/document.ts";
import type { KeyedLabel } from "./state/labels.ts";
import type { Entry } from "./state/session.ts";
import type { PersonRef, StudioTask } from "./state/types.ts";
import type { Shortcuts } from "./tools/shortcuts.ts";
import type { Toolbox } from "./tools/toolbox.ts";
import type { ToolContext } from "./tools/_tool.ts";

export type { AttributeSpec } from "./state/attributes.ts";

/** What a person sets about the scene; remembered for them. Values are never changed in place. */
export type ViewSettings = Pick<SceneView, "colorBy" | "opacity" | "labelsShown" | "outlines">;

/** An earlier state of the picture's annotations, looked at by itself: nothing may be edited meanwhile. */
export interface Past {
  readonly annotations: readonly Annotation[];
  /** Of when, and whose: "Ann, 3 min ago". */
  readonly words: string;
}

/** A model's shapes that nobody has answered yet. They lie in `document.store` and are told by `isSuggestion`. */
export interface SuggestionActs {
  /** Below it they are neither shown nor accepted together. */
  readonly threshold: Cell<number>;
  /** Open ones, surest first; anew on every change. */
  readonly open: Cell<readonly Annotation[]>;
  /** Accepts as they stand. One step of undo. */
  accept(ids: readonly string[]): void;
  acceptShown(): void;
  reject(ids: readonly string[]): void;
  /** Selects the next one shown and brings it into sight. */
  next(step?: 1 | -1): boolean;
}

export interface StudioContext {
  readonly task: StudioTask;
  readonly me: PersonRef;
  /** The page of a review task. */
  readonly review: boolean;
  /** Goes through a list of pictures: there is no task, and nothing to submit. */
  readonly walk: boolean;
  /** Whose pictures these are, where there is no task. */
  readonly dataset: string | null;
  /** Whether the task allows anything but a class for the whole picture. */
  readonly shapes: boolean;
  readonly labels: readonly KeyedLabel[];
  readonly attributes: Cell<readonly AttributeSpec[]>;
  readonly document: Document;
  readonly stage: Stage;
  readonly toolbox: Toolbox;
  /** Cells of the tools: hidden, locked, hover, snap, brush, nib, tolerance; also size, color, announce. */
  readonly tools: ToolContext;
  readonly shortcuts: Shortcuts;
  readonly prefs: Prefs;
  readonly settings: Cell<ViewSettings>;
  readonly suggestions: SuggestionActs;
  /** The task item on the screen. */
  readonly entry: Cell<Entry | null>;
  /** Whether the present picture can only be looked at. */
  readonly readOnly: Cell<boolean>;
  /** What the stage shows in place of the present annotations; null: these. */
  readonly past: Cell<Past | null>;
  /** A word at the corner of the page. */
  notice(text: string, kind?: "info" | "ok" | "warn" | "bad"): void;
  /** What a shortcut does, by its id of `tools/shortcut-list.ts`; called before the shortcuts are bound. */
  handle(id: string, run: (event: KeyboardEvent) => unknown): void;
  /** The issue that the address names, to be shown first. */
  readonly askedIssue: string | null;
  /** How many issues of the item wait for its annotator. */
  readonly openIssues: Cell<number>;
  /** Tells how an issue is asked for that an item is rejected with; a panel's to do. */
  askIssueBy(ask: (send: (issue: NewIssue) => void) => void): void;
  /** Shows the tab of a panel, by its id. */
  showPanel(id: string): void;
  /** Asked before the item is submitted or approved; false keeps it here. */
  check(ready: () => boolean): void;
}

export interface Panel {
  readonly element: HTMLElement;
  /** Said on its tab. */
  readonly count?: Cell<number>;
  /** Shown or not; a panel without it is always there. */
  readonly visible?: Cell<boolean>;
  dispose?: Unsubscribe;
}
/**
 * Where a panel stands: `above` the tabs (suggestions), a `tab`, `below` them (attributes of the selection), a button of
 * the tool bar that opens it (`tools`), or over the picture in a corner (`desk`).
 */
export interface PanelSpec {
  readonly id: string;
  readonly title: string;
  readonly place: "above" | "tab" | "below" | "tools" | "desk";
  /** Of a button in the tool bar. */
  readonly icon?: IconName;
  /** Shortcut that opens it; listed under `?` by its own entry of `tools/shortcut-list.ts`. */
  readonly shortcut?: string;
  /** Left out of pages it has nothing to say on. */
  readonly when?: (studio: StudioContext) => boolean;
  readonly make: (studio: StudioContext) => Panel;
}
