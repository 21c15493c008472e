/** Choosing a label by its name, in the palette: the eleventh and later have no digit. */
import { addCommands, type CommandEntry } from "../../shell/commands.ts";
import { LABELS } from "../../studio/app/keymap.ts";
import type { Studio } from "../../studio/app/studio.ts";

export function offerLabels(studio: Pick<Studio, "choose" | "context">): () => void {
  return addCommands(() =>
    studio.context.labels.map((label): CommandEntry => ({
      label: label.name,
      group: LABELS,
      icon: "tag",
      side: label.digit,
      run: () => studio.choose(label),
    })),
  );
}
