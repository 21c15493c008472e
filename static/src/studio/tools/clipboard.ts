/** Copied shapes: in memory, and in the browser's storage so that other images, tabs and a reload have them. */
import { adopt, partsOf, removeSelected } from "./acts.ts";
import { counted, type AnnotationParts, type ToolContext } from "./_tool.ts";

const KEY = "alp.studio.clipboard";
/** Storage is small; what is larger stays in memory. */
const MOST_CHARACTERS = 2_000_000;

interface Copied {
  /** Where it was copied: pasted there again it lies a little beside. */
  readonly image: string;
  readonly parts: readonly AnnotationParts[];
}

export class Clipboard {
  private kept: Copied | null = null;
  private pasted = 0;

  constructor(
    /** Which picture is open. */
    private readonly image: () => string,
    private readonly storage: Storage | null = safeStorage(),
  ) {}

  copy(ctx: ToolContext): boolean {
    const { store, selection } = ctx.document;
    const list = [...selection.value].flatMap((id) => store.get(id) ?? []);
    if (!list.length) {
      ctx.announce("Select what to copy first.");
      return false;
    }
    this.kept = { image: this.image(), parts: list.map(partsOf) };
    this.pasted = 0;
    this.store(JSON.stringify(this.kept));
    ctx.announce(`${counted(ctx, list)} copied`);
    return true;
  }
  cut(ctx: ToolContext): boolean {
    return this.copy(ctx) && removeSelected(ctx);
  }
  paste(ctx: ToolContext): boolean {
    const copied = this.read();
    if (!copied?.parts.length) {
      ctx.announce("Nothing was copied yet: select shapes and press Ctrl+C.");
      return false;
    }
    const here = copied.image === this.image();
    this.pasted = here ? this.pasted + 1 : 0;
    const by = this.pasted * Math.max(1, Math.round(ctx.stage.viewport.value.imageLength(12)));
    const size = ctx.size();
    const parts = copied.parts.map((part) => {
      const shape = ctx.typeOf(part.type);
      return by && shape?.bounds(part.geometry, size)
        ? { ...part, geometry: shape.moved(part.geometry, by, by, size) }
        : part;
    });
    return adopt(ctx, parts, "Paste");
  }

  /** Another tab may have copied since. */
  private read(): Copied | null {
    const text = this.storage?.getItem(KEY);
    if (!text) return this.kept;
    try {
      const found = JSON.parse(text) as Copied;
      return Array.isArray(found.parts) ? found : this.kept;
    } catch {
      return this.kept;
    }
  }
  private store(text: string): void {
    try {
      if (text.length <= MOST_CHARACTERS) this.storage?.setItem(KEY, text);
      else this.storage?.removeItem(KEY);
    } catch {
      this.storage?.removeItem(KEY); // full, or not allowed: memory has it
    }
  }
}

function safeStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
