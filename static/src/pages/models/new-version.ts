/** The two ways to a new version: made from a base model and ground truth, or registered as a base. */
import { h, replace } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { openDialog } from "../../ui/dialog.ts";
import { createForm, type Form } from "../../ui/form.ts";
import { createPicker, fixedItems } from "../../ui/picker.ts";
import { changesOf, type Json } from "../../ui/schema.ts";
import { errorToast } from "../../ui/toast.ts";
import { modelUrl, projectId } from "./parts.ts";
import type { Adapter, Model } from "./types.ts";

interface Dataset {
  id: string;
  name: string;
}

const subset = (name: string): Record<string, unknown> => ({
  filter: {
    $and: [{ hidden: false }, { metadata: { system: { tags: { [name]: true } } } }, { type: "file" }],
  },
});

async function adapters(): Promise<Adapter[]> {
  return (await api.list<Adapter>("/api/v1/adapters/")).items;
}
const datasets = async (text: string): Promise<Dataset[]> => {
  const all = (await api.list<Dataset>(`/api/v1/projects/${projectId()}/datasets/`)).items;
  return fixedItems(all)(text);
};
const field = (label: string, control: HTMLElement, hint?: string): HTMLElement =>
  h(
    "div",
    { class: "field" },
    h("span", { class: "label" }, label),
    control,
    hint && h("span", { class: "hint" }, hint),
  );

export async function newVersion(base: Model | null): Promise<void> {
  const known = await adapters();
  let form: Form | null = null;
  let chosen: Model | null = base;
  const place = h("div", { class: "form-fold" });
  const draw = () => {
    const adapter = known.find((one) => one.name === chosen?.adapter);
    form = adapter
      ? createForm({
          schema: adapter.config_schema,
          value: (chosen?.configuration ?? {}) as Json,
          rows: true,
        })
      : null;
    replace(
      place,
      form &&
        h("details", null, h("summary", null, `Configuration of ${adapter?.title ?? ""}`), form.element),
    );
  };
  const basePicker = createPicker<Model>({
    label: "Base model",
    value: base,
    load: async (text) =>
      (await api.list<Model>(`/api/v1/projects/${projectId()}/models/`, { query: { search: text } })).items,
    side: (one) => one.stage || one.status,
    onChange: (one) => {
      chosen = one;
      draw();
    },
  });
  const dataPicker = createPicker<Dataset>({
    label: "Ground truth dataset",
    value: base?.dataset ?? null,
    load: datasets,
  });
  const name = h("input", { class: "input mono", value: "{base_model.name}-{date}", "aria-label": "Name" });
  draw();
  openDialog({
    title: "New version",
    wide: true,
    body: h(
      "div",
      { class: "form" },
      field(
        "Base model",
        basePicker.element,
        "Its architecture, its configuration and the order of its classes are taken over.",
      ),
      field(
        "Ground truth dataset",
        dataPicker.element,
        "Approved items tagged train, validation and test. The test set is frozen when there is no version of it yet.",
      ),
      field(
        "Name",
        name,
        "Fields: {base_model.name} {date} {datetime} {adapter} {n}. A taken name gets the next number.",
      ),
      place,
    ),
    actions: [
      { label: "Cancel" },
      { label: "Make only", run: () => make(false) },
      { label: "Make and train", primary: true, run: () => make(true) },
    ],
  });

  async function make(train: boolean): Promise<boolean> {
    const dataset = dataPicker.value();
    if (!chosen) throw new Error("Choose a base model.");
    if (!dataset) throw new Error("Choose the ground truth dataset.");
    if (form && !form.check()) return false;
    const made = await api.post<Model>(`/api/v1/projects/${projectId()}/models/`, {
      base_model: chosen.id,
      dataset: dataset.id,
      name: name.value,
      train_filter: subset("train"),
      validation_filter: subset("validation"),
      test_filter: subset("test"),
      configuration: form ? changesOf(chosen.configuration, form.value()) : {},
      train,
    });
    window.location.assign(modelUrl(made.id));
    return true;
  }
}

/** An architecture to train versions from, or (``elsewhere``) a trained model behind a file or an address. */
export async function registerBase(elsewhere = false): Promise<void> {
  const known = (await adapters()).filter((one) => one.trainable !== elsewhere);
  let adapter = known.find((one) => one.encoder) ?? known[0];
  if (!adapter) return;
  let form: Form;
  const place = h("div");
  const about = h("span", { class: "hint" });
  const draw = () => {
    if (!adapter) return;
    form = createForm({ schema: adapter.config_schema, value: adapter.defaults as Json, rows: true });
    replace(about, `${adapter.description} Licence: ${adapter.licence}.`);
    replace(place, h("details", { open: elsewhere }, h("summary", null, "Configuration"), form.element));
  };
  const name = h("input", {
    class: "input",
    value: "",
    placeholder: elsewhere ? "Detector of the old system" : "Seed model",
    "aria-label": "Name",
    maxlength: 190,
  });
  const choice = h(
    "select",
    {
      class: "select",
      "aria-label": "Kind",
      value: adapter.name,
      onchange: (event) => {
        adapter = known.find((one) => one.name === (event.target as HTMLSelectElement).value);
        draw();
      },
    },
    known.map((one) => h("option", { value: one.name }, one.title)),
  );
  const dataPicker = createPicker<Dataset>({ label: "Dataset", load: datasets, optional: true });
  const classes = h("input", { class: "input", "aria-label": "Classes" });
  draw();
  openDialog({
    title: elsewhere ? "Model from a file or a server" : "Register a base model",
    wide: true,
    body: h(
      "div",
      { class: "form" },
      field("Name", name),
      h("div", { class: "field" }, h("span", { class: "label" }, "Kind"), choice, about),
      elsewhere &&
        field("Classes", classes, "In the order in which the model numbers them, with commas between."),
      field(
        elsewhere ? "Or classes from" : "Classes from",
        dataPicker.element,
        "The labels of this dataset's ontology become the model's classes.",
      ),
      place,
    ),
    actions: [
      { label: "Cancel" },
      {
        label: "Register",
        primary: true,
        run: async () => {
          if (!form.check() || !adapter) return false;
          const labels = words(classes.value);
          const made = await api.post<Model>(`/api/v1/projects/${projectId()}/models/register/`, {
            name: name.value,
            adapter: adapter.name,
            configuration: form.value(),
            dataset: dataPicker.value()?.id ?? null,
            ...(labels.length ? { labels } : {}),
          });
          window.location.assign(modelUrl(made.id));
          return true;
        },
      },
    ],
  });
}

const words = (text: string): string[] =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);

interface PublicModel {
  key: string;
  adapter: string;
  title: string;
  description: string;
  task: string;
  licence: string;
  learnt_from: string;
  size_mb: number;
  file: string;
  here: boolean;
}

/** Published weights, one click each: the server's job fetches them and tells on the version's page how it went. */
export async function gallery(): Promise<void> {
  const { items } = await api.list<PublicModel>("/api/v1/gallery/");
  const dataPicker = createPicker<Dataset>({ label: "Dataset", load: datasets, optional: true });
  const take = async (one: PublicModel): Promise<void> => {
    try {
      const made = await api.post<Model>(`/api/v1/projects/${projectId()}/models/register/`, {
        name: `${one.title}, ${one.learnt_from}`,
        public: one.key,
        dataset: dataPicker.value()?.id ?? null,
      });
      window.location.assign(modelUrl(made.id));
    } catch (error) {
      errorToast(error);
    }
  };
  const entry = (one: PublicModel) =>
    h(
      "li",
      { class: "gallery-entry" },
      h(
        "div",
        null,
        h("b", null, one.title),
        h("p", { class: "soft" }, one.description),
        h(
          "p",
          { class: "hint" },
          `${TASKS[one.task] ?? one.task} · weights from ${one.learnt_from} · ${one.size_mb} MB · ${one.licence}`,
          one.here && " · its file is on the server",
        ),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn",
          "aria-label": `Import ${one.title}`,
          onclick: () => void take(one),
        },
        "Import",
      ),
    );
  openDialog({
    title: "Public models",
    wide: true,
    body: h(
      "div",
      { class: "form" },
      field(
        "Classes from",
        dataPicker.element,
        "A base to train versions from; what is not trained here predicts as it is. The labels of this dataset's" +
          " ontology become its classes.",
      ),
      h("ul", { class: "gallery" }, items.map(entry)),
    ),
    actions: [{ label: "Close" }],
  });
}

const TASKS: Record<string, string> = {
  classification: "Classes",
  detection: "Boxes",
  semantic_segmentation: "Segmentation",
  instance_segmentation: "Masks",
  keypoints: "Points",
  multi_label_classification: "Several classes",
};
