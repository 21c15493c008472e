// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h } from "@/lib/dom";
import { fileActs, fileName } from "@/pages/pipeline/file-acts";
import { importReport, type ImportAnswer } from "@/pages/pipeline/import-file";
import type { PipelineDetail } from "@/pipeline_editor/io/api";

const answer = (notes: ImportAnswer["notes"]): ImportAnswer => ({
  ok: true,
  pipeline: null,
  name: "Birds",
  notes,
  problems: [],
  graph: { nodes: [], connections: [], triggers: [], variables: [] },
});
const text = (found: ImportAnswer) => h("div", {}, importReport(found)).textContent;

describe("a pipeline as a file", () => {
  it("is named after the pipeline, in letters that every file system takes", () => {
    expect(fileName("Birds: round 2")).toBe("birds-round-2.json");
    expect(fileName("Vögel/../x")).toBe("vögel-x.json");
    expect(fileName("???")).toBe("pipeline.json");
  });
  it("is offered to everybody who sees it, as a template to who may edit", () => {
    const pipeline = { id: "1", name: "Birds" } as PipelineDetail;
    expect(fileActs("p", pipeline, false)).toHaveLength(1);
    expect(fileActs("p", pipeline, true)).toHaveLength(2);
  });
  it("tells what is left out before what is to be filled in, and where", () => {
    const found = text(
      answer([
        { level: "to_do", where: "Raw Dataset", message: "Choose its value." },
        { level: "left_out", where: "Magic", message: "There is no node here for it." },
      ]),
    );
    expect(found).toContain("Left out (1)Magic: There is no node here for it.");
    expect(found.indexOf("Left out")).toBeLessThan(found.indexOf("For you to fill in (1)Raw Dataset"));
    expect(found).not.toContain("Changed");
  });
  it("says so when nothing is missing", () => {
    expect(text(answer([]))).toContain(
      "Birds: 0 nodes, 0 connections, 0 triggers, 0 variables.Everything is taken over",
    );
  });
});
