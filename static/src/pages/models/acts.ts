/** What people do with a version: train, cancel, promote, roll back, rename, put aside, delete. */
import type { NamedRef } from "../../lib/boot.ts";
import { copyText, h } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { plural } from "../../lib/format.ts";
import { confirmDialog, openDialog, promptDialog } from "../../ui/dialog.ts";
import { createPicker } from "../../ui/picker.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import { ruleForm, type Rule } from "../../ui/rule-form.ts";
import { modelUrl, projectId, comparisonUrl } from "./parts.ts";
import type { Comparison, Evaluation, Lineage, Model, ModelUse, TestSetVersionRef } from "./types.ts";

const url = (model: { id: string }): string => `/api/v1/models/${model.id}/`;

async function post(
  model: { id: string },
  verb: string,
  body?: Record<string, unknown>,
): Promise<Model | null> {
  try {
    return await api.post<Model>(`${url(model)}${verb}/`, body ?? {});
  } catch (error) {
    errorToast(error);
    return null;
  }
}

export async function train(model: Model): Promise<Model | null> {
  const after = await post(model, "train");
  if (after) toast(`${model.name} is queued for training.`, { kind: "ok" });
  return after;
}

/** Once more, for a version that a job loads from a file, a server or public weights. */
export const loadAgain = (model: Model): Promise<Model | null> => post(model, "load");

export async function cancel(model: Model): Promise<Model | null> {
  const yes = await confirmDialog({
    title: `Stop training ${model.name}?`,
    text: "Its last checkpoint is kept: training can go on from there.",
    confirm: "Stop training",
    cancel: "Keep training",
    danger: true,
  });
  return yes ? post(model, "cancel") : null;
}

export async function promote(
  model: { id: string; name: string },
  comparison?: string,
): Promise<Model | null> {
  const yes = await confirmDialog({
    title: `Make ${model.name} the best model?`,
    text: "Everything that asks for the best model uses it from now on. You can roll back to the one it replaces.",
    confirm: `Promote ${model.name}`,
  });
  if (!yes) return null;
  const after = await post(model, "promote", comparison ? { comparison } : {});
  if (after) toast(`${model.name} is the best model now.`, { kind: "ok" });
  return after;
}

/** The version that a rollback brings back: the one that it replaced when it was promoted last. */
export function replacedBy({ promotions }: Pick<Lineage["came_of"], "promotions">): NamedRef | null {
  return promotions.find((one) => one.kind === "promote" && one.previous)?.previous ?? null;
}

export async function rollBack(model: Model): Promise<Model | null> {
  let back: NamedRef | null;
  try {
    back = replacedBy((await api.get<Lineage>(`${url(model)}lineage/`)).came_of);
  } catch (error) {
    errorToast(error);
    return null;
  }
  if (!back) {
    toast(`${model.name} replaced no other version: there is nothing to go back to.`);
    return null;
  }
  const yes = await confirmDialog({
    title: `Roll back to ${back.name}?`,
    text: `${back.name} becomes the best model again, in place of ${model.name}. The history keeps both.`,
    confirm: "Roll back",
    danger: true,
  });
  if (!yes) return null;
  const after = await post(model, "rollback");
  if (after) toast(`${after.name} is the best model again.`, { kind: "ok" });
  return after;
}

export async function archive(model: Model): Promise<Model | null> {
  const reason = await promptDialog({
    title: `Put ${model.name} aside?`,
    label: "Why",
    hint: "It stays in the list and in its reports.",
    confirm: "Put aside",
    maxLength: 300,
  });
  return reason === null ? null : post(model, "archive", { reason });
}

export async function rename(model: Model): Promise<Model | null> {
  const name = await promptDialog({ title: "Rename", label: "Name", value: model.name, confirm: "Rename" });
  if (name === null || name === model.name) return null;
  try {
    return await api.patch<Model>(url(model), { name });
  } catch (error) {
    errorToast(error);
    return null;
  }
}

export async function remove(model: Model): Promise<void> {
  let hangs: { loss: string[]; text: string };
  try {
    const [{ came_of }, uses] = await Promise.all([
      api.get<Lineage>(`${url(model)}lineage/`),
      api.all<ModelUse>(`${url(model)}uses/`),
    ]);
    hangs = dependents(model, came_of, uses);
  } catch (error) {
    errorToast(error);
    return;
  }
  const yes = await confirmDialog({
    title: `Delete ${model.name}?`,
    loss: hangs.loss,
    text: hangs.text,
    confirm: "Delete version",
    danger: true,
  });
  if (!yes) return;
  try {
    await api.del(url(model));
    window.location.assign(`/p/${projectId()}/models/`);
  } catch (error) {
    errorToast(error);
  }
}

/** What goes with a version, and what names it and stays. */
export function dependents(
  model: Pick<Model, "labels">,
  { counts, descendants }: Lineage["came_of"],
  uses: readonly ModelUse[],
): { loss: string[]; text: string } {
  const loss = [
    `the version and its ${plural(model.labels.length, "class", "classes")}`,
    counts.evaluations > 0 && plural(counts.evaluations, "evaluation"),
    counts.predictions > 0 && plural(counts.predictions, "prediction"),
    ...uses.map(
      (use) =>
        `its place in the pipeline ${use.pipeline.name} (${[...use.variables, ...use.nodes].join(", ")})`,
    ),
  ];
  const names = descendants.map((one) => one.name).join(", ");
  const text = [
    counts.descendants > 0 && `${plural(counts.descendants, "version")} made from it stay: ${names}.`,
    counts.comparisons > 0 && `${plural(counts.comparisons, "comparison")} keep its name.`,
    uses.length > 0 && "A pipeline that asks for it fails until it is given another model.",
  ];
  return {
    loss: loss.filter((one) => one !== false),
    text: text.filter(Boolean).join(" ") || "Nothing else names it.",
  };
}

export async function copyId(model: { id: string }): Promise<void> {
  if (await copyText(model.id)) toast("Id copied.", { kind: "ok" });
  else openDialog({ title: "Id", body: h("p", { class: "mono" }, model.id), actions: [{ label: "Close" }] });
}

export async function evaluate(model: Model, version: TestSetVersionRef): Promise<Evaluation | null> {
  try {
    return await api.post<Evaluation>(`${url(model)}evaluations/`, { test_set_version: version.id });
  } catch (error) {
    errorToast(error);
    return null;
  }
}

/** Has it predict its test set, and compares that with what people approved; the page hears when it is done. */
export async function scoreTestSet(model: Model): Promise<void> {
  try {
    await api.post(`/api/v1/projects/${projectId()}/scores/`, { model: model.id });
    toast("It predicts its test set; the scores appear under Agreement.");
  } catch (error) {
    errorToast(error);
  }
}

/** Judges two versions by the rule; the incumbent is the best one when it is among them, else the older. */
async function compareTwo(pair: [Model, Model], rule: Rule): Promise<void> {
  const [one, two] = [...pair].sort((a, b) => rank(a) - rank(b)) as [Model, Model];
  const version = two.test_set_version ?? one.test_set_version ?? two.evaluation?.test_set_version;
  const row = await api.post<Comparison>(`/api/v1/projects/${projectId()}/comparisons/`, {
    candidate: two.id,
    incumbent: one.id,
    test_set_version: version?.id ?? null,
    config: rule,
  });
  window.location.assign(comparisonUrl(row.id));
}
const rank = (model: Model): number => (model.stage === "best" ? -1 : Date.parse(model.created_at));

/** Asks by which rule to judge the version, and against which where that is not said yet. The rule starts as the one of
 * the project's last comparison. */
export async function compareWith(model: Model, task: string, rival: Model | null = null): Promise<void> {
  let before: Rule;
  try {
    const query = { limit: 1 };
    const last = await api.list<Comparison>(`/api/v1/projects/${projectId()}/comparisons/`, { query });
    before = (last.items[0]?.config ?? {}) as Rule;
  } catch (error) {
    errorToast(error);
    return;
  }
  const form = ruleForm(task, model.labels, before);
  const picker = createPicker<Model>({
    label: "Compare with",
    load: async (text) => {
      const found = await api.list<Model>(`/api/v1/projects/${projectId()}/models/`, {
        query: { search: text, status: "trained" },
      });
      return found.items.filter((one) => one.id !== model.id);
    },
    side: (one) => one.stage,
  });
  openDialog({
    title: rival ? `Compare ${model.name} and ${rival.name}` : `Compare ${model.name} with`,
    wide: true,
    body: [
      !rival && picker.element,
      h("p", { class: "hint" }, "Both must be evaluated on the same test set version."),
      h("h3", { class: "rule-title" }, "Rule"),
      form.element,
    ],
    actions: [
      { label: "Cancel" },
      {
        label: "Copy the rule",
        run: async () => {
          const rule = form.read();
          if (rule && (await copyText(JSON.stringify(rule, null, 1))))
            toast("Rule copied: a pipeline's Comparison Configuration takes it.", { kind: "ok" });
          return false;
        },
      },
      {
        label: "Compare",
        primary: true,
        run: async () => {
          const other = rival ?? picker.value();
          if (!other) throw new Error("Choose a version to compare with.");
          const rule = form.read();
          if (rule) await compareTwo([other, model], rule);
          return rule !== null;
        },
      },
    ],
  });
}

export const open = (model: { id: string }): void => window.location.assign(modelUrl(model.id));
