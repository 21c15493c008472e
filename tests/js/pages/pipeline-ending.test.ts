// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { cyclesOf, endActs } from "@/pages/pipeline/ending";
import type { PipelineDetail } from "@/pipeline_editor/io/api";
import type { MenuItem } from "@/ui/menu";

const cycles = { pending: 1, running: 2, waiting: 3, done: 40, failed: 0, cancelled: 5 };
const pipeline = (status: string) => ({ id: "1", name: "Birds", status, cycles }) as PipelineDetail;
const remove = (status: string) => endActs("p", pipeline(status), () => Promise.resolve()).at(-1) as MenuItem;

describe("a pipeline that begins anew or goes", () => {
  it("counts what a reset takes, open and ended", () => {
    expect(cyclesOf(pipeline("draft"))).toBe(51);
  });
  it("is not deleted while it runs, and says what to do first", () => {
    expect(remove("running")).toMatchObject({ disabled: true, side: "pause it first" });
    expect(remove("paused")).toMatchObject({ disabled: false, side: null });
  });
});
