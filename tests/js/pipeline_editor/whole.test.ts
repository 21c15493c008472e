import { act, createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ground, useWhole } from "@/pipeline_editor/views/rest";

let root: Root;
const host = document.createElement("div");

function Node({ far }: { far: boolean }) {
  return useWhole(far) ? "whole" : far ? "far" : "box";
}
const show = (far: boolean) => act(() => root.render(createElement(Node, { far })));
const pass = (ms: number) =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  vi.useFakeTimers({ toFake: ["performance", "requestAnimationFrame", "cancelAnimationFrame"], now: 10_000 });
  root = createRoot(host);
});
afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
});

describe("how a node is drawn", () => {
  it("whole at once while the ground rests, also when one comes nearer by a button", () => {
    show(false);
    expect(host.textContent).toBe("whole");
    show(true);
    expect(host.textContent).toBe("far");
    show(false);
    expect(host.textContent).toBe("whole");
  });
  it("as a box where it comes into sight while the ground moves, whole once that rests", () => {
    ground.moved();
    show(false);
    expect(host.textContent).toBe("box");
    pass(60);
    ground.moved();
    pass(60);
    expect(host.textContent).toBe("box");
    pass(120);
    expect(host.textContent).toBe("whole");
  });
  it("as a box where the wheel brings it near, and stays whole while it moves on", () => {
    show(true);
    ground.moved();
    show(false);
    expect(host.textContent).toBe("box");
    pass(200);
    expect(host.textContent).toBe("whole");
    ground.moved();
    show(false);
    expect(host.textContent).toBe("whole");
  });
});
