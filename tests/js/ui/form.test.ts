import { beforeEach, describe, expect, it, vi } from "vitest";
import { AlpApiError } from "@/lib/http.ts";
import { createForm, formDialog, type Widget } from "@/ui/form.ts";
import type { JsonSchema } from "@/ui/schema.ts";

const schema: JsonSchema = {
  type: "object",
  required: ["epochs"],
  properties: {
    epochs: {
      type: "integer",
      title: "Epochs",
      minimum: 1,
      maximum: 100,
      default: 30,
      description: "How often all images are seen.",
    },
    rate: { type: "number", title: "Learning rate", "x-unit": "per step" },
    optimizer: { type: "string", enum: ["sgd", "adam"], default: "adam" },
    freeze: { type: "boolean", title: "Freeze backbone", default: true },
    seed: { type: ["integer", "null"], default: null },
    note: { type: "string", "x-widget": "textarea" },
    folder: {
      type: "string",
      maxLength: 1000,
      "x-widget": "line",
      default: "/",
    },
    remark: { type: "string", maxLength: 1000 },
    augment: {
      type: "object",
      title: "Augmentation",
      properties: {
        flip: { type: "boolean", default: false },
        crop: { type: "number", minimum: 0, default: 0.1 },
      },
    },
    guards: { type: "array", items: { enum: ["rot", "scab"] } },
    steps: { type: "array", items: { type: "number" }, default: [1, 2] },
    extra: { type: "array", items: { type: "object" } },
  },
};

function field<E extends HTMLElement = HTMLInputElement>(form: HTMLElement, path: string): E {
  return form.querySelector<E>(`[data-path="${path}"] :is(input, select, textarea)`)!;
}
function type(input: HTMLInputElement | HTMLTextAreaElement, text: string) {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
const errorOf = (form: HTMLElement, path: string) =>
  form.querySelector<HTMLElement>(`[data-path="${path}"] .error`)!;

beforeEach(() => document.body.replaceChildren());

describe("a form from a schema", () => {
  it("starts from the defaults and gives typed values", () => {
    const form = createForm({ schema, value: { rate: 0.02 } });
    expect(form.value()).toEqual({
      epochs: 30,
      rate: 0.02,
      optimizer: "adam",
      freeze: true,
      seed: null,
      note: "",
      folder: "/",
      remark: "",
      augment: { flip: false, crop: 0.1 },
      guards: [],
      steps: [1, 2],
    });
  });

  it("labels, describes and marks every field", () => {
    const form = createForm({ schema });
    const epochs = field(form.element, "epochs");
    expect(form.element.querySelector(`label[for="${epochs.id}"]`)?.textContent).toBe("Epochs");
    const described = epochs.getAttribute("aria-describedby")!.split(" ")[0]!;
    expect(form.element.querySelector(`#${described}`)?.textContent).toContain("How often");
    expect(form.element.querySelector('[data-path="rate"] label')?.textContent).toBe(
      "Learning rate (per step) (optional)",
    );
    expect(form.element.querySelector("fieldset legend")?.textContent).toBe("Augmentation");
    expect(field(form.element, "note").tagName).toBe("TEXTAREA");
  });

  it("shows what may be long as a text, and as one line what says that it is one", () => {
    const form = createForm({ schema });
    expect(field(form.element, "remark").tagName).toBe("TEXTAREA");
    const folder = field(form.element, "folder");
    expect([folder.tagName, folder.type, folder.maxLength]).toEqual(["INPUT", "text", 1000]);
    expect(folder.closest(".field")?.classList).not.toContain("tall");
    type(folder, "/a/b");
    expect(form.value()).toMatchObject({ folder: "/a/b" });
  });

  it("tells changes with whether they are right, and shows the fault at the field", () => {
    const changed = vi.fn();
    const form = createForm({ schema, onChange: changed });
    const epochs = field(form.element, "epochs");
    type(epochs, "500");
    expect(changed.mock.lastCall?.[0]).toMatchObject({ epochs: 500 });
    expect(changed.mock.lastCall?.[1]).toBe(false);
    expect(errorOf(form.element, "epochs").textContent).toBe("At most 100.");
    expect(epochs.getAttribute("aria-invalid")).toBe("true");
    type(epochs, "50");
    expect(changed.mock.lastCall?.[1]).toBe(true);
    expect(errorOf(form.element, "epochs").hidden).toBe(true);
    expect(epochs.hasAttribute("aria-invalid")).toBe(false);
  });

  it("reads numbers as people type them and refuses what is none", () => {
    const form = createForm({ schema });
    type(field(form.element, "rate"), ".02");
    type(field(form.element, "seed"), "");
    expect(form.value()).toMatchObject({ rate: 0.02, seed: null });
    type(field(form.element, "rate"), "fast");
    expect(form.check()).toBe(false);
    expect(errorOf(form.element, "rate").textContent).toBe("This is not a number.");
    type(field(form.element, "rate"), "");
    expect(form.check()).toBe(true);
    expect(form.value()).not.toHaveProperty("rate");
  });

  it("reads choices, checks, lists and nested values", () => {
    const form = createForm({ schema });
    const optimizer = field<HTMLSelectElement>(form.element, "optimizer");
    optimizer.selectedIndex = 0;
    const guards = form.element.querySelectorAll<HTMLInputElement>('[data-path="guards"] input');
    guards[1]!.checked = true;
    type(field(form.element, "steps"), "3, 4.5");
    type(field(form.element, "augment.crop"), "0.4");
    type(field(form.element, "extra"), '[{"a": 1}]');
    expect(form.value()).toMatchObject({
      optimizer: "sgd",
      guards: ["scab"],
      steps: [3, 4.5],
      augment: { crop: 0.4 },
      extra: [{ a: 1 }],
    });
    type(field(form.element, "extra"), "[{");
    type(field(form.element, "steps"), "3, x");
    expect(form.check()).toBe(false);
    expect(errorOf(form.element, "extra").textContent).toBe("This is not valid JSON.");
    expect(errorOf(form.element, "steps").textContent).toContain("“x” is not a number");
  });

  it("keeps what the schema does not know", () => {
    const form = createForm({ schema, value: { epochs: 3, later: { x: 1 } } });
    expect(form.value()).toMatchObject({ epochs: 3, later: { x: 1 } });
  });

  it("can be set anew", () => {
    const form = createForm({ schema });
    form.set({
      epochs: 7,
      optimizer: "sgd",
      freeze: false,
      guards: ["rot"],
      steps: [9],
      extra: [{}],
    });
    expect(form.value()).toMatchObject({
      epochs: 7,
      optimizer: "sgd",
      freeze: false,
      guards: ["rot"],
      steps: [9],
      extra: [{}],
    });
  });

  it("takes own controls by path", () => {
    const widget: Widget = ({ id }) => {
      const element = document.createElement("output");
      element.id = id;
      return { element, read: () => "from widget", write: () => undefined };
    };
    const form = createForm({ schema, widgets: { note: widget } });
    expect(form.value()["note"]).toBe("from widget");
  });

  it("can be shut", () => {
    const form = createForm({ schema, disabled: true });
    expect(
      [...form.element.querySelectorAll<HTMLInputElement>("input, select, textarea")].every(
        (one) => one.disabled,
      ),
    ).toBe(true);
  });
});

describe("answers of the server", () => {
  it("go to the fields they name, the rest above", () => {
    const form = createForm({ schema });
    form.showError(
      new AlpApiError("invalid", "bad", 400, {
        fields: { epochs: ["Too many."], other: ["What?"] },
      }),
    );
    expect(errorOf(form.element, "epochs").textContent).toBe("Too many.");
    const top = form.element.querySelector<HTMLElement>(".notice")!;
    expect(top.hidden).toBe(false);
    expect(top.textContent).toBe("other: What?");
    form.showError(new AlpApiError("conflict", "The name is taken.", 409));
    expect(top.textContent).toBe("The name is taken.");
    expect(() => form.showError(new Error("a bug"))).toThrow("a bug");
  });

  it("come after submitting, and only a valid form is sent", async () => {
    const run = vi.fn(async () => {
      throw new AlpApiError("invalid", "bad", 400, {
        fields: { epochs: "No." },
      });
    });
    const form = createForm({ schema, submit: { label: "Save", run } });
    document.body.append(form.element);
    type(field(form.element, "epochs"), "0");
    form.element.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(run).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field(form.element, "epochs"));
    type(field(form.element, "epochs"), "5");
    form.element.dispatchEvent(new Event("submit", { cancelable: true }));
    await vi.waitFor(() => expect(errorOf(form.element, "epochs").textContent).toBe("No."));
    expect(run).toHaveBeenCalledWith(expect.objectContaining({ epochs: 5 }));
  });
});

describe("a form in a dialog", () => {
  const small: JsonSchema = {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string", minLength: 1 } },
  };
  const dialog = () => document.querySelector("dialog")!;
  const confirm = () => dialog().querySelector<HTMLButtonElement>("footer .btn-primary")!.click();

  it("stays open until it went well", async () => {
    const run = vi
      .fn()
      .mockRejectedValueOnce(new AlpApiError("conflict", "Taken.", 409))
      .mockResolvedValueOnce(undefined);
    const done = formDialog({
      title: "New",
      schema: small,
      confirm: "Make",
      run,
    });
    confirm();
    await vi.waitFor(() => expect(dialog().textContent).toContain("Give a value."));
    type(dialog().querySelector("input")!, "a");
    confirm();
    await vi.waitFor(() => expect(dialog().textContent).toContain("Taken."));
    await vi.waitFor(() =>
      expect(dialog().querySelector<HTMLButtonElement>("footer .btn-primary")!.disabled).toBe(false),
    );
    confirm();
    expect(await done).toBe(true);
    expect(run).toHaveBeenLastCalledWith({ name: "a" });
    expect(document.querySelector("dialog")).toBeNull();
  });

  it("resolves false when given up", async () => {
    const done = formDialog({
      title: "New",
      schema: small,
      confirm: "Make",
      run: async () => undefined,
    });
    dialog().querySelector<HTMLButtonElement>("header button")!.click();
    expect(await done).toBe(false);
  });
});
