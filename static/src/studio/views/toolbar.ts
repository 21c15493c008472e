/** The tools at the left, with their keys; below them the buttons of panels that open beside the bar. */
import { h, replace } from "../../lib/dom.ts";
import { icon, isIconName, type IconName } from "../../ui/icons.ts";
import { roveFocus } from "../../ui/roving.ts";
import type { PanelSpec, StudioContext } from "../context.ts";
import type { Tool } from "../tools/_tool.ts";

export class ToolBar {
  readonly element = h("div", {
    class: "tool-bar",
    role: "toolbar",
    "aria-label": "Tools",
    "aria-orientation": "vertical",
  });
  private readonly buttons = new Map<string, { button: HTMLButtonElement; key: HTMLElement }>();
  private readonly popover = h("div", { class: "tool-popover", hidden: true });
  private open: { id: string; button: HTMLButtonElement } | null = null;

  constructor(
    private readonly studio: StudioContext,
    specs: readonly PanelSpec[],
  ) {
    const { toolbox, shortcuts } = studio;
    let kind: boolean | null = null;
    for (const tool of toolbox.tools) {
      const makes = tool.makes.length > 0;
      if (kind !== null && kind !== makes) this.element.append(h("hr"));
      kind = makes;
      this.element.append(this.toolButton(tool));
    }
    const panels = specs.filter(({ place, when }) => place === "tools" && (when?.(studio) ?? true));
    if (panels.length) this.element.append(h("hr"), ...panels.map((spec) => this.panelButton(spec)));
    document.body.append(this.popover);
    toolbox.active.subscribe(({ id }) => this.mark(id));
    shortcuts.changed.subscribe(() => this.showKeys());
    document.addEventListener("pointerdown", (event) => this.clickedAway(event), true);
    window.addEventListener("resize", () => this.place());
    this.popover.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close(true);
    });
    roveFocus(this.element);
  }

  private toolButton(tool: Tool): HTMLButtonElement {
    const button = this.button(tool.icon, `tool.${tool.id}`, tool.title);
    button.addEventListener("click", () => this.studio.toolbox.use(tool.id));
    button.setAttribute("aria-pressed", "false");
    return button;
  }

  private panelButton(spec: PanelSpec): HTMLButtonElement {
    const panel = spec.make(this.studio);
    const button = this.button(spec.icon ?? "settings", spec.shortcut ?? "", spec.title);
    button.setAttribute("aria-expanded", "false");
    const toggle = () => {
      if (this.open?.id === spec.id) this.close(true);
      else this.show(spec, button, panel.element);
    };
    button.addEventListener("click", toggle);
    if (spec.shortcut) this.studio.handle(spec.shortcut, toggle);
    return button;
  }

  private button(name: string, shortcut: string, title: string): HTMLButtonElement {
    const key = h("span", { "aria-hidden": "true" });
    const button = h(
      "button",
      { type: "button", class: "tool", "aria-label": title, dataset: { shortcut, title } },
      icon(isIconName(name) ? name : ("settings" satisfies IconName)),
      key,
    );
    this.buttons.set(shortcut || title, { button, key });
    return button;
  }

  private showKeys(): void {
    for (const { button, key } of this.buttons.values()) {
      const { shortcut = "", title = "" } = button.dataset;
      const keys = shortcut ? this.studio.shortcuts.shown(shortcut) : "";
      key.textContent = keys.replace(" ", "");
      button.title = keys ? `${title} (${keys})` : title;
    }
  }

  private mark(id: string): void {
    for (const [name, { button }] of this.buttons)
      if (button.hasAttribute("aria-pressed"))
        button.setAttribute("aria-pressed", String(name === `tool.${id}`));
  }

  private show(spec: PanelSpec, button: HTMLButtonElement, content: HTMLElement): void {
    this.close(false);
    this.open = { id: spec.id, button };
    button.setAttribute("aria-expanded", "true");
    replace(this.popover, h("h2", null, spec.title), content);
    this.popover.setAttribute("role", "dialog");
    this.popover.setAttribute("aria-label", spec.title);
    this.popover.hidden = false;
    this.place();
    content.querySelector<HTMLElement>("input, select, button")?.focus();
  }
  /** Beside its button, whole within the window. */
  private place(): void {
    if (!this.open) return;
    const box = this.open.button.getBoundingClientRect();
    const top = Math.max(8, Math.min(box.top, window.innerHeight - this.popover.offsetHeight - 8));
    this.popover.style.left = `${box.right + 8}px`;
    this.popover.style.top = `${top}px`;
  }

  private close(refocus: boolean): void {
    const { open } = this;
    if (!open) return;
    this.open = null;
    this.popover.hidden = true;
    open.button.setAttribute("aria-expanded", "false");
    if (refocus) this.studio.stage.element.focus({ preventScroll: true });
  }

  private clickedAway({ target }: Event): void {
    if (!this.open || !(target instanceof Node)) return;
    if (!this.popover.contains(target) && !this.open.button.contains(target)) this.close(false);
  }
}
