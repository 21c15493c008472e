/** What the studio asks and tells in dialogs. */
import { h, swatch } from "../../lib/dom.ts";
import type { AlpApiError } from "../../lib/http.ts";
import { openDialog } from "../../ui/dialog.ts";
import { timeAgo } from "../../ui/time.ts";
import type { Act, WorkItem } from "../state/types.ts";

interface Side {
  title: string;
  label: string | null;
  note?: Node | string;
}

function sideBySide(image: string, sides: [Side, Side], color: (label: string) => string): HTMLElement {
  // Who lost the item may no longer load it: then the words stand alone.
  const picture = h("img", { src: image, alt: "" });
  picture.addEventListener("error", () => picture.remove());
  return h(
    "div",
    { class: "sides" },
    picture,
    sides.map((side) =>
      h(
        "div",
        { class: "side" },
        h("span", { class: "hint" }, side.title),
        h("b", null, side.label ? swatch(color(side.label)) : null, side.label ?? "no label"),
        side.note ?? null,
      ),
    ),
  );
}

/** Someone else finished it first: both answers, theirs counts. */
export function showFinishedByOther(
  act: Act,
  item: WorkItem,
  error: AlpApiError,
  color: (label: string) => string,
): void {
  const by = (error.data["person_name"] as string | undefined) || "Someone else";
  const at = error.data["finished_at"] as string | null;
  const theirs =
    error.data["status"] === "discard" ? "discarded" : ((error.data["label"] as string | null) ?? null);
  openDialog({
    title: "Someone else was first",
    body: [
      h(
        "p",
        null,
        `${by} finished this item while you were at it. Their answer counts; yours is shown so that you can talk about it.`,
      ),
      sideBySide(
        item.item.image_url,
        [
          { title: by, label: theirs, note: at ? timeAgo(at) : "" },
          { title: "You", label: act.kind === "discard" ? "discarded" : act.label },
        ],
        color,
      ),
    ],
    actions: [{ label: "Go on", primary: true }],
  });
}

/** The item changed since it was seen: theirs (T) or mine (M). Resolves true for mine. */
export function askStale(act: Act, now: WorkItem, color: (label: string) => string): Promise<boolean> {
  return new Promise((resolve) => {
    let mine = false;
    const dialog = openDialog({
      title: "Someone else changed this item too",
      body: [
        h(
          "p",
          null,
          "Nothing was overwritten. Choose which label stays; the other one is kept in the history.",
        ),
        sideBySide(
          now.item.image_url,
          [
            {
              title: `Theirs: ${now.labelled_by?.name ?? "now"}`,
              label: now.label,
              note: now.labelled_at ? timeAgo(now.labelled_at) : "",
            },
            { title: "Mine", label: act.label ?? now.label },
          ],
          color,
        ),
        mineOrTheirs(),
      ],
      actions: [
        { label: "Take theirs" },
        {
          label: "Keep mine",
          primary: true,
          run: () => {
            mine = true;
          },
        },
      ],
      onClose: () => resolve(mine),
    });
    onMineOrTheirs(dialog.element, (side) => {
      mine = side === "mine";
      dialog.close();
    });
  });
}

/** The line that names the keys of a conflict. */
export function mineOrTheirs(): HTMLElement {
  return h(
    "p",
    { class: "hint" },
    h("kbd", null, "M"),
    " keeps mine, ",
    h("kbd", null, "T"),
    " takes theirs.",
  );
}
/** Keys of a conflict: M keeps mine, T takes theirs. */
export function onMineOrTheirs(element: HTMLElement, choose: (side: "mine" | "theirs") => void): void {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const side = ({ m: "mine", t: "theirs" } as const)[event.key.toLowerCase()];
    if (!side) return;
    event.preventDefault();
    choose(side);
  });
}
