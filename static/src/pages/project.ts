/** The list of one's projects, and making one. */
import "./project.css";
import { find } from "../lib/dom.ts";
import { api } from "../lib/http.ts";
import { promptDialog } from "../ui/dialog.ts";
import { errorToast } from "../ui/toast.ts";

async function makeProject(): Promise<void> {
  const name = await promptDialog({
    title: "New project",
    label: "Name",
    hint: "What you are teaching a model to see, and where. You can change it later.",
    confirm: "Make project",
    maxLength: 120,
  });
  if (name === null) return;
  try {
    const project = await api.post<{ id: string }>("/api/v1/projects/", { name });
    window.location.assign(`/p/${project.id}/`);
  } catch (error) {
    errorToast(error);
  }
}

find("#new-project")?.addEventListener("click", () => void makeProject());
