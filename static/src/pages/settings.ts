/** Settings of a project: people, tokens, the project, the house's health, oneself. Each part as far as the role reaches. */
import "./settings.css";
import { boot, may } from "../lib/boot.ts";
import { need } from "../lib/dom.ts";
import { createTabs, type TabSpec } from "../ui/tabs.ts";
import { healthPanel } from "./settings/health.ts";
import { peoplePanel } from "./settings/people.ts";
import { profilePanel } from "./settings/profile.ts";
import { projectPanel } from "./settings/project.ts";
import { secretsPanel } from "./settings/secrets.ts";
import { tokensPanel } from "./settings/tokens.ts";

const data = boot();
const tabs: TabSpec[] = [
  { id: "people", title: "People and roles", panel: () => peoplePanel(data) },
  { id: "tokens", title: "Access tokens", panel: () => tokensPanel(data) },
  { id: "project", title: "Project", panel: () => projectPanel(data) },
];
if (may("pipeline.edit", data))
  tabs.push({ id: "secrets", title: "Secrets", panel: () => secretsPanel(data) });
if (may("health.read", data)) tabs.push({ id: "health", title: "System health", panel: () => healthPanel() });
tabs.push({ id: "profile", title: "Profile", panel: () => profilePanel(data) });

const view = createTabs({ label: "Settings", tabs });
need("#settings-tabs").append(view.element);
need("#settings").append(view.panels);
