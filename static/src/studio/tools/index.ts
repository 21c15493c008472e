/** The tools of the studio: every `<name>.tool.ts` beside this file, found by its name. */
import type { Tool } from "./_tool.ts";

const found = import.meta.glob<() => Tool>("./*.tool.ts", { eager: true, import: "default" });

/** One of each, in the order of the tool bar. A file that makes no tool, and a name used twice, stop the page. */
export function makeTools(): Tool[] {
  const tools = Object.entries(found).map(([path, make]) => {
    if (typeof make !== "function") throw new Error(`${path} has no default export that makes a tool`);
    const tool = make();
    if (path !== `./${tool.id}.tool.ts`) throw new Error(`${path} makes a tool called "${tool.id}"`);
    return tool;
  });
  return tools.sort((a, b) => a.order - b.order);
}

export * from "./_tool.ts";
