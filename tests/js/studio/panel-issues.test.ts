import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FeedEvent } from "@/lib/feed.ts";
import type { Issue, IssueAct, IssueApi, NewIssue, Said } from "@/studio/io/issues.ts";
import { Issues } from "@/studio/state/issues.ts";
import { Numbers } from "@/studio/state/numbers.ts";
import { IssuesPanel, type IssuesOptions } from "@/studio/views/issues.ts";
import { mentioned, MentionBox, naming } from "@/studio/views/mention.ts";
import { pinIssues } from "@/studio/views/pins.ts";
import { bench, box, type Bench } from "./tools-bench.ts";

const ann = { id: "p1", name: "Ann" };
const people = [ann, { id: "p2", name: "Ann Lee" }, { id: "p3", name: "Rex Reviewer" }];

function issue(number: number, part: Partial<Issue> = {}): Issue {
  const at = "2026-01-01T00:00:00Z";
  return {
    id: `i${number}`,
    number,
    annotation: null,
    place: null,
    category: "other",
    state: "open",
    body: `body ${number}`,
    author: ann,
    created_at: at,
    comments: [{ id: `c${number}`, author: ann, body: `body ${number}`, mentions: [], at }],
    ...part,
  };
}

/** A server that keeps issues. */
class Server implements IssueApi {
  issues: Issue[] = [];
  asked = 0;
  async list(): Promise<Issue[]> {
    this.asked += 1;
    return this.issues;
  }
  async create(_item: string, { annotation, place, category, body }: NewIssue): Promise<Issue> {
    if (!body && category === "other") throw new Error("Say what is wrong.");
    const made = issue(this.issues.length + 1, {
      annotation,
      place: place as Issue["place"],
      category,
      body,
    });
    this.issues = [...this.issues, made];
    return made;
  }
  async act(id: string, act: IssueAct, said: Said): Promise<Issue> {
    const state = ({ fix: "fixed", resolve: "resolved", reopen: "open" } as const)[act as "fix"];
    this.issues = this.issues.map((one): Issue =>
      one.id === id
        ? {
            ...one,
            state: state ?? one.state,
            comments: said.body
              ? [
                  ...one.comments,
                  {
                    id: `${id}-${one.comments.length}`,
                    author: ann,
                    body: said.body,
                    mentions: said.mentions.map((who) => ({ id: who, name: who })),
                    at: one.created_at,
                  },
                ]
              : one.comments,
          }
        : one,
    );
    return this.issues.find((one) => one.id === id) as Issue;
  }
}

describe("naming people", () => {
  it("finds what is being named at the caret", () => {
    expect(naming("hello @an", 9)).toBe("an");
    expect(naming("hello @ann le", 13)).toBe("ann le");
    expect(naming("mail a@b", 8)).toBeNull();
  });
  it("means the longest name that stands there", () => {
    expect(mentioned("@Ann Lee please, and @Rex Reviewer", people)).toEqual(["p3", "p2"]);
    expect(mentioned("@Ann and @Ann Lee", people).sort()).toEqual(["p1", "p2"]);
    expect(mentioned("nobody", people)).toEqual([]);
  });
  const press = (box: MentionBox, key: string) =>
    box.input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const type = (box: MentionBox, text: string) => {
    box.input.value = text;
    box.input.setSelectionRange(text.length, text.length);
    box.input.dispatchEvent(new Event("input"));
  };
  const names = (box: MentionBox) =>
    [...box.element.querySelectorAll("li")].map(({ textContent }) => textContent);
  const find = (text: string) =>
    Promise.resolve(people.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase())));

  it("puts the name in by keys, and tells assistive technology", async () => {
    const box = new MentionBox("Reply", "", find, vi.fn());
    document.body.replaceChildren(box.element);
    type(box, "see @ann");
    await vi.waitFor(() => expect(box.input.getAttribute("aria-expanded")).toBe("true"));
    expect(names(box)).toEqual(["Ann", "Ann Lee"]);
    press(box, "ArrowDown");
    press(box, "Enter");
    expect(box.input.value).toBe("see @Ann Lee ");
    expect(await box.mentions()).toEqual(["p2"]);
    expect(box.input.getAttribute("aria-expanded")).toBe("false");
  });
  it("finds whoever was typed or pasted without being chosen", async () => {
    const box = new MentionBox("Reply", "", find, vi.fn());
    box.input.value = "@Ann Lee and @Rex Reviewer, look. Not @Nobody";
    expect((await box.mentions()).sort()).toEqual(["p2", "p3"]);
  });
  it("shows nothing of a text that is no longer there", async () => {
    const answers = new Map<string, (found: typeof people) => void>();
    const box = new MentionBox(
      "Reply",
      "",
      (text) => new Promise((done) => answers.set(text, done)),
      vi.fn(),
    );
    document.body.replaceChildren(box.element);
    type(box, "@a");
    type(box, "@re");
    answers.get("re")?.(people.filter(({ name }) => name.startsWith("Rex")));
    await vi.waitFor(() => expect(names(box)).toEqual(["Rex Reviewer"]));
    answers.get("a")?.(people);
    await Promise.resolve();
    await Promise.resolve();
    expect(names(box)).toEqual(["Rex Reviewer"]);
    type(box, "@x");
    box.input.dispatchEvent(new Event("blur"));
    answers.get("x")?.(people);
    await Promise.resolve();
    await Promise.resolve();
    expect(names(box)).toEqual([]);
  });
});

describe("the panel", () => {
  let b: Bench;
  let server: Server;
  let issues: Issues;
  let numbers: Numbers;
  let panel: IssuesPanel;
  let tell: (events: FeedEvent[]) => void;
  const revealed = vi.fn();
  /** Annotations that are waited for at the server, where a test wants them to be. */
  let arrivals: { id: string; done: (error?: Error) => void }[] | null;
  const settled = () => new Promise((done) => setTimeout(done));
  const button = (word: string) =>
    [...panel.element.querySelectorAll("button")].find(({ textContent }) =>
      textContent?.startsWith(word),
    ) as HTMLButtonElement;
  const rows = () => [...panel.element.querySelectorAll<HTMLElement>(".issue-row")];
  const thread = () => panel.element.querySelector<HTMLElement>(".issue-thread") as HTMLElement;

  async function start(review: boolean, ...list: Issue[]): Promise<void> {
    await open({ review, shapes: true }, list);
  }
  async function open(part: Pick<IssuesOptions, "review" | "shapes" | "only">, list: Issue[]): Promise<void> {
    b = await bench();
    b.put(box("a", 10, 10, 40, 30), box("b", 60, 10, 90, 40, "dog"));
    server = new Server();
    server.issues = list;
    const watch = (_types: unknown, fn: typeof tell) => {
      tell = fn;
      return () => undefined;
    };
    issues = new Issues(server, { watch }, async (id) => {
      const waiting = arrivals;
      if (waiting)
        await new Promise<void>((resolve, reject) =>
          waiting.push({ id, done: (error) => (error ? reject(error) : resolve()) }),
        );
    });
    numbers = new Numbers(b.doc.store);
    panel = new IssuesPanel({
      ctx: b.ctx,
      issues,
      numbers,
      ...part,
      people: () => Promise.resolve(people),
      reveal: revealed,
    });
    document.body.append(panel.element);
    issues.show("ti", "item", list);
  }
  beforeEach(() => {
    window.localStorage.clear();
    revealed.mockReset();
    arrivals = null;
  });
  afterEach(() => {
    panel.dispose();
    issues.dispose();
    numbers.dispose();
    b.dispose();
  });

  it("outside of a task are read with their threads, and answered nowhere", async () => {
    await open({ review: false, shapes: true, only: true }, []);
    issues.show("picture", "item", []);
    issues.read("another", [issue(9)]);
    expect(rows()).toHaveLength(0);
    issues.read("picture", [issue(1, { annotation: "a" }), issue(2, { state: "resolved" })]);
    expect(rows().map(({ textContent }) => textContent)).toHaveLength(2);
    expect(thread().textContent).toContain("body 1");
    expect(thread().querySelector("textarea, button")).toBeNull();
    panel.answer();
    await settled();
    expect(issues.get("i1")?.state).toBe("open");
  });
  it("lists them with what they are about, and counts those not resolved", async () => {
    await start(
      false,
      issue(1, { annotation: "b" }),
      issue(2, { state: "resolved" }),
      issue(3, { place: { x: 5, y: 6 } }),
    );
    expect(rows().map(({ textContent }) => textContent)).toEqual([
      "1body 1dog #2Open",
      "2body 2whole pictureResolved",
      "3body 3at a placeOpen",
    ]);
    expect(panel.count.value).toBe(2);
    expect([...issues.ofAnnotation.value]).toEqual([["b", 1]]);
    expect(thread().textContent).toContain("1 of 2");
  });
  it("next selects and shows what the issue is about, round and round", async () => {
    await start(
      false,
      issue(1, { annotation: "b" }),
      issue(2, { state: "resolved" }),
      issue(3, { place: { x: 5, y: 6 } }),
    );
    panel.next();
    expect(issues.current.value).toBe("i3");
    expect(revealed).toHaveBeenLastCalledWith([5, 6, 5, 6]);
    panel.next();
    expect([...b.doc.selection.value]).toEqual(["b"]);
    expect(revealed).toHaveBeenLastCalledWith([60, 10, 90, 40]);
    expect(b.said.at(-1)).toBe("Issue 1, dog #2: body 1");
  });
  it("who labels answers and marks fixed, with one act", async () => {
    await start(false, issue(1));
    const input = thread().querySelector("textarea") as HTMLTextAreaElement;
    input.value = "Done, @Ann Lee";
    button("Mark fixed").click();
    await settled();
    expect(server.issues[0]).toMatchObject({
      state: "fixed",
      comments: [{}, { body: "Done, @Ann Lee", mentions: [{ id: "p2" }] }],
    });
    expect(thread().textContent).toContain("Done, @Ann Lee");
    expect(button("Mark fixed")).toBeUndefined();
    expect(b.said.at(-1)).toBe("Issue 1 marked fixed");
  });
  it("who reviews resolves what is fixed, or opens it again", async () => {
    await start(true, issue(1, { state: "fixed" }));
    button("Reopen").click();
    await settled();
    expect(issues.get("i1")?.state).toBe("open");
    panel.answer();
    await settled();
    expect(issues.get("i1")?.state).toBe("resolved");
    expect(panel.count.value).toBe(0);
    panel.next();
    expect(b.said.at(-1)).toBe("There is no open issue.");
  });
  it("about a suggestion nobody accepted says that something is missing in its place", async () => {
    await start(true);
    b.put({
      ...box("s", 5, 6, 25, 36),
      model: { id: "m", name: "v7", confidence: 0.9 },
      author: null,
      revision: 0,
    });
    b.select("s");
    panel.begin();
    button("Add").click();
    await settled();
    expect(server.issues).toMatchObject([
      { annotation: null, place: { x: 5, y: 6, w: 20, h: 30 }, category: "missing" },
    ]);
  });
  it("offers no next one where none is open", async () => {
    await start(false, issue(1));
    expect(button("Next").hidden).toBe(false);
    panel.answer();
    await settled();
    expect(button("Next").hidden).toBe(false); // for review is not resolved
    await start(false, issue(1, { state: "resolved" }));
    expect(button("Next").hidden).toBe(true);
  });
  it("those resolved are hidden when asked for, and stay so on the next picture", async () => {
    await start(false, issue(1), issue(2, { state: "resolved" }), issue(3, { state: "fixed" }));
    button("Hide 1 resolved").click();
    expect(rows().map(({ dataset }) => dataset["issue"])).toEqual(["i1", "i3"]);
    issues.show("next", "item", [issue(4, { state: "resolved" }), issue(5, { state: "resolved" })]);
    expect(rows()).toEqual([]);
    expect(panel.element.textContent).toContain("2 resolved ones not shown");
    button("Show 2 resolved").click();
    expect(rows()).toHaveLength(2);
  });
  it("a new one is about what is selected, and an error keeps what was written", async () => {
    await start(true);
    b.select("a");
    panel.begin();
    const draft = panel.element.querySelector<HTMLElement>(".issue-draft") as HTMLElement;
    expect(draft.textContent).toContain("cat #1");
    const kind = (value: string) =>
      (draft.querySelector(`input[value=${value}]`) as HTMLInputElement).click();
    kind("other");
    button("Add").click();
    await settled();
    expect(draft.querySelector("[role=alert]")?.textContent).toContain("Say what is wrong");
    kind("loose_geometry");
    (draft.querySelector("textarea") as HTMLTextAreaElement).value = "Too loose";
    button("Add").click();
    await settled();
    expect(server.issues).toMatchObject([
      { annotation: "a", place: null, category: "loose_geometry", body: "Too loose" },
    ]);
    expect(draft.hidden).toBe(true);
    expect(issues.current.value).toBe("i1");
  });
  it("about what was just drawn waits for the server to have it, and an error keeps what was written", async () => {
    await start(true);
    const waiting = (arrivals = []) as { id: string; done: (error?: Error) => void }[];
    b.select("a");
    panel.begin();
    const draft = panel.element.querySelector<HTMLElement>(".issue-draft") as HTMLElement;
    button("Add").click();
    await settled();
    expect(waiting.map(({ id }) => id)).toEqual(["a"]);
    expect(server.issues).toEqual([]);
    waiting.pop()?.done(new Error("Edits wait."));
    await settled();
    expect(draft.querySelector("[role=alert]")?.textContent).toBe("Edits wait.");
    expect(server.issues).toEqual([]);
    button("Add").click();
    await settled();
    waiting.pop()?.done();
    await settled();
    expect(server.issues).toMatchObject([{ annotation: "a" }]);
    expect(draft.hidden).toBe(true);
    expect(b.said.at(-1)).toBe("Issue 1 added");
  });
  it("one to reject with is said by keys alone, and none of them reaches the page", async () => {
    await start(true);
    b.select("b");
    const sent: NewIssue[] = [];
    const heard: string[] = [];
    const page = ({ key }: KeyboardEvent) => heard.push(key);
    document.addEventListener("keydown", page);
    const press = (key: string) =>
      document.activeElement?.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
    panel.reject((issue) => sent.push(issue));
    expect((document.activeElement as HTMLInputElement).value).toBe("loose_geometry");
    press("3");
    expect((document.activeElement as HTMLInputElement).value).toBe("extra");
    press("Escape");
    press("x");
    expect(sent).toEqual([]);
    expect(heard).toEqual(["x"]);

    panel.reject((issue) => sent.push(issue));
    press("6");
    press("Enter"); // "something else" says nothing by itself
    expect(document.activeElement).toBeInstanceOf(HTMLTextAreaElement);
    (document.activeElement as HTMLTextAreaElement).value = "Not a dog";
    press("Enter");
    await settled();
    expect(sent).toEqual([
      { annotation: "b", place: null, category: "other", body: "Not a dog", mentions: [] },
    ]);
    expect(heard).toEqual(["x"]);
    document.removeEventListener("keydown", page);
  });
  it("what was being said goes when another item comes", async () => {
    await start(true);
    panel.begin();
    panel.another();
    expect(panel.element.querySelector<HTMLElement>(".issue-draft")?.hidden).toBe(true);
  });
  it.each([
    [
      "a click is a point",
      [
        [30, 40],
        [31, 40],
      ],
      { x: 30, y: 40 },
    ],
    [
      "a drag is a box inside the picture",
      [
        [150, 20],
        [260, 70],
      ],
      { x: 150, y: 20, w: 50, h: 50 },
    ],
  ] as const)("at a place: %s", async (_what, [from, to], place) => {
    await start(true);
    b.select("a");
    panel.begin();
    button("Place").click();
    b.down(from);
    b.hover(to);
    b.up(to);
    await settled();
    button("Add").click();
    await settled();
    expect(server.issues).toMatchObject([{ annotation: null, place }]);
    b.drag([20, 20], [30, 20]);
    expect(b.geometry("a")).toMatchObject({ xyxy: [20, 10, 50, 30] });
  });
  it("a place by keys, and Escape gives it up", async () => {
    await start(true);
    panel.begin();
    button("Place").click();
    b.stage.cursor.set([12, 13]);
    b.press("Escape");
    await settled();
    button("Place").click();
    b.press("Enter");
    await settled();
    button("Add").click();
    await settled();
    expect(server.issues[0]?.place).toEqual({ x: 12, y: 13 });
  });
  it("what others do is read anew, and what is being written stays", async () => {
    await start(false, issue(1));
    const input = () => thread().querySelector("textarea") as HTMLTextAreaElement;
    input().value = "half a sen";
    server.issues = [
      issue(1, { comments: [...issue(1).comments, { ...issue(9).comments[0]!, body: "and this" }] }),
      issue(2),
    ];
    tell([{ id: 1, type: "issue.changed", ids: ["other"], data: { item: "elsewhere" } }]);
    await settled();
    expect(server.asked).toBe(0);
    tell([{ id: 2, type: "issue.changed", ids: ["i2"], data: { item: "item" } }]);
    await settled();
    expect(rows()).toHaveLength(2);
    expect(thread().textContent).toContain("and this");
    expect(input().value).toBe("half a sen");
  });
  it("a list asked for before an act was answered does not undo it", async () => {
    await start(true, issue(1, { state: "fixed" }));
    const old = server.issues;
    let arrive = (): void => undefined;
    vi.spyOn(server, "list").mockImplementationOnce(async () => {
      await new Promise<void>((done) => (arrive = done));
      return old;
    });
    tell([{ id: 1, type: "issue.changed", ids: ["i1"], data: { item: "item" } }]);
    panel.answer();
    await settled();
    expect(issues.get("i1")?.state).toBe("resolved");
    arrive();
    await settled();
    expect(issues.get("i1")?.state).toBe("resolved");
    expect(server.asked).toBe(1);
  });
  it("a click on a pin shows its issue and does not reach the tool", async () => {
    await start(false, issue(1), issue(2, { annotation: "b" }));
    const picked: string[] = [];
    const off = pinIssues(b.ctx, issues, ({ id }) => picked.push(id));
    const press = (clientX: number, clientY: number) => {
      const event = new MouseEvent("pointerdown", { clientX, clientY, bubbles: true, cancelable: true });
      b.stage.element.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(press(102, 0)).toBe(true);
    expect(press(50, 50)).toBe(false);
    expect(press(90, 10)).toBe(false); // the corner itself can be taken hold of
    expect(picked).toEqual(["i2"]);
    off();
    expect(press(102, 0)).toBe(false);
  });
});
