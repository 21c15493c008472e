/** What the editor knows of `run(item, context)`: names after a dot or in brackets, with a word about each. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";

const names = (given: Record<string, string>, type: string): Completion[] =>
  Object.entries(given).map(([label, info]) => ({ label, info, type }));

const CONTEXT = [
  ...names(
    {
      inputs: "values of the node's input ports, by name",
      parameters: "the node's setting Parameters",
      variables: "values of the pipeline's variables, by name",
      image_path: "path of the item's picture, where the node gives it",
      folder: "the one folder that takes files",
      execution_id: "id of this execution",
    },
    "property",
  ),
  ...names(
    {
      open_image: "open_image() → the picture as a Pillow image, upright",
      save_image: "save_image(image, name) keeps a picture as a new item",
    },
    "method",
  ),
];

const ITEM = names(
  {
    id: "id of the item",
    datasetId: "id of its dataset",
    name: "file name",
    filename: "path in the dataset",
    dir: "folder in the dataset",
    subset: "train, validation, test or empty",
    tags: "names of its tags",
    groupKey: "what keeps items together in a split",
    width: "pixels",
    height: "pixels",
    mimetype: "image/png …",
    metadata: "its metadata; yours is under user",
    annotations: "list of annotations: id, type, label, geometry, attributes, revision",
    groundTruth: "whether it is approved as it is",
    contentVersion: "rises with every change",
  },
  "property",
);

const RESULT = names(
  {
    outputs: "values of output ports, by name",
    action: "one of the node's actions",
    metadata: "merged into the item's metadata",
    annotations: "annotations to make, change (id) or delete (id, delete)",
  },
  "property",
);

/** Completions of the context, the item's keys and the result's; null leaves the word to Python's own. */
export function completeContext(at: Pick<CompletionContext, "matchBefore">): CompletionResult | null {
  const dotted = at.matchBefore(/context\.\w*/);
  if (dotted) return { from: dotted.from + "context.".length, options: CONTEXT, validFor: /^\w*$/ };
  const key = at.matchBefore(/item(\[|\.get\()["']\w*/);
  if (key) return { from: key.from + key.text.search(/["']/) + 1, options: ITEM, validFor: /^\w*$/ };
  const returned = at.matchBefore(/return \{[^}]*["']\w*/);
  if (returned) {
    const start = Math.max(returned.text.lastIndexOf('"'), returned.text.lastIndexOf("'")) + 1;
    return { from: returned.from + start, options: RESULT, validFor: /^\w*$/ };
  }
  return null;
}
