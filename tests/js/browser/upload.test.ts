// @vitest-environment node
/** The upload queue. */
import { describe, expect, it } from "vitest";
import {
  UploadQueue,
  type FileResult,
  type QueuedFile,
  type Send,
} from "../../../static/src/pages/dataset/upload-queue.ts";

const file = (name: string, size = 10) => ({
  path: name,
  file: new File([new Uint8Array(size)], name),
});
const settled = async (queue: UploadQueue) => {
  while (queue.busy) await new Promise((done) => setTimeout(done, 0));
  await new Promise((done) => setTimeout(done, 0));
};
const added = (batch: QueuedFile[]): FileResult[] =>
  batch.map((one) => ({ filename: one.path, status: "added" as const }));

describe("upload queue", () => {
  it("sends small batches and counts what became of each file", async () => {
    const sizes: number[] = [];
    const send: Send = (batch) => {
      sizes.push(batch.length);
      return Promise.resolve(
        batch.map((one) => ({
          filename: one.path,
          status: one.path === "bad.png" ? ("refused" as const) : ("added" as const),
          message: "why",
        })),
      );
    };
    const queue = new UploadQueue({ send, maxFiles: 3 });
    queue.add([...Array.from({ length: 6 }, (_, n) => file(`${n}.png`)), file("bad.png")]);
    await settled(queue);
    expect(sizes).toEqual([3, 3, 1]);
    expect(queue.totals).toMatchObject({
      files: 7,
      done: 7,
      added: 6,
      refused: 1,
      sentBytes: 70,
      bytes: 70,
    });
    expect(queue.refused.map((one) => [one.path, one.message])).toEqual([["bad.png", "why"]]);
  });

  it("keeps batches below a size but sends a large file alone", async () => {
    const sizes: number[] = [];
    const queue = new UploadQueue({
      send: (batch) => (sizes.push(batch.length), Promise.resolve(added(batch))),
      maxBytes: 100,
      lanes: 1,
    });
    queue.add([file("a", 60), file("b", 30), file("c", 30), file("huge", 500), file("d", 1)]);
    await settled(queue);
    expect(sizes).toEqual([2, 1, 1, 1]);
  });

  it("shares a batch's progress among its files", async () => {
    let tell: (sent: number) => void = () => undefined;
    let finish: () => void = () => undefined;
    const queue = new UploadQueue({
      send: (batch, progress) => {
        tell = progress;
        return new Promise((done) => (finish = () => done(added(batch))));
      },
    });
    queue.add([file("a", 10), file("b", 10)]);
    tell(14);
    expect(queue.active.map((one) => one.sent)).toEqual([10, 4]);
    expect(queue.totals.sentBytes).toBe(14);
    tell(99);
    expect(queue.totals.sentBytes).toBe(20);
    finish();
    await settled(queue);
    expect(queue.totals.sentBytes).toBe(20);
  });

  it("lists what the network dropped and sends it again", async () => {
    let broken = true;
    const queue = new UploadQueue({
      describe: () => "No network.",
      send: (batch) => (broken ? Promise.reject(new Error("x")) : Promise.resolve(added(batch))),
    });
    queue.add([file("a"), file("b")]);
    await settled(queue);
    expect(queue.totals).toMatchObject({ failed: 2, done: 2 });
    expect(queue.refused[0]?.message).toBe("No network.");
    broken = false;
    queue.retry();
    await settled(queue);
    expect(queue.totals).toMatchObject({
      failed: 0,
      added: 2,
      done: 2,
      sentBytes: 20,
    });
    expect(queue.refused).toEqual([]);
  });

  it("stops when told to; what is in stays in", async () => {
    const queue = new UploadQueue({
      lanes: 1,
      maxFiles: 1,
      send: (batch, _, signal) =>
        batch[0]?.path === "a"
          ? Promise.resolve(added(batch))
          : new Promise((_done, no) => signal.addEventListener("abort", () => no(new Error("aborted")))),
    });
    queue.add([file("a"), file("b"), file("c")]);
    await new Promise((done) => setTimeout(done, 5));
    queue.cancel();
    await settled(queue);
    expect(queue.totals).toMatchObject({ added: 1, failed: 1 });
  });
});
