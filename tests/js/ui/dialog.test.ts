import { beforeEach, describe, expect, it, vi } from "vitest";
import { confirmDialog, openDialog, promptDialog } from "@/ui/dialog.ts";
import { act, errorToast, toast } from "@/ui/toast.ts";
import { AlpApiError } from "@/lib/http.ts";

beforeEach(() => document.body.replaceChildren());
const dialog = () => document.querySelector("dialog")!;
const buttons = () => [...dialog().querySelectorAll<HTMLButtonElement>("footer button")];

describe("confirmDialog", () => {
  it("names what goes and answers yes only to its own verb", async () => {
    const answer = confirmDialog({
      title: "Delete dataset?",
      loss: ["46,508 images", "3 tasks"],
      confirm: "Delete dataset",
      danger: true,
    });
    expect(dialog().open).toBe(true);
    expect([...dialog().querySelectorAll(".loss li")].map((one) => one.textContent)).toEqual([
      "46,508 images",
      "3 tasks",
    ]);
    expect(document.querySelector(`#${dialog().getAttribute("aria-labelledby")}`)?.textContent).toBe(
      "Delete dataset?",
    );
    expect(buttons().at(-1)!.className).toContain("btn-error");
    buttons().at(-1)!.click();
    expect(await answer).toBe(true);
    expect(document.querySelector("dialog")).toBeNull();
  });

  it("answers no to cancel and to the cross", async () => {
    const first = confirmDialog({ title: "Sure?", confirm: "Do it" });
    buttons()[0]!.click();
    expect(await first).toBe(false);
    const second = confirmDialog({ title: "Sure?", confirm: "Do it" });
    dialog().querySelector<HTMLButtonElement>("header button")!.click();
    expect(await second).toBe(false);
  });
});

describe("promptDialog", () => {
  it("gives the trimmed line, and insists on one", async () => {
    const answer = promptDialog({ title: "Rename", label: "Name", value: "old" });
    const input = dialog().querySelector("input")!;
    input.value = "  ";
    buttons().at(-1)!.click();
    await vi.waitFor(() => expect(input.getAttribute("aria-invalid")).toBe("true"));
    input.value = " new ";
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    expect(await answer).toBe("new");
  });
  it("gives null when given up", async () => {
    const answer = promptDialog({ title: "Rename", label: "Name" });
    buttons()[0]!.click();
    expect(await answer).toBeNull();
  });
});

describe("openDialog", () => {
  it("stays open and says why when an act fails", async () => {
    const run = vi
      .fn()
      .mockRejectedValueOnce(new AlpApiError("conflict", "It is in use.", 409))
      .mockResolvedValueOnce(undefined);
    const handle = openDialog({ title: "T", body: "text", actions: [{ label: "Go", primary: true, run }] });
    buttons()[0]!.click();
    await vi.waitFor(() =>
      expect(dialog().querySelector("[role=alert]")?.textContent).toContain("It is in use."),
    );
    await vi.waitFor(() => expect(buttons()[0]!.disabled).toBe(false));
    buttons()[0]!.click();
    await handle.closed;
    expect(run).toHaveBeenCalledTimes(2);
  });
});

describe("toasts", () => {
  it("say their text, offer one act and go by themselves", () => {
    vi.useFakeTimers();
    const undo = vi.fn();
    const { element } = toast("Deleted", { action: { label: "Undo", run: undo } });
    expect(element.getAttribute("role")).toBe("status");
    element.querySelector<HTMLButtonElement>("button")!.click();
    expect(undo).toHaveBeenCalledOnce();
    expect(element.isConnected).toBe(false);
    const second = toast("Saved");
    vi.advanceTimersByTime(6000);
    expect(second.element.isConnected).toBe(false);
    vi.useRealTimers();
  });

  it("keep failures until closed, and say nothing of what was stopped on purpose", () => {
    vi.useFakeTimers();
    errorToast(new DOMException("x", "AbortError"));
    expect(document.querySelector(".toast")).toBeNull();
    errorToast(new Error("It broke."), "Saving:");
    vi.advanceTimersByTime(100_000);
    expect(document.querySelector(".toast.bad")?.textContent).toContain("Saving: It broke.");
    vi.useRealTimers();
  });

  it("show only the newest few", () => {
    for (let i = 0; i < 7; i++) toast(`n${i}`, { ms: 0 });
    const shown = [...document.querySelectorAll(".toast")].map((one) => one.textContent);
    expect(shown).toEqual(["n3", "n4", "n5", "n6"]);
  });

  it("act makes the button busy once and tells failures", async () => {
    const button = document.createElement("button");
    let finish: () => void = () => undefined;
    const first = act(button, () => new Promise<void>((done) => (finish = done)));
    expect(button.disabled).toBe(true);
    expect(await act(button, async () => undefined)).toBe(false);
    finish();
    expect(await first).toBe(true);
    expect(button.disabled).toBe(false);
    expect(await act(button, () => Promise.reject(new Error("no")))).toBe(false);
    expect(document.querySelector(".toast.bad")).not.toBeNull();
  });
});
