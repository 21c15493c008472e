/** One stop for Tab, arrows within: how the buttons of a toolbar are walked through by keys. */

/** Call it once the buttons are there. Arrows along the bar's direction, Home and End move the focus, round and round. */
export function roveFocus(bar: HTMLElement): void {
  const vertical = bar.getAttribute("aria-orientation") === "vertical";
  const [forward, backward] = vertical ? ["ArrowDown", "ArrowUp"] : ["ArrowRight", "ArrowLeft"];
  const all = () => [...bar.querySelectorAll<HTMLButtonElement>("button")];
  const mark = (stop: HTMLButtonElement | undefined) => {
    for (const button of all()) button.tabIndex = button === stop ? 0 : -1;
  };
  bar.addEventListener("keydown", (event) => {
    const buttons = all().filter((button) => !button.disabled);
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { [forward]: at + 1, [backward]: at - 1, Home: 0, End: -1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[(to + buttons.length) % buttons.length]?.focus();
  });
  bar.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLButtonElement) mark(target);
  });
  mark(all()[0]);
}
