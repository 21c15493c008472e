/** People to tick, with a share each where work is dealt out. */
import { h, replace } from "../../lib/dom.ts";
import { asPercentages, equalShares, faultOf } from "./shares.ts";
import type { Member } from "./api.ts";

export interface Share {
  person: string;
  share: number;
}
export interface ShareList {
  element: HTMLElement;
  /** Whether shares are asked for: dealt out, not pulled. */
  setDealt: (dealt: boolean) => void;
  setMembers: (members: Member[]) => void;
  /** Throws an Error whose message says what to do. */
  read: () => Share[];
}
interface Row {
  member: Member;
  box: HTMLInputElement;
  share: HTMLInputElement;
}

export function createShareList(options: {
  members: Member[];
  present: ReadonlyMap<string, number>;
  dealt: boolean;
  changed?: () => void;
}): ShareList {
  let dealt = options.dealt;
  let rows: Row[] = [];
  const list = h("div", { class: "shares", role: "group", "aria-label": "People" });
  const sum = h("span", { class: "hint", role: "status" });
  const equal = h("button", { type: "button", class: "btn btn-sm", onclick: () => spread() }, "Equal shares");
  const foot = h("div", { class: "row shares-foot" }, equal, sum);
  const element = h("div", { class: "stack" }, list, foot);
  const ticked = () => rows.filter(({ box }) => box.checked);

  function spread(): void {
    const chosen = ticked();
    const equalOnes = equalShares(chosen.length);
    chosen.forEach((row, i) => (row.share.value = String(equalOnes[i] ?? 1)));
    told();
  }
  function told(): void {
    for (const { box, share } of rows) share.disabled = !box.checked;
    for (const { box, share } of rows) if (!box.checked) share.value = "";
    const shares = ticked().map(({ share }) => Number(share.value));
    const fault = dealt ? faultOf(shares) : null;
    sum.textContent = fault ?? (dealt ? "100 %" : "");
    sum.classList.toggle("wrong", fault !== null && shares.length > 0);
    options.changed?.();
  }
  function row(member: Member, share: number | undefined): Row {
    const box = h("input", {
      type: "checkbox",
      class: "checkbox",
      checked: share !== undefined,
      "aria-label": member.user.name,
      onchange: () => spread(),
    });
    const input = h("input", {
      class: "input",
      type: "number",
      min: 1,
      max: 100,
      value: share ?? "",
      "aria-label": `Share of ${member.user.name}, percent`,
      oninput: () => told(),
    });
    return { member, box, share: input };
  }
  function setMembers(members: Member[]): void {
    const had = rows.length
      ? new Map(ticked().map(({ member, share }) => [member.user.id, Number(share.value)]))
      : options.present;
    const here = members.filter((member) => had.has(member.user.id));
    const shares = asPercentages(here.map((member) => had.get(member.user.id) ?? 1));
    const known = new Map(here.map((member, i) => [member.user.id, shares[i] ?? 1]));
    rows = members.map((member) => row(member, known.get(member.user.id)));
    replace(
      list,
      rows.map(({ member, box, share }) => [
        box,
        h("span", { class: "clip" }, member.user.name, " ", h("span", { class: "hint" }, member.role)),
        share,
        h("span", { class: "hint" }, "%"),
      ]),
    );
    told();
  }
  function setDealt(next: boolean): void {
    dealt = next;
    element.classList.toggle("pulled", !dealt);
    told();
  }
  setMembers(options.members);
  setDealt(dealt);
  return {
    element,
    setDealt,
    setMembers,
    read: () => {
      const chosen = ticked();
      if (!dealt) return chosen.map(({ member }) => ({ person: member.user.id, share: 1 }));
      const shares = chosen.map(({ member, share }) => ({
        person: member.user.id,
        share: Number(share.value),
      }));
      const fault = faultOf(shares.map(({ share }) => share));
      if (fault) throw new Error(fault);
      return shares;
    },
  };
}
