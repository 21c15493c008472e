// @vitest-environment node
/** A review item that was returned stands in the reviewer's queue again once its annotator has answered. */
import { describe, expect, it } from "vitest";
import { Session } from "@/studio/state/session.ts";
import { workItem } from "./made.ts";

function returned(): Session {
  let n = 0;
  const session = new Session({
    newId: () => `op-${(n += 1)}`,
    now: () => 1,
    onAct: () => undefined,
  });
  session.load([workItem("a", { label: "cat" })]);
  session.answer("return", { note: "look again" });
  session.acked("a");
  session.settle("a", workItem("a", { label: "cat", with_annotator: true, times_sent_back: 1 }), false);
  return session;
}

describe("a returned item", () => {
  it("is not work while its annotator has it", () => {
    const session = returned();
    session.merge([workItem("a", { with_annotator: true, times_sent_back: 1 })], true);
    expect(session.openCount()).toBe(0);
  });

  it("is taken back while its annotator has not answered", () => {
    const session = returned();
    session.show("a");
    expect(session.reopen()).toBe(true);
    expect(session.current()).toMatchObject({ answer: null, item: { id: "a", with_annotator: false } });
  });

  it("is work again when it was answered", () => {
    const session = returned();
    session.merge([workItem("a", { label: "dog", times_sent_back: 1 })], true);
    expect(session.current()).toMatchObject({
      answer: null,
      item: { id: "a", label: "dog" },
    });
    expect(session.answer("approve")).toBe(true);
  });
});
