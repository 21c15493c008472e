/** The project's answer key does part of the queue, marked as simulated. */
import { need } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { act, toast } from "../../ui/toast.ts";
import { askKey } from "../tasks/api.ts";
import { state } from "./context.ts";

export function answerKey(form: HTMLFormElement, changed: () => Promise<unknown>): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = Number(need<HTMLInputElement>("input", form).value) || 50;
    void act(need<HTMLButtonElement>("button", form), async () => {
      const done = await askKey(state.task.id, wanted);
      const corrected = done.corrected ? `, ${done.corrected} corrected` : "";
      toast(
        done.answered
          ? `${plural(done.answered, "item")} answered${corrected}: simulated, and marked so.`
          : done.unknown
            ? "The answer key knows none of the open items."
            : "Nothing was open.",
      );
      await changed();
    });
  });
}
