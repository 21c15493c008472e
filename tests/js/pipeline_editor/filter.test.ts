// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  bareFilter,
  filterOf,
  readValue,
  rowsOf,
  showValue,
  wrapped,
  type FilterRow,
} from "@/pipeline_editor/graph/filter";
import type { Measure } from "@/pipeline_editor/graph/measure-form";
import { EVENTS, formOf, shownFields, triggerOf } from "@/pipeline_editor/graph/trigger-form";

describe("a filter as rows", () => {
  it("reads what templates say, nested or dotted", () => {
    const filter = {
      $and: [
        { hidden: false },
        { metadata: { system: { tags: { train: true } } } },
        { "metadata.user.x": { $gt: 3 } },
      ],
    };
    expect(rowsOf(filter)).toEqual([
      { field: "hidden", op: "is", value: false },
      { field: "metadata.system.tags.train", op: "is", value: true },
      { field: "metadata.user.x", op: "gt", value: 3 },
    ]);
  });

  it("comes back the same through every comparison", () => {
    const rows: FilterRow[] = [
      { field: "name", op: "not", value: "a.png" },
      { field: "label", op: "in", value: ["owl", "12"] },
      { field: "annotationsCount", op: "gte", value: 2 },
      { field: "subset", op: "exists", value: null },
      { field: "dir", op: "missing", value: null },
    ];
    expect(rowsOf(filterOf(rows))).toEqual(rows);
    for (const { op, value } of rows.slice(0, 3)) expect(readValue(showValue(value), op)).toEqual(value);
  });

  it("leaves what rows cannot say to JSON", () => {
    for (const filter of [{ $or: [{ a: 1 }] }, { refs: { $match: { type: "task" } } }, { a: [1, 2] }])
      expect(rowsOf(filter)).toBeNull();
    expect(rowsOf({})).toEqual([]);
  });

  it("stays in the envelope it was in", () => {
    const old = { filter: { hidden: false }, sort: { name: "ascending" } };
    expect(bareFilter(old)).toEqual({ hidden: false });
    expect(wrapped(old, { a: 1 }, false)).toEqual({ filter: { a: 1 }, sort: { name: "ascending" } });
    expect(wrapped({}, { a: 1 }, true)).toEqual({ filter: { a: 1 } });
    expect(wrapped({ hidden: true }, { a: 1 }, false)).toEqual({ a: 1 });
  });
});

describe("a trigger as a form", () => {
  it("offers the events that the engine has", () => {
    const engine = readFileSync(join(process.cwd(), "../tests/vectors/trigger_events.json"), "utf-8");
    expect(EVENTS).toEqual(JSON.parse(engine));
  });

  it("keeps settings that it does not show", () => {
    const spec = { resource: "Model", actions: ["trained"], debounce: 5, later: { more: true } };
    const trigger = { ...empty, spec, mode: "always", overlap: "allow", enabled: false };
    expect(triggerOf(trigger, "event", formOf(trigger), {})).toEqual(trigger);
  });

  const empty = { id: "t", node: "n", kind: "event", spec: {} };

  it("keeps only what its kind has", () => {
    const form = {
      mode: "once",
      resource: "Item",
      actions: ["created"],
      status: "",
      own: false,
      debounce: null,
      at_most_every: null,
      enabled: true,
    };
    expect(triggerOf(empty, "event", form, { hidden: false })).toEqual({
      id: "t",
      node: "n",
      kind: "event",
      spec: { resource: "Item", actions: ["created"], filter: { hidden: false } },
      mode: "once",
      overlap: "allow",
      enabled: true,
    });
    const clock = { cron: "0 9 * * 1", startAt: "", endAt: "", skip_unchanged: false, overlap: "skip" };
    expect(triggerOf(empty, "cron", clock, {})).toMatchObject({
      spec: { cron: "0 9 * * 1", skip_unchanged: false },
      mode: "always",
      overlap: "skip",
    });
  });

  it("takes the pauses out of a clock, which the engine refuses, and keeps what else it does not show", () => {
    const kept = { cron: "0 9 * * 1", later: 1 };
    const trigger = {
      ...empty,
      kind: "cron",
      spec: { ...kept, at_most_every: 60, debounce: 5 },
      mode: "always",
    };
    expect(triggerOf(trigger, "cron", formOf(trigger), {}).spec).toEqual(kept);
  });

  it("shows a count over a variable and writes it back", () => {
    const spec = { n: 5, count: "ground_truth", dataset: { variable: "Truth" } };
    const trigger = { ...empty, kind: "every_n", spec, overlap: "queue_one", mode: "once", enabled: true };
    expect(triggerOf(trigger, "every_n", formOf(trigger), {})).toEqual(trigger);
  });

  it("shows a watched figure with its own settings and writes it back", () => {
    const number = { type: "number", default: 0.1 } as const;
    const measures: Measure[] = [
      { name: "drift", title: "Drift", doc: "", reads: {}, settings: { least: number, window: number } },
      { name: "gain", title: "Gain", doc: "", reads: {}, settings: { least: number } },
    ];
    const reads = { model: { variable: "Best" }, dataset: { fixed: "d1" } };
    const spec = { measure: "drift", least: 0.2, window: 50, ...reads, at_most_every: 60, later: 1 };
    const trigger = { ...empty, kind: "measure", spec, overlap: "skip", mode: "once", enabled: true };
    const form = formOf(trigger, measures);
    expect(form).toMatchObject({ "drift:least": 0.2, "drift:window": 50, model: "Best", dataset: "" });
    expect(triggerOf(trigger, "measure", form, {}, measures)).toEqual(trigger);
    expect(shownFields("measure", form, measures).has("gain:least")).toBe(false);
    const other = triggerOf(
      trigger,
      "measure",
      { ...form, measure: "gain", "gain:least": 0.3 },
      {},
      measures,
    );
    expect(other.spec).toEqual({ measure: "gain", least: 0.3, ...reads, at_most_every: 60, later: 1 });
  });

  it("does not lose a fixed dataset, which it does not show", () => {
    const spec = { n: 5, count: "ground_truth", dataset: { fixed: "d1" } };
    const trigger = { ...empty, kind: "every_n", spec, overlap: "queue_one", mode: "once", enabled: true };
    expect(triggerOf(trigger, "every_n", formOf(trigger), {})).toEqual(trigger);
  });
});
