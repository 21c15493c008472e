/** The people of the project, for naming them. */
import { boot } from "../../lib/boot.ts";
import { client } from "../../lib/client.ts";
import type { PersonRef } from "../state/types.ts";

/** Asked for once; until they are there, and where a person may not see them, nobody. */
export function membersOfProject(): () => readonly PersonRef[] {
  let people: readonly PersonRef[] = [];
  const project = boot().project?.id;
  if (project)
    client.get("/api/v1/projects/{project_id}/members/", { path: { project_id: project } }).then(
      ({ items }) => (people = items.map(({ user }) => ({ id: user.id, name: user.name }))),
      () => undefined,
    );
  return () => people;
}
