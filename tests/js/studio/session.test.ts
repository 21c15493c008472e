// @vitest-environment node
import { describe, expect, it } from "vitest";
import { Session } from "@/studio/state/session.ts";
import type { Act } from "@/studio/state/types.ts";
import { act, finished, workItem } from "./made.ts";

function begin(...ids: string[]) {
  const acts: Act[] = [];
  let n = 0;
  const session = new Session({
    newId: () => `op-${(n += 1)}`,
    now: () => 5,
    onAct: (one) => acts.push(one),
  });
  session.load(ids.map((id) => workItem(id)));
  const here = () => session.current()?.item.id ?? null;
  return { session, acts, here };
}

describe("answering", () => {
  it("goes on to the next open item and tells what is to be sent", () => {
    const { session, acts, here } = begin("a", "b", "c");
    expect(session.position()).toEqual({ at: 1, of: 3, done: 0 });
    expect(session.answer("complete", { label: "cat", seconds: 2.34 })).toBe(true);
    expect(here()).toBe("b");
    expect(session.position()).toEqual({ at: 2, of: 3, done: 1 });
    expect(acts).toEqual([
      expect.objectContaining({
        task_item: "a",
        kind: "complete",
        label: "cat",
        seconds: 2.3,
        seen_version: 0,
        op_id: "op-1",
      }),
    ]);
    expect(session.get("a")).toMatchObject({
      sync: "waiting",
      answer: { label: "cat" },
      item: { label: "cat" },
    });
  });

  it("ends in an empty queue and begins again when work comes", () => {
    const { session, here } = begin("a");
    session.answer("complete", { label: "cat" });
    expect(here()).toBeNull();
    session.merge([workItem("b")], true);
    expect(here()).toBe("b");
  });

  it("says nothing of an item that is away", () => {
    const { session, acts } = begin("a");
    session.merge([workItem("a", { with_annotator: true })], true);
    expect(session.answer("approve")).toBe(false);
    expect(acts).toEqual([]);
  });

  it("changes an earlier answer in place", () => {
    const { session, acts, here } = begin("a", "b");
    session.answer("complete", { label: "cat" });
    session.back();
    expect(here()).toBe("a");
    session.answer("complete", { label: "dog" });
    expect(here()).toBe("b");
    expect(acts.map((one) => one.label)).toEqual(["cat", "dog"]);
    expect(session.position()).toEqual({ at: 2, of: 2, done: 1 });
  });
});

describe("the place in the queue", () => {
  it("is that of the item shown, whatever was answered before it", () => {
    const { session, here } = begin("a", "b", "c");
    session.step(2);
    expect([here(), session.position()]).toEqual(["c", { at: 3, of: 3, done: 0 }]);
    session.answer("complete", { label: "cat" });
    expect([here(), session.position()]).toEqual(["a", { at: 2, of: 3, done: 1 }]);
    session.step(2);
    expect([here(), session.position()]).toEqual(["c", { at: 0, of: 3, done: 1 }]);
  });
});

describe("undo", () => {
  it("opens the last item again as it was, and sends the undo after the act", () => {
    const { session, acts, here } = begin("a", "b");
    session.answer("complete", { label: "cat" });
    expect(session.undo()).toBe("complete");
    expect(here()).toBe("a");
    expect(session.current()).toMatchObject({
      answer: null,
      item: { label: null, status: "" },
    });
    expect(acts.map((one) => one.kind)).toEqual(["complete", "undo"]);
    expect(session.undo()).toBeNull();
  });

  it("takes a skip back without asking the server", () => {
    const { session, acts, here } = begin("a", "b");
    session.skip();
    expect(here()).toBe("b");
    expect(session.undo()).toBe("skip");
    expect(here()).toBe("a");
    expect(acts.map((one) => one.kind)).toEqual(["skip"]);
  });

  it("reaches what was finished before the page was opened", () => {
    const { session, acts, here } = begin();
    session.load([workItem("b")], [finished(workItem("a"), "cat")]);
    expect(here()).toBe("b");
    expect(session.undo()).toBe("complete");
    expect(here()).toBe("a");
    expect(acts).toEqual([expect.objectContaining({ kind: "undo", task_item: "a" })]);
  });
});

describe("skipping", () => {
  it("puts items behind, and comes round to them", () => {
    const { session, here } = begin("a", "b", "c");
    session.skip();
    session.answer("complete", { label: "cat" });
    session.answer("complete", { label: "cat" });
    expect(here()).toBe("a");
  });
});

describe("the server's list", () => {
  it("brings new work behind, and sent-back work next", () => {
    const { session } = begin("a", "b");
    session.merge(
      [
        workItem("s", { place: "sent_back", times_sent_back: 1 }),
        workItem("a"),
        workItem("b"),
        workItem("c"),
      ],
      true,
    );
    expect(session.upcoming(9).map((entry) => entry.item.id)).toEqual(["s", "b", "c"]);
  });

  it("brings back an item finished here when it was sent back", () => {
    const { session } = begin("a", "b");
    session.answer("complete", { label: "cat" });
    session.acked("a");
    session.settle("a", finished(workItem("a"), "cat"), false);
    session.merge(
      [workItem("a", { place: "sent_back", times_sent_back: 1, label: "cat" }), workItem("b")],
      true,
    );
    expect(session.upcoming(9).map((entry) => entry.item.id)).toEqual(["a"]);
    expect(session.get("a")?.answer).toBeNull();
  });

  it("does not open again what was answered a moment ago", () => {
    const { session, here } = begin("a", "b");
    session.answer("complete", { label: "cat" });
    session.merge([workItem("a"), workItem("b")], true);
    expect(session.get("a")?.answer).not.toBeNull();
    expect(here()).toBe("b");
  });

  it("drops what went to someone else, but not from under the eyes", () => {
    const { session, here } = begin("a", "b", "c");
    session.merge([workItem("c")], true);
    expect(session.upcoming(9).map((entry) => entry.item.id)).toEqual(["c"]);
    expect(session.current()).toMatchObject({ gone: true });
    expect(here()).toBe("a");
    expect(session.answer("complete", { label: "cat" })).toBe(false);
  });

  it("leaves alone what was touched after the list was asked for", () => {
    const { session } = begin("a", "b");
    session.answer("complete", { label: "cat" });
    session.acked("a");
    session.settle("a", finished(workItem("a"), "cat"), false);
    const asked = session.mark(); // the server makes the list now: `a` is finished there
    session.undo();
    session.merge([workItem("b")], true, asked);
    expect(session.current()).toMatchObject({ gone: false, item: { id: "a" } });
    session.acked("a"); // the undo arrived before the list did
    session.merge([workItem("b")], true, asked);
    expect(session.current()).toMatchObject({ gone: false });
    session.merge([workItem("b")], true); // asked after that: now it counts
    expect(session.current()).toMatchObject({ gone: true });
  });

  it("goes on from an item that is gone", () => {
    const { session, here } = begin("a", "b");
    session.merge([workItem("b")], true);
    session.leaveGone();
    expect(here()).toBe("b");
    expect(session.get("a")).toBeUndefined();
    session.leaveGone();
    expect(here()).toBe("b");
  });

  it("keeps what a cut-off list does not name", () => {
    const { session } = begin("a", "b");
    session.merge([workItem("a")], false);
    expect(session.upcoming(9).map((entry) => entry.item.id)).toEqual(["b"]);
  });
});

describe("after a reload", () => {
  it("counts unsent acts as answered", () => {
    const { session, here } = begin();
    session.load([workItem("a"), workItem("b")], [], [act({ task_item: "a", label: "dog" })]);
    expect(here()).toBe("b");
    expect(session.get("a")).toMatchObject({
      sync: "waiting",
      item: { label: null },
      answer: { label: "dog" },
    });
  });

  it("replays an act and its undo in order", () => {
    const { session, here } = begin();
    session.load(
      [workItem("a"), workItem("b")],
      [],
      [act({ task_item: "a" }), act({ task_item: "a", kind: "undo" })],
    );
    expect(here()).toBe("a");
  });
});

describe("what the server says", () => {
  it("marks an act as saved and takes the new version", () => {
    const { session } = begin("a");
    session.answer("complete", { label: "cat" });
    session.settle("a", finished(workItem("a"), "cat", 4), false);
    expect(session.get("a")).toMatchObject({
      sync: "saved",
      item: { item: { content_version: 4 } },
    });
  });

  it("keeps the newer state here while more acts on the item wait", () => {
    const { session } = begin("a", "b");
    session.answer("complete", { label: "cat" });
    session.undo();
    session.settle("a", finished(workItem("a"), "cat", 4), true);
    expect(session.get("a")).toMatchObject({
      answer: null,
      item: { label: null, item: { content_version: 4 } },
    });
  });

  it("opens a refused item again, or shows that it was refused", () => {
    const { session } = begin("a", "b");
    session.answer("complete", { label: "cat" });
    session.refuse("a", workItem("a", { label: "dog" }));
    expect(session.get("a")).toMatchObject({
      answer: null,
      item: { label: "dog" },
    });
    session.refuse("b", null);
    expect(session.get("b")).toMatchObject({ sync: "refused" });
  });
});

describe("going through the queue", () => {
  it("goes some places on and back, as far as there are", () => {
    const { session, here } = begin("a", "b", "c", "d");
    session.step(10);
    expect(here()).toBe("d");
    session.step(-2);
    expect(here()).toBe("b");
    session.step(-10);
    expect(here()).toBe("a");
    session.step(-1);
    expect(here()).toBe("a");
  });
  it("skips what is answered when the next to be done is asked for", () => {
    const { session, here } = begin("a", "b", "c", "d");
    session.answer("complete", { label: "cat" });
    session.answer("complete", { label: "cat" });
    session.step(-10);
    session.stepOpen(1);
    expect(here()).toBe("c");
    session.stepOpen(1);
    expect(here()).toBe("d");
    session.stepOpen(1);
    expect(here()).toBe("d");
    session.stepOpen(-1);
    expect(here()).toBe("c");
    session.stepOpen(-1);
    expect(here()).toBe("c");
  });
});
