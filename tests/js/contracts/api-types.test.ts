// @vitest-environment node
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const frontEnd = join(import.meta.dirname, "../../../static");

it("the API's types are those of the committed schema (else: make api-types)", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "alp-api-"));
  try {
    const made = join(folder, "api-types.ts");
    execFileSync(process.execPath, ["scripts/gen-api.mjs", "../tests/contracts/openapi.json", made], {
      cwd: frontEnd,
    });
    expect(readFileSync(made, "utf8") === readFileSync(join(frontEnd, "src/lib/api-types.ts"), "utf8")).toBe(
      true,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
