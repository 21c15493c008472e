/** What a reviewer says of an item: rejecting goes by issues, approving needs none open. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Answers } from "@/studio/app/answers.ts";
import type { Queue } from "@/studio/app/queue.ts";
import type { AnnotationScene } from "@/studio/app/scene.ts";
import type { NewIssue } from "@/studio/io/issues.ts";
import { Session } from "@/studio/state/session.ts";
import type { Act } from "@/studio/state/types.ts";
import { WorkClock } from "@/studio/tools/clock.ts";
import { workItem } from "./made.ts";

const source = { id: "s", person: { id: "p", name: "Ann" }, finished_at: null, times_sent_back: 0 };
const said: NewIssue = { annotation: null, place: null, category: "wrong_label", body: "", mentions: [] };

let acts: Act[];
let open: number;
let seen: boolean;
let ask: ((issue: NewIssue) => void) | null;
const showIssues = vi.fn();

let version: number;
let quick: boolean;
function reviewer(...ids: string[]): { answers: Answers; session: Session } {
  const session = new Session({ newId: () => "op", now: () => 1, onAct: (act) => acts.push(act) });
  session.load(ids.map((id) => workItem(id, { label: "cat", source })));
  const answers = new Answers({
    queue: { session, fill: () => Promise.resolve() } as unknown as Queue,
    scene: {
      toolbox: { settle: () => undefined },
      document: { item: "i-a", store: { all: () => [{ author: {}, model: null }] } },
      edits: { seenOf: () => version },
    } as unknown as AnnotationScene,
    clock: new WorkClock(),
    review: true,
    labels: [],
    types: ["class"],
    quick,
    openIssues: () => (session.current()?.item.id === ids[0] ? open : 0),
    askIssue: (send) => (ask = send),
    showIssues,
    ready: () => true,
    seen: () => seen,
    flash: () => undefined,
  });
  return { answers, session };
}
const dialog = () => document.querySelector("dialog") as HTMLDialogElement;
const button = (word: string) =>
  [...dialog().querySelectorAll("button")].find(({ textContent }) =>
    textContent?.startsWith(word),
  ) as HTMLButtonElement;
const settled = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  [acts, open, seen, ask] = [[], 0, true, null];
  [version, quick] = [3, true];
  showIssues.mockReset();
});
afterEach(() => document.body.replaceChildren());

describe("rejecting", () => {
  it("takes the issues that are open, and asks nothing", () => {
    open = 2;
    const { answers, session } = reviewer("a", "b");
    answers.sendBack();
    expect(acts).toMatchObject([{ kind: "return", task_item: "a", note: "" }]);
    expect(acts[0]?.issue).toBeUndefined();
    expect(session.current()?.item.id).toBe("b");
    expect(document.body.textContent).toContain("Returned to Ann with 2 issues.");
  });
  it("has an issue said where there is none, and sends both as one", () => {
    const { answers } = reviewer("a", "b");
    answers.sendBack();
    expect(acts).toEqual([]);
    ask?.(said);
    expect(acts).toMatchObject([{ kind: "return", task_item: "a", issue: said }]);
  });
  it("leaves the next item alone when the issue was said of the one before", () => {
    const { answers, session } = reviewer("a", "b");
    answers.sendBack();
    session.next();
    ask?.(said);
    expect(acts).toEqual([]);
  });
});

describe("approving", () => {
  it("needs no issue open: it is refused, and the issues are shown", async () => {
    open = 1;
    const { answers } = reviewer("a");
    answers.submit();
    await settled();
    expect(dialog().textContent).toContain("Not approved: 1 issue is open");
    button("Look at it").click();
    await settled();
    expect(acts).toEqual([]);
    expect(showIssues).toHaveBeenCalledOnce();
  });
  it("resolves them along with it when asked to", async () => {
    open = 2;
    const { answers } = reviewer("a");
    answers.submit();
    await settled();
    button("Resolve all 2 and approve").click();
    await settled();
    expect(acts).toMatchObject([{ kind: "approve", task_item: "a", resolve_open: true }]);
  });
  it("answers for the version of the moment, also when an edit was saved while the person was asked", async () => {
    [open, quick] = [1, false];
    const { answers } = reviewer("a");
    answers.submit();
    await settled();
    version = 4;
    button("Resolve it and approve").click();
    await settled();
    expect(acts).toMatchObject([{ kind: "approve", seen_version: 4, resolve_open: true }]);
  });
  it("is refused while the picture is not to be seen, unlike skipping", () => {
    seen = false;
    const { answers, session } = reviewer("a", "b");
    answers.submit();
    expect(acts).toEqual([]);
    expect(session.current()?.item.id).toBe("a");
    answers.skip();
    expect(session.current()?.item.id).toBe("b");
  });
  it("asks nothing where none is open", () => {
    const { answers } = reviewer("a");
    answers.submit();
    expect(acts).toMatchObject([{ kind: "approve", label: null }]);
    expect(acts[0]?.resolve_open).toBeUndefined();
  });
});
