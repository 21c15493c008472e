// Writes src/lib/api-types.ts from an OpenAPI JSON file: npm run gen:api -- ../path/to/schema.json [out.ts]
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import prettier from "prettier";

const [source, target = "src/lib/api-types.ts"] = process.argv.slice(2);
if (!source) {
  process.stderr.write("Say which schema: npm run gen:api -- path/to/schema.json\n");
  process.exit(2);
}
const schema = JSON.parse(await readFile(resolve(source), "utf8"));
const ast = await openapiTS(schema, { alphabetize: true, emptyObjectsUnknown: true });
const text = `// Generated from the OpenAPI schema by "npm run gen:api"; do not edit.\n${astToString(ast)}`;
const options = (await prettier.resolveConfig(new URL("../src/lib/api-types.ts", import.meta.url))) ?? {};
await writeFile(resolve(target), await prettier.format(text, { ...options, parser: "typescript" }));
