/** The panels of the studio, in the order they stand. To add one, write a class and name it here. */
import { Cell } from "../../lib/store.ts";
import type { Panel, PanelSpec, StudioContext } from "../context.ts";
import { isSuggestion } from "../shapes/_shape.ts";
import { missing } from "../state/attributes.ts";
import { numbersOf } from "../state/numbers.ts";
import { AttributesPanel } from "../views/attributes.ts";
import { LookPanel } from "../views/look.ts";
import { ObjectsPanel } from "../views/objects.ts";
import { SuggestionsPanel } from "../views/suggestions.ts";

const shapes = (studio: StudioContext) => studio.shapes;

function suggestionsPanel(studio: StudioContext): Panel {
  return new SuggestionsPanel({
    suggestions: studio.suggestions,
    selection: studio.document.selection,
    readOnly: studio.readOnly,
    shown: (id) => studio.shortcuts.shown(id),
  });
}

function objectsPanel(studio: StudioContext): Panel {
  const { tools, document, stage } = studio;
  const count = new Cell(0);
  const panel = new ObjectsPanel({
    ctx: tools,
    numbers: numbersOf(document.store),
    threshold: studio.suggestions.threshold,
    reveal: ({ type, geometry }) => {
      const box = tools.typeOf(type)?.bounds(geometry, stage.imageSize());
      if (box) stage.reveal(box);
    },
    onCount: () => count.set(document.store.all().filter((one) => !isSuggestion(one)).length),
  });
  studio.handle("panel.objects", () => panel.focus());
  return { element: panel.element, count };
}

function attributesPanel(studio: StudioContext): Panel {
  const { document, attributes, tools, labels } = studio;
  const panel = new AttributesPanel({
    ctx: tools,
    numbers: numbersOf(document.store),
    labels,
    attributes,
    shown: (id) => studio.shortcuts.shown(id),
  });
  studio.handle("panel.attributes", () => {
    if (!panel.focus()) tools.announce("Select something first.");
  });
  studio.readOnly.subscribe(() => panel.refresh());
  studio.check(() => !panel.ask(missing(document, { attributes: attributes.value })));
  return panel;
}

export const PANELS: readonly PanelSpec[] = [
  { id: "suggestions", title: "Suggestions", place: "above", when: shapes, make: suggestionsPanel },
  { id: "objects", title: "Objects", place: "tab", when: shapes, make: objectsPanel },
  { id: "attributes", title: "Attributes", place: "below", when: shapes, make: attributesPanel },
  {
    id: "look",
    title: "Look",
    place: "tools",
    icon: "sliders",
    shortcut: "view.look",
    when: shapes,
    make: ({ stage, settings }) => new LookPanel({ look: stage.look, settings }),
  },
];
