import { describe, expect, it } from "vitest";
import { Rest } from "@/pipeline_editor/views/rest";

function made() {
  const clock = { now: 1000 };
  const frames: (() => void)[] = [];
  const rest = new Rest(
    () => clock.now,
    (run) => frames.push(run),
  );
  const frame = () => frames.splice(0).forEach((run) => run());
  return { clock, rest, frame, frames };
}

describe("ground under the hand", () => {
  it("rests before anything moved, and again a moment after", () => {
    const { clock, rest } = made();
    expect(rest.rests).toBe(true);
    rest.moved();
    expect(rest.rests).toBe(false);
    clock.now += 101;
    expect(rest.rests).toBe(true);
  });
  it("calls nobody back while it moves, then four a frame, and asks for no frame after the last", () => {
    const { clock, rest, frame, frames } = made();
    const done: number[] = [];
    rest.moved();
    for (let n = 0; n < 6; n += 1) rest.whenAtRest(() => done.push(n));
    frame();
    expect(done).toEqual([]);
    clock.now += 101;
    frame();
    expect(done).toEqual([0, 1, 2, 3]);
    frame();
    expect(done).toEqual([0, 1, 2, 3, 4, 5]);
    expect(frames).toHaveLength(0);
  });
  it("forgets who went out of sight", () => {
    const { clock, rest, frame } = made();
    const done: string[] = [];
    rest.moved();
    const drop = rest.whenAtRest(() => done.push("gone"));
    rest.whenAtRest(() => done.push("there"));
    drop();
    clock.now += 101;
    frame();
    expect(done).toEqual(["there"]);
  });
});
