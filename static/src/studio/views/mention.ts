/** A text box in which "@" names a member: arrows choose, Enter or Tab puts the name in. */
import { h, replace, uid } from "../../lib/dom.ts";
import type { PersonRef } from "../state/types.ts";

const SHOWN = 6;

/** Who is named in a text: everybody whose "@Name" stands in it; of "@Ann Lee" and "@Ann" the longer one. */
export function mentioned(text: string, people: readonly PersonRef[]): string[] {
  const byLength = [...people].sort((a, b) => b.name.length - a.name.length);
  let rest = text;
  return byLength
    .filter(({ name }) => {
      const there = rest.includes(`@${name}`);
      if (there) rest = rest.replaceAll(`@${name}`, "\u0000");
      return there;
    })
    .map(({ id }) => id);
}
/** What is being named just before the caret: "@an" gives "an"; null when nobody is. */
export function naming(text: string, caret: number): string | null {
  return /(?:^|\s)@([^\n@]{0,40})$/.exec(text.slice(0, caret))?.[1] ?? null;
}

export class MentionBox {
  readonly element: HTMLElement;
  readonly input: HTMLTextAreaElement;
  private readonly list = h("ul", {
    class: "mention-list",
    role: "listbox",
    "aria-label": "People",
    hidden: true,
  });
  private found: PersonRef[] = [];
  private at = 0;

  constructor(
    label: string,
    placeholder: string,
    private readonly people: () => readonly PersonRef[],
    /** Ctrl and Enter. */
    submit: () => void,
  ) {
    this.list.id = uid("people");
    this.input = h("textarea", {
      class: "textarea",
      rows: 2,
      maxlength: 4000,
      placeholder,
      role: "combobox",
      "aria-label": label,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      oninput: () => this.look(),
      onblur: () => this.close(),
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        event.stopPropagation();
        submit();
      } else if (this.found.length && this.key(event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    this.element = h("div", { class: "mention" }, this.input, this.list);
  }

  get value(): string {
    return this.input.value.trim();
  }
  clear(): void {
    this.input.value = "";
    this.close();
  }
  mentions(): string[] {
    return mentioned(this.input.value, this.people());
  }

  private look(): void {
    const part = naming(this.input.value, this.input.selectionStart);
    const wanted = part?.toLowerCase() ?? "";
    this.found =
      part === null
        ? []
        : this.people()
            .filter(
              ({ name }) =>
                name
                  .toLowerCase()
                  .split(/\s+/)
                  .some((word) => word.startsWith(wanted)) || name.toLowerCase().startsWith(wanted),
            )
            .slice(0, SHOWN);
    this.at = 0;
    this.draw();
  }
  private key(key: string): boolean {
    const { length } = this.found;
    if (key === "ArrowDown") this.at = (this.at + 1) % length;
    else if (key === "ArrowUp") this.at = (this.at + length - 1) % length;
    else if (key === "Enter" || key === "Tab") {
      this.take(this.found[this.at] as PersonRef);
      return true;
    } else if (key === "Escape") {
      this.close();
      return true;
    } else return false;
    this.draw();
    return true;
  }
  private take({ name }: PersonRef): void {
    const { value, selectionStart: caret } = this.input;
    const start = caret - (naming(value, caret)?.length ?? 0);
    const put = `${name} `;
    this.input.value = value.slice(0, start) + put + value.slice(caret);
    this.input.setSelectionRange(start + put.length, start + put.length);
    this.close();
    this.input.focus();
  }
  private close(): void {
    this.found = [];
    this.draw();
  }
  private draw(): void {
    const open = this.found.length > 0;
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    replace(
      this.list,
      this.found.map((person, i) =>
        h(
          "li",
          {
            id: `${this.list.id}-${i}`,
            role: "option",
            "aria-selected": String(i === this.at),
            // Before the box loses the focus.
            onpointerdown: (event) => {
              event.preventDefault();
              this.take(person);
            },
          },
          person.name,
        ),
      ),
    );
    if (open) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }
}
