/** Which node a connection let go over empty ground is to lead to: only types with an input that takes it. */
import { h } from "../../lib/dom";
import { openMenu } from "../../ui/menu";
import { isIconName } from "../../ui/icons";
import { accepts, portName } from "../graph/ports";
import type { NodeType } from "../io/api";
import { paletteGroups } from "./groups";

export function pickNode(
  types: readonly NodeType[],
  portType: string,
  screen: { x: number; y: number },
  chosen: (type: NodeType, input: string) => void,
): void {
  // An anchor of no size where the pointer was.
  const anchor = h("span", {
    class: "pick-anchor",
    style: { left: `${screen.x}px`, top: `${screen.y}px` },
  });
  document.body.append(anchor);
  const fitting = paletteGroups(types, "").flatMap(([category, members]) => {
    const entries = members.flatMap((type) => {
      const input =
        type.inputs.find((port) => port.type === portType) ??
        type.inputs.find((port) => accepts(port.type, portType));
      return input ? [{ type, input }] : [];
    });
    return entries.length ? [{ category, entries }] : [];
  });
  openMenu(
    anchor,
    fitting.flatMap(({ category, entries }) => [
      { heading: category },
      ...entries.map(({ type, input }) => ({
        label: type.title,
        ...(isIconName(type.icon) ? { icon: type.icon } : {}),
        side: portName(input),
        run: () => chosen(type, input.name),
      })),
    ]),
    { label: "Add a node here", onClose: () => anchor.remove() },
  );
}
