// @vitest-environment node
import { describe, expect, it } from "vitest";
import { whichPipeline } from "../../../static/src/pages/home/which";
import type { PipelineRow } from "../../../static/src/pipeline_editor/io/api";

const row = (id: string, status: PipelineRow["status"], waiting: number) =>
  ({ id, name: id, status, cycles: { pending: 0, running: 0, waiting } }) as PipelineRow;

describe("the pipeline in the picture of the loop", () => {
  const rows = [row("draft", "draft", 9), row("new", "running", 0), row("busy", "running", 7)];

  it("is the chosen one, whatever it does", () => {
    expect(whichPipeline(rows, "draft")?.id).toBe("draft");
  });

  it("is the running one with the most under way where nothing, or what is gone, was chosen", () => {
    expect(whichPipeline(rows, null)?.id).toBe("busy");
    expect(whichPipeline(rows, "gone")?.id).toBe("busy");
  });

  it("is the newest of equals, and of those that do not run", () => {
    expect(whichPipeline([row("a", "running", 0), row("b", "running", 0)], null)?.id).toBe("a");
    expect(whichPipeline([row("a", "paused", 0), row("b", "draft", 5)], null)?.id).toBe("a");
    expect(whichPipeline([], null)).toBeUndefined();
  });
});
