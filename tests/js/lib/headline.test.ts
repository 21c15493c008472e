// @vitest-environment node
import { expect, test } from "vitest";

import { headlineOf } from "../../../static/src/lib/headline.ts";

test("a classifier's headline is its accuracy, a detector's AP50, and without an evaluation there is none", () => {
  expect(headlineOf({ accuracy: 0.9, map_50: 0.1 })).toEqual({ name: "accuracy", value: 0.9 });
  expect(headlineOf({ accuracy: null, map_50: 0 })).toEqual({ name: "AP50", value: 0 });
  expect(headlineOf({ miou: 0.5 })).toEqual({ name: "mean IoU", value: 0.5 });
  expect(headlineOf(undefined)).toEqual({ name: "accuracy", value: null });
});
