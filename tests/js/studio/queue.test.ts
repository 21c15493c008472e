// @vitest-environment node
/** The queue is asked for anew when something happened to it while it was being asked for. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { AlpApiError } from "@/lib/http.ts";
import { Queue } from "@/studio/app/queue.ts";
import type { Outbox } from "@/studio/io/outbox.ts";
import type { QueueAnswer, StudioOptions } from "@/studio/state/types.ts";
import { act, workItem } from "./made.ts";

const { asked, one } = vi.hoisted(() => ({ asked: vi.fn(), one: vi.fn() }));
const { told } = vi.hoisted(() => ({ told: vi.fn() }));
vi.mock("@/ui/toast.ts", () => ({ toast: told, errorToast: vi.fn() }));
const { ask } = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/studio/views/dialogs.ts", () => ({ askStale: ask, showFinishedByOther: vi.fn() }));
vi.mock("@/studio/io/client.ts", () => ({ LIMIT: 40, nextItems: asked, taskItem: one }));

function queue() {
  const outbox = { acts: () => [], answered: 0, add: vi.fn() } as unknown as Outbox;
  const hooks = { color: () => "", onFailed: vi.fn(), onWanting: vi.fn() };
  return new Queue({ task: { id: "t" }, mayWork: true, user: { id: "me" } } as StudioOptions, outbox, hooks);
}
const answer = (label: string | null) =>
  ({ items: [workItem("a", { label })], recent: [], standing: null }) as unknown as QueueAnswer;

describe("a queue", () => {
  beforeEach(() => {
    asked.mockReset();
    told.mockReset();
  });

  it("that changes while it is asked for is asked for once more, and shows what is new", async () => {
    const waiting: ((value: QueueAnswer) => void)[] = [];
    asked.mockImplementation(() => new Promise((done) => waiting.push(done)));
    const queued = queue();
    const first = queued.fill(true);
    const heard = queued.fill(true); // what came back is not in the answer that is on its way
    void queued.fill(true);
    waiting[0]?.(answer("cat"));
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    waiting[1]?.(answer("dog"));
    await Promise.all([first, heard]);
    expect(queued.session.current()?.item.label).toBe("dog");
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it("tells whoever is at another item what was sent back, once, and leads there", async () => {
    const list = (...items: ReturnType<typeof workItem>[]) =>
      ({ items, recent: [], standing: null }) as unknown as QueueAnswer;
    const back = workItem("b", { place: "sent_back", times_sent_back: 1 });
    const queued = queue();
    asked.mockResolvedValue(list(workItem("a"), workItem("c")));
    await queued.fill(true);
    asked.mockResolvedValue(list(back, workItem("a"), workItem("c")));
    await queued.fill(true);
    await queued.fill(true);
    expect(told).toHaveBeenCalledTimes(1);
    const [text, options] = told.mock.calls[0] as [string, { action: { run: () => void } }];
    expect(text).toBe("b.png was sent back: it comes next.");
    expect(queued.session.listed().map(({ item }) => item.id)).toEqual(["a", "b", "c"]);
    options.action.run();
    expect(queued.session.current()?.item.id).toBe("b");
  });

  it("goes to an item by its name, at hand or asked for", async () => {
    asked.mockResolvedValue(answer("cat"));
    const queued = queue();
    await queued.fill(true);
    expect(queued.session.listed().map(({ item }) => item.item.filename)).toEqual(["/a.png"]);
    one.mockResolvedValue(workItem("far"));
    await queued.goTo("far");
    expect(queued.session.current()?.item.id).toBe("far");
    await queued.goTo("a");
    expect(queued.session.current()?.item.id).toBe("a");
    expect(one).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["my own earlier word", { label: "cat", labelled_by: { id: "me", name: "Me" } }, 0],
    ["no label", { label: null, labelled_by: null }, 0],
    ["another's word", { label: "cat", labelled_by: { id: "you", name: "You" } }, 1],
  ])("asks for a decision only where another's word would be lost: %s", async (_, now, times) => {
    ask.mockReset().mockResolvedValue(true);
    asked.mockResolvedValue(answer(null));
    const queued = queue();
    await queued.fill(true);
    one.mockResolvedValue(workItem("a", now));
    await queued.refused(
      act({ task_item: "a", label: "dog", seen_version: 0 }),
      new AlpApiError("stale", "moved", 412),
    );
    expect(ask).toHaveBeenCalledTimes(times);
    expect(queued.outbox.add).toHaveBeenCalledWith(expect.objectContaining({ label: "dog", task_item: "a" }));
  });

  it("is not asked for twice when it only runs low", async () => {
    asked.mockResolvedValue(answer("cat"));
    const queued = queue();
    await Promise.all([queued.fill(false), queued.fill(false)]);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});
