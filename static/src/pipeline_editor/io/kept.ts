/** Where a draft's unsent edits lie in the browser until the server has them. */
import type { Kept } from "../state/draft";

export function keeper(key: string): { keep: (kept: Kept | null) => void; kept: () => Kept | null } {
  return {
    keep: (kept) => {
      try {
        if (kept) localStorage.setItem(key, JSON.stringify(kept));
        else localStorage.removeItem(key);
      } catch {
        // A full or forbidden storage: the draft still goes to the server, only a lost connection could lose edits.
      }
    },
    kept: () => {
      try {
        const text = localStorage.getItem(key);
        return text ? (JSON.parse(text) as Kept) : null;
      } catch {
        return null;
      }
    },
  };
}
