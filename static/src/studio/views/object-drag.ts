/** Dragging rows of the list of objects over one another: which of them lies above which on the picture. */
import { delegate } from "../../lib/dom.ts";
import { restacked } from "../state/object-list.ts";
import { changeShapes, counted, type ToolContext } from "../tools/_tool.ts";
import type { VirtualList } from "./virtual.ts";

export interface RowDragOptions {
  readonly ctx: ToolContext;
  readonly list: Pick<VirtualList<unknown>, "element" | "elements">;
  /** Of a group its members, else the object itself. */
  members(id: string): readonly string[];
}

export class RowDrag {
  private dragged: ReadonlySet<string> | null = null;

  constructor(private readonly options: RowDragOptions) {
    this.listen(options.list.element);
  }

  private listen(grid: HTMLElement): void {
    delegate(grid, "dragstart", "[data-id]", (event, row) => {
      const id = row.dataset["id"] ?? "";
      const chosen = this.options.ctx.document.selection.value;
      this.dragged = chosen.has(id) ? chosen : new Set(this.options.members(id));
      event.dataTransfer?.setData("text/plain", id);
    });
    delegate(grid, "dragover", "[data-id]", (event, row) => {
      if (!this.dragged) return;
      event.preventDefault();
      this.clearDrop();
      row.classList.add(over(event, row) === "above" ? "drop-above" : "drop-below");
    });
    delegate(grid, "drop", "[data-id]", (event, row) => {
      event.preventDefault();
      if (this.dragged) this.place(this.dragged, row.dataset["id"] ?? "", over(event, row));
    });
    grid.addEventListener("dragend", () => {
      this.dragged = null;
      this.clearDrop();
    });
  }
  private clearDrop(): void {
    for (const row of this.options.list.elements()) row.classList.remove("drop-above", "drop-below");
  }
  /** Puts some above or below another one, as one step of undo. */
  place(moved: ReadonlySet<string>, target: string, where: "above" | "below"): void {
    const { ctx } = this.options;
    this.dragged = null;
    const free = new Set([...moved].filter((id) => !ctx.locked.value.has(id)));
    const members = this.options.members(target).filter((id) => !free.has(id));
    const beside = where === "above" ? members[0] : members.at(-1);
    if (ctx.readOnly() || !free.size || beside === undefined) return;
    const { store } = ctx.document;
    const layers = restacked(store.all(), free, beside, where);
    const patches = [...layers].map(
      ([id, z]) => [id, { metadata: { ...store.get(id)?.metadata, z } }] as const,
    );
    const list = [...free].flatMap((id) => store.get(id) ?? []);
    if (patches.length) changeShapes(ctx, new Map(patches), `Move ${counted(ctx, list)} to another layer`);
  }
}
function over(event: DragEvent, row: HTMLElement): "above" | "below" {
  const { top, height } = row.getBoundingClientRect();
  return event.clientY < top + height / 2 ? "above" : "below";
}
