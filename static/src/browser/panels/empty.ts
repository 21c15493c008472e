/** Words where there are no images. */
import { h } from "../../lib/dom.ts";
import { emptyState } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";

export function nothingFound(clear: () => void): HTMLElement {
  return emptyState({
    icon: "search",
    title: "No image passes this filter",
    actions: h("button", { type: "button", class: "btn", onclick: clear }, "Clear filter"),
  });
}

/** `upload`: null for whom may not add images. */
export function nothingYet(upload: (() => void) | null): HTMLElement {
  return emptyState({
    icon: "images",
    title: "No images yet",
    text: "Add images, whole folders or a zip: JPEG, PNG, WebP, BMP and TIFF.",
    actions:
      upload &&
      h(
        "button",
        { type: "button", class: "btn btn-primary", onclick: upload },
        icon("upload"),
        "Add images",
      ),
  });
}
