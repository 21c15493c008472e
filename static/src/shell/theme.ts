/** Light, dark or the system's wish. The early script sets a kept choice before the first paint; this is the switch. */
import { Cell } from "../lib/store.ts";

export type ThemeChoice = "light" | "dark" | "system";
export const THEME_CHANGED = "alp:theme";
const KEY = "alp-theme";

function kept(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

const wish = window.matchMedia("(prefers-color-scheme: dark)");
export const themeChoice = new Cell<ThemeChoice>(kept());

export function isDark(): boolean {
  return themeChoice.value === "dark" || (themeChoice.value === "system" && wish.matches);
}

function tell(): void {
  window.dispatchEvent(new CustomEvent(THEME_CHANGED));
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is shut: the choice holds for this page.
  }
  themeChoice.set(choice);
  tell();
}

wish.addEventListener("change", () => {
  if (themeChoice.value === "system") tell();
});
