/** Opens the annotations of the item on the screen: the document follows the queue, and reads ahead of it. */
import { feed } from "../../lib/feed.ts";
import { Cell } from "../../lib/store.ts";
import { errorToast } from "../../ui/toast.ts";
import type { AttributeSpec } from "../context.ts";
import type { Openings, OpeningRef } from "../io/openings.ts";
import { isOpen, type Entry } from "../state/session.ts";
import type { AnnotationScene } from "./scene.ts";
import type { Queue } from "./queue.ts";

/** A read that failed is tried again after so long. */
const AGAIN_MS = 4000;

export class Opener {
  /** Whether the picture or the annotations of what is on the screen are still to come. */
  readonly busy = new Cell(false);
  private reading = false;
  readonly attributes = new Cell<readonly AttributeSpec[]>([]);
  private shown: string | null = null;
  private coming: OpeningRef[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly scene: AnnotationScene,
    private readonly openings: Openings,
    private readonly queue: Queue,
    /** The task item whose picture is to be seen. */
    private readonly pictured: Cell<string | null>,
  ) {
    pictured.subscribe(() => this.shown && this.settle());
    scene.past.subscribe(() => this.shown && this.settle());
    feed.watch(["annotation.saved"], (events) => {
      this.openings.forget(new Set(events.flatMap(({ ids }) => ids)));
    });
  }

  show(entry: Entry | null, upcoming: readonly Entry[]): void {
    this.coming = upcoming.map(refOf);
    const id = entry?.item.id ?? null;
    if (id !== this.shown) {
      this.scene.past.set(null);
      this.scene.toolbox.restart();
      this.scene.document.close();
      this.shown = id;
      this.reading = entry !== null;
      if (entry) void this.open(entry);
      else this.openings.ahead([]);
    }
    this.settle();
  }

  private settle(): void {
    this.scene.readOnly.set(!this.mayEdit(this.queue.session.current()));
    this.busy.set(this.shown !== null && (this.reading || this.pictured.value !== this.shown));
    if (!this.busy.value) this.scene.takeCarried();
  }

  /** Once picture and annotations are there, and as long as the item is open and this person's. */
  private mayEdit(entry: Entry | null): boolean {
    if (!entry || entry.item.id !== this.pictured.value || this.scene.past.value) return false;
    if (entry.gone || entry.item.with_annotator || !isOpen(entry)) return false;
    if (!this.queue.mayEdit(entry)) return false;
    return this.scene.document.item === entry.item.item.id;
  }

  private async open(entry: Entry): Promise<void> {
    const ref = refOf(entry);
    if (this.timer) clearTimeout(this.timer);
    try {
      const { opening, stale } = await this.openings.take(ref);
      if (this.shown !== ref.taskItem) return;
      // What this person saved meanwhile may be newer than what was read ahead.
      const behind = opening.annotations.content_version < (this.scene.edits.seenOf(ref.item) ?? 0);
      const given = behind ? undefined : opening.annotations;
      if (!(await this.scene.document.load(ref.item, given, opening.suggestions))) return;
      this.attributes.set(opening.attributes);
      this.reading = false;
      this.settle();
      if (stale) void this.scene.document.refresh();
      this.openings.ahead(this.coming);
    } catch (error) {
      if (this.shown !== ref.taskItem) return;
      errorToast(error, "The annotations could not be loaded, trying again.");
      this.timer = setTimeout(() => void (this.shown === ref.taskItem && this.open(entry)), AGAIN_MS);
    }
  }
}

function refOf({ item }: Entry): OpeningRef {
  return { taskItem: item.id, item: item.item.id };
}
