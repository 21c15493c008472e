/** People to tick, with a share each where work is dealt out; of many, the first few and those found by name. */
import { h } from "../../lib/dom.ts";
import { asPercentages, equalShares, faultOf } from "./shares.ts";
import { createTickSearch, type Found } from "./tick-search.ts";
import type { Member } from "./api.ts";

export interface Share {
  person: string;
  share: number;
}
export interface ShareList {
  element: HTMLElement;
  /** Whether shares are asked for: dealt out, not pulled. */
  setDealt: (dealt: boolean) => void;
  /** Others are asked about now: of those ticked, these stay. */
  keep: (may: (member: Member) => boolean) => void;
  /** Throws an Error whose message says what to do. */
  read: () => Share[];
}
export interface ShareListOptions {
  /** People who may be ticked, by a part of their name; nothing typed: the first few. */
  find: (text: string, signal: AbortSignal) => Promise<Found<Member>>;
  /** Ticked to begin with. */
  present?: readonly { member: Member; share: number }[];
  dealt: boolean;
  changed?: () => void;
}
/** A member as the list of ticks takes it. */
interface Named {
  id: string;
  name: string;
  member: Member;
}

const named = (member: Member): Named => ({ id: member.user.id, name: member.user.name, member });

export function createShareList(options: ShareListOptions): ShareList {
  let dealt = options.dealt;
  const shares = new Map<string, HTMLInputElement>();
  const sum = h("span", { class: "hint", role: "status" });
  const equal = h("button", { type: "button", class: "btn btn-sm", onclick: () => spread() }, "Equal shares");
  const foot = h("div", { class: "row shares-foot" }, equal, sum);
  const ticks = createTickSearch<Named>({
    label: "People",
    class: "shares",
    find: async (text, signal) => {
      const { items, more } = await options.find(text, signal);
      return { items: items.map(named), more };
    },
    row: cells,
    changed: () => spread(),
  });
  const element = h("div", { class: "stack" }, ticks.element, foot);
  const shareOf = (id: string) => shares.get(id) as HTMLInputElement;

  function spread(): void {
    const chosen = ticks.chosen();
    const equalOnes = equalShares(chosen.length);
    chosen.forEach(({ id }, i) => (shareOf(id).value = String(equalOnes[i] ?? 1)));
    told();
  }
  function told(): void {
    const chosen = new Set(ticks.chosen().map(({ id }) => id));
    for (const [id, share] of shares) {
      share.disabled = !chosen.has(id);
      if (share.disabled) share.value = "";
    }
    const values = [...chosen].map((id) => Number(shareOf(id).value));
    const fault = dealt ? faultOf(values) : null;
    sum.textContent = fault ?? (dealt ? "100 %" : "");
    sum.classList.toggle("wrong", fault !== null && values.length > 0);
    options.changed?.();
  }
  function cells({ id, name, member }: Named, box: HTMLInputElement) {
    box.setAttribute("aria-label", name);
    const share = h("input", {
      class: "input",
      type: "number",
      min: 1,
      max: 100,
      disabled: true,
      "aria-label": `Share of ${name}, percent`,
      oninput: () => told(),
    });
    shares.set(id, share);
    return [
      box,
      h("span", { class: "clip" }, name, " ", h("span", { class: "hint" }, member.role)),
      share,
      h("span", { class: "hint" }, "%"),
    ];
  }
  /** Ticks these, their shares made to sum to 100. */
  function tick(present: readonly { member: Member; share: number }[]): void {
    shares.clear();
    ticks.set(present.map(({ member }) => named(member)));
    const percentages = asPercentages(present.map(({ share }) => share));
    present.forEach(({ member }, i) => (shareOf(member.user.id).value = String(percentages[i] ?? 1)));
    told();
  }
  function setDealt(next: boolean): void {
    dealt = next;
    element.classList.toggle("pulled", !dealt);
    told();
  }
  tick(options.present ?? []);
  setDealt(dealt);
  return {
    element,
    setDealt,
    keep: (may) =>
      tick(
        ticks
          .chosen()
          .filter(({ member }) => may(member))
          .map(({ id, member }) => ({ member, share: Number(shareOf(id).value) })),
      ),
    read: () => {
      const chosen = ticks.chosen();
      if (!dealt) return chosen.map(({ id }) => ({ person: id, share: 1 }));
      const given = chosen.map(({ id }) => ({ person: id, share: Number(shareOf(id).value) }));
      const fault = faultOf(given.map(({ share }) => share));
      if (fault) throw new Error(fault);
      return given;
    },
  };
}
