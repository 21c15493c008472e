/** The annotations on the stage: the document, the tools over it, what is shown how, the suggestions. */
import { Cell, Store } from "../../lib/store.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { announce } from "../../ui/live.ts";
import type { Past, ViewSettings } from "../context.ts";
import type { Edits } from "../io/edits.ts";
import type { Prefs } from "../io/prefs.ts";
import { isShown, NEUTRAL } from "../render/style.ts";
import { PLAIN_LOOK, PLAIN_VIEW, type SceneView } from "../render/types.ts";
import { shapeTypes, type Annotation } from "../shapes/index.ts";
import { pageSegmenter } from "../smart/index.ts";
import type { Document } from "../state/document.ts";
import { rememberMarks } from "../state/marks.ts";
import type { KeyedLabel } from "../state/labels.ts";
import { Suggestions } from "../state/suggestions.ts";
import type { StudioOptions } from "../state/types.ts";
import { adopt } from "../tools/acts.ts";
import { Clipboard } from "../tools/clipboard.ts";
import { makeTools, type AnnotationParts, type ToolContext } from "../tools/index.ts";
import { personShortcuts } from "../tools/person.ts";
import type { Shortcuts } from "../tools/shortcuts.ts";
import { Toolbox } from "../tools/toolbox.ts";
import type { Desk } from "./desk.ts";
import { remember, remembered } from "./remembered.ts";

const TYPES = new Map(shapeTypes().map((type) => [type.type, type]));
const PLAIN_SETTINGS: ViewSettings = {
  colorBy: PLAIN_VIEW.colorBy,
  opacity: PLAIN_VIEW.opacity,
  labelsShown: PLAIN_VIEW.labelsShown,
  outlines: PLAIN_VIEW.outlines,
};
const PREFS = {
  settings: "studio_view",
  look: "studio_look",
  threshold: "studio_threshold",
  brush: "studio_brush",
  tolerance: "studio_tolerance",
} as const;

export interface SceneHooks {
  notice: (text: string) => void;
  /** Goes on to the next picture, where these copies are put. */
  propagate: () => void;
}

export class AnnotationScene {
  readonly document: Document;
  readonly edits: Edits;
  readonly tools: ToolContext;
  readonly toolbox: Toolbox;
  readonly shortcuts: Shortcuts;
  readonly suggestions: Suggestions;
  readonly settings: Cell<ViewSettings>;
  /** The label new shapes get. */
  readonly label: Cell<string>;
  readonly readOnly = new Cell(true);
  readonly past = new Cell<Past | null>(null);
  private readonly view: Cell<SceneView>;
  private readonly colors: ReadonlyMap<string, string>;
  private readonly names: ReadonlyMap<string, string>;
  private carried: AnnotationParts[] = [];

  constructor(
    opened: { document: Document; edits: Edits },
    private readonly desk: Desk,
    labels: readonly KeyedLabel[],
    options: StudioOptions,
    prefs: Prefs,
    hooks: SceneHooks,
  ) {
    this.document = opened.document;
    this.edits = opened.edits;
    this.colors = new Map(labels.map(({ name, color }) => [name, color]));
    this.names = new Map(labels.map(({ name, digit }) => [name, digit ? `${digit} ${name}` : name]));
    this.label = new Cell(labels[0]?.name ?? "");
    this.settings = remembered(prefs, PREFS.settings, PLAIN_SETTINGS);
    remember(prefs, PREFS.look, desk.stage.look, PLAIN_LOOK);
    this.tools = this.toolContext(labels, options, hooks);
    const { hidden, locked, brush, tolerance } = this.tools;
    rememberMarks(options.user.id, { hidden, locked }, localStorage);
    remember(prefs, PREFS.brush, brush, brush.value);
    remember(prefs, PREFS.tolerance, tolerance, tolerance.value);
    this.suggestions = new Suggestions({
      document: this.document,
      threshold: remembered(prefs, PREFS.threshold, 0.3),
      readOnly: () => this.readOnly.value,
      reveal: (one) => this.reveal(one),
    });
    const tools = makeTools();
    this.shortcuts = personShortcuts(tools, prefs);
    this.toolbox = new Toolbox({
      ctx: this.tools,
      tools,
      clipboard: new Clipboard(() => this.document.item ?? ""),
      allowed: options.allowed.types,
      undo: () => void this.document.undo(),
      redo: () => void this.document.redo(),
      propagate: (copies) => {
        this.carried = copies;
        hooks.propagate();
      },
      confirmDeleteAll: (goes, stay) =>
        confirmDialog({
          title: `Delete ${goes} on this picture?`,
          text: `${stay ? `${stay} hidden or locked: ${stay === 1 ? "it stays" : "they stay"}. ` : ""}Undo brings it back.`,
          confirm: "Delete all",
          danger: true,
        }),
    });
    const skeletons = new Map(labels.map(({ name, skeleton }) => [name, skeleton ?? null]));
    desk.stage.templates((name) => skeletons.get(name) ?? null);
    this.view = new Cell(this.composed());
    desk.stage.bind(this.document.store, this.view);
    this.watch();
  }

  /** The copies that were to come to this picture. */
  takeCarried(): void {
    const copies = this.carried;
    this.carried = [];
    if (copies.length && !this.readOnly.value) adopt(this.tools, copies, "Propagate");
  }

  private showPast(past: Past | null): void {
    this.toolbox.settle();
    this.document.selection.set(new Set());
    const { store } = this.document;
    const earlier = past && new Store<Annotation>();
    earlier?.put(past?.annotations ?? []);
    this.desk.stage.bind(earlier ?? store, this.view);
  }

  reveal(one: Annotation): void {
    const box = TYPES.get(one.type)?.bounds(one.geometry, this.desk.stage.imageSize());
    if (box) this.desk.stage.reveal(box);
  }

  private toolContext(
    labels: readonly KeyedLabel[],
    { allowed }: StudioOptions,
    hooks: SceneHooks,
  ): ToolContext {
    const { stage } = this.desk;
    const skeletons = new Map(labels.map(({ name, skeleton }) => [name, skeleton ?? null]));
    return {
      stage,
      document: this.document,
      typeOf: (type) => TYPES.get(type),
      size: () => stage.imageSize(),
      label: () => this.label.value,
      color: (name) => this.colors.get(name) ?? NEUTRAL,
      template: (name) => skeletons.get(name) ?? null,
      pixels: () => this.desk.pixels(),
      smart: { segmenter: pageSegmenter(), picture: () => this.desk.smartPicture() },
      allowed: allowed.types,
      snap: new Cell(true),
      hidden: new Cell<ReadonlySet<string>>(new Set()),
      shown: (one) => isShown(one, this.view.value),
      locked: new Cell<ReadonlySet<string>>(new Set()),
      hover: new Cell<string | null>(null),
      brush: new Cell(24),
      nib: new Cell<"circle" | "square">("circle"),
      tolerance: new Cell(24),
      removeUnderlying: new Cell(false),
      readOnly: () => this.readOnly.value,
      announce: (text, shown = text) => {
        announce(text);
        hooks.notice(shown);
      },
    };
  }

  /** The scene's view is made of the cells that people and tools change. */
  private watch(): void {
    const { hidden, locked, hover } = this.tools;
    const cells = [
      this.settings, this.suggestions.threshold, this.document.selection, hidden, locked, hover,
    ] as const; // prettier-ignore
    for (const cell of cells) (cell as Cell<unknown>).subscribe(() => this.view.set(this.composed()));
    let looked = false;
    this.past.subscribe((past) => {
      if (past || looked) this.showPast(past);
      looked = past !== null;
    });
  }

  private composed(): SceneView {
    return {
      ...this.settings.value,
      threshold: this.suggestions.threshold.value,
      selected: this.document.selection.value,
      hidden: this.tools.hidden.value,
      locked: this.tools.locked.value,
      hover: this.tools.hover.value,
      colors: this.colors,
      names: this.names,
    };
  }
}
