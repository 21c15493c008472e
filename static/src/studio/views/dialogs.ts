/** What the studio asks and tells in dialogs. */
import { h, swatch, uid } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import type { AlpApiError } from "../../lib/http.ts";
import { openDialog } from "../../ui/dialog.ts";
import { timeAgo } from "../../ui/time.ts";
import type { Act, WorkItem } from "../state/types.ts";

/** Asks for the note that goes back with an item; null when given up. */
export function askNote(person: string, issues = 0): Promise<string | null> {
  return new Promise((resolve) => {
    let answer: string | null = null;
    const id = uid("note");
    const input = h("textarea", { class: "textarea", id, rows: 4, maxlength: 4000, autofocus: true });
    const take = () => {
      const text = input.value.trim();
      if (!text && !issues) {
        input.setAttribute("aria-invalid", "true");
        input.focus();
        return false;
      }
      answer = text;
      return true;
    };
    const dialog = openDialog({
      title: `Return to ${person}`,
      body: h(
        "div",
        { class: "field" },
        h(
          "label",
          { for: id },
          issues ? `A note beside the ${plural(issues, "open issue")}` : "What is to be changed?",
        ),
        input,
        h(
          "div",
          { class: "hint" },
          "It comes first in their queue, and back to you when they have answered. Ctrl ↵ sends.",
        ),
      ),
      actions: [{ label: "Cancel" }, { label: "Return", primary: true, run: take }],
      onClose: () => resolve(answer),
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        if (take()) dialog.close();
      }
    });
  });
}

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

/** The item changed since it was seen: theirs or mine. Resolves true for mine. */
export function askStale(act: Act, now: WorkItem, color: (label: string) => string): Promise<boolean> {
  return new Promise((resolve) => {
    let mine = false;
    openDialog({
      title: "The item was changed meanwhile",
      body: [
        h("p", null, "Nothing was overwritten. Choose which label stays."),
        sideBySide(
          now.item.image_url,
          [
            {
              title: now.labelled_by?.name ?? "Now",
              label: now.label,
              note: now.labelled_at ? timeAgo(now.labelled_at) : "",
            },
            { title: "You", label: act.label ?? now.label },
          ],
          color,
        ),
      ],
      actions: [
        { label: "Keep theirs" },
        {
          label: "Use mine",
          primary: true,
          run: () => {
            mine = true;
          },
        },
      ],
      onClose: () => resolve(mine),
    });
  });
}
