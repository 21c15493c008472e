/** One click makes a review of pictures that stand out, and opens the way to it. */
import { h, replace } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { icon } from "../../ui/icons.ts";
import { errorToast } from "../../ui/toast.ts";
import { projectId } from "./parts.ts";

export interface Review {
  name: string;
  dataset: string;
  items: string[];
  /** Annotation types of the task; none: all. */
  types: string[];
}

export function reviewButton(review: Review): HTMLElement {
  const place = h("span", { class: "row" });
  const send = async (): Promise<void> => {
    button.disabled = true;
    try {
      const task = await api.post<{ id: string; name: string }>(`/api/v1/projects/${projectId()}/tasks/`, {
        name: review.name.slice(0, 120),
        kind: "qa",
        dataset: review.dataset,
        items: review.items,
        annotation_types: review.types,
      });
      replace(place, "Sent: ", h("a", { href: `/p/${projectId()}/tasks/${task.id}/` }, task.name));
    } catch (error) {
      button.disabled = false;
      errorToast(error);
    }
  };
  const button = h(
    "button",
    { type: "button", class: "btn btn-sm", disabled: !review.items.length, onclick: () => void send() },
    icon("flag"),
    `Send ${plural(review.items.length, "picture")} to review`,
  );
  replace(place, button);
  return place;
}
