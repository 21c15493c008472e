/** A text box in which "@" names a member: arrows choose, Enter or Tab puts the name in. */
import { h, replace, uid } from "../../lib/dom.ts";
import type { FindPeople } from "../io/members.ts";
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

/** What may be the beginning of a name after each "@" of a text: its first word, and its first two. */
function beginnings(text: string): string[] {
  return [...text.matchAll(/(?:^|\s)@(\S+)(?:[ ]+([^\s@]+))?/g)].flatMap(([, one = "", two]) =>
    two ? [one, `${one} ${two}`] : [one],
  );
}
/** Who has a word that begins so comes first; else they stay in the order they came. */
function beginningFirst(people: readonly PersonRef[], wanted: string): PersonRef[] {
  const begins = ({ name }: PersonRef) => {
    const lower = name.toLowerCase();
    return lower.startsWith(wanted) || lower.split(/\s+/).some((word) => word.startsWith(wanted));
  };
  return [...people.filter(begins), ...people.filter((one) => !begins(one))];
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
  /** Everybody who was ever found, by id. */
  private readonly met = new Map<string, PersonRef>();
  /** What is being looked for; null once it is not. */
  private wanted: string | null = null;

  constructor(
    label: string,
    placeholder: string,
    private readonly people: FindPeople,
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
      oninput: () => void this.look(),
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
  /** Whom the words name: also one who was typed or pasted, and not chosen from the list. */
  async mentions(): Promise<string[]> {
    const text = this.input.value;
    await Promise.all(beginnings(text).map((part) => this.find(part)));
    return mentioned(text, [...this.met.values()]);
  }

  private async find(part: string): Promise<readonly PersonRef[]> {
    const found = await this.people(part);
    for (const person of found) this.met.set(person.id, person);
    return found;
  }
  private async look(): Promise<void> {
    const part = naming(this.input.value, this.input.selectionStart);
    this.wanted = part;
    if (part === null) {
      this.close();
      return;
    }
    const found = await this.find(part);
    if (this.wanted !== part) return; // more was typed meanwhile, or the box was left
    this.found = beginningFirst(found, part.trim().toLowerCase()).slice(0, SHOWN);
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
    this.wanted = null;
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
