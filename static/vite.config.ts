/// <reference types="vitest/config" />
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";
import { ICONS, iconMarkup } from "./src/ui/icons.ts";

const root = import.meta.dirname;
const pagesDir = join(root, "src/pages");

/** Every src/pages/*.ts(x) is an entry: adding a page is adding one file. */
function pageEntries(): Record<string, string> {
  const pages = readdirSync(pagesDir).filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
  return Object.fromEntries(
    pages.map((file) => [basename(file).replace(/\.tsx?$/, ""), join(pagesDir, file)]),
  );
}

/** Scripts that run before a page's own, each a file of its own. */
const EARLY = ["theme-early.js", "studio-early.js"];

/** What Django's templates need beside the entries: the early scripts (hashed) and the icons' markup. */
function forTemplates(): Plugin {
  return {
    name: "alp-for-templates",
    apply: "build",
    buildStart() {
      for (const name of EARLY) this.addWatchFile(join(root, "src/shell", name));
    },
    generateBundle() {
      for (const name of EARLY)
        this.emitFile({
          type: "asset",
          name,
          originalFileName: `src/shell/${name}`,
          source: readFileSync(join(root, "src/shell", name), "utf8"),
        });
      const markup = Object.fromEntries(Object.keys(ICONS).map((name) => [name, iconMarkup(name)]));
      this.emitFile({ type: "asset", fileName: "icons.json", source: JSON.stringify(markup) });
    },
  };
}

/** Tests lie outside this folder, so their packages are looked up from here. */
function packagesForTests(): Plugin {
  const tests = join(root, "../tests/js");
  return {
    name: "alp-packages-for-tests",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!importer?.startsWith(tests) || /^[./@\0]|^node:/.test(source) || source.startsWith("vitest"))
        return null;
      return this.resolve(source, join(root, "vite.config.ts"), { skipSelf: true });
    },
  };
}

export default defineConfig({
  root,
  base: "/static/",
  plugins: [tailwindcss(), forTemplates(), packagesForTests()],
  resolve: { alias: { "@": join(root, "src") }, dedupe: ["react", "react-dom"] },
  // The model's worker imports its runtime as modules do.
  worker: { format: "es" },
  server: { fs: { allow: [join(root, "..")] } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    // How long each plugin took is nobody's concern who only wants it built.
    // Packages made for servers as well carry "use client" lines, which mean nothing here.
    rolldownOptions: {
      input: pageEntries(),
      checks: { pluginTimings: false },
      onLog: (level, log, tell) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") tell(level, log);
      },
    },
  },
  test: {
    dir: join(root, "../tests/js"),
    include: ["**/*.test.{ts,tsx}"],
    environment: "happy-dom",
    restoreMocks: true,
    pool: "threads",
    maxWorkers: 2,
    // A machine that does other things at once may stand still for seconds.
    testTimeout: 30_000,
  },
});
