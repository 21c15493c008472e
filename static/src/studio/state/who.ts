/** Who did something, by name. */
import type { PersonRef } from "./types.ts";

/** With nobody named it was the program itself: a rule, a pipeline or a job. */
export function whoDid(person: PersonRef | null): string {
  return person?.name ?? "ALP";
}
