/** Wires the frame that base.html drew: project switch, palette, connection, theme, account, shortcuts. */
import { boot, type Boot } from "../lib/boot.ts";
import { find, h, replace } from "../lib/dom.ts";
import { feed, type FeedState } from "../lib/feed.ts";
import { initials } from "../lib/format.ts";
import { csrfToken, SIGNED_OUT } from "../lib/http.ts";
import { keys } from "../lib/keys.ts";
import { icon } from "../ui/icons.ts";
import { menuButton, type MenuEntry } from "../ui/menu.ts";
import { errorToast, toast } from "../ui/toast.ts";
import { onPaletteAsked, type CommandEntry } from "./commands.ts";
import { openKeysHelp } from "./keys-help.ts";
import { openPalette } from "./palette.ts";
import { askToSignIn } from "./signin.ts";
import { chooseTheme, isDark, THEME_CHANGED, themeChoice, type ThemeChoice } from "./theme.ts";
import { startMentions } from "./mentions.ts";
import { startWaiting } from "./waiting.ts";

const STATE_WORDS: Record<FeedState, [word: string, title: string]> = {
  idle: ["", ""],
  connecting: ["Connecting", "Live updates are being connected"],
  live: ["Live", "Changes arrive as they happen"],
  reconnecting: ["Reconnecting", "The connection broke; what was missed will be fetched"],
  offline: ["Offline", "The server cannot be reached; trying again"],
};

/** Signing out is a POST: a form, so that the browser follows the redirect. */
function signOut(): void {
  const form = h(
    "form",
    { method: "post", action: "/accounts/logout/", hidden: true },
    h("input", { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() }),
  );
  document.body.append(form);
  form.submit();
}

function accountEntries(data: Boot): MenuEntry[] {
  const settings = data.project ? `/p/${data.project.id}/settings/` : null;
  const user = data.user;
  return [
    ...(user ? [{ heading: data.role ? `${user.email} · ${data.role}` : user.email }] : []),
    ...(settings
      ? [
          { label: "Profile", icon: "user" as const, href: `${settings}#profile` },
          { label: "My tokens", icon: "key" as const, href: `${settings}#tokens` },
        ]
      : []),
    { label: "Change password", icon: "lock", href: "/accounts/password/" },
    { label: "Keyboard shortcuts", icon: "keyboard", side: "?", run: openKeysHelp },
    "separator",
    { label: "Sign out", icon: "log-out", run: signOut },
  ];
}

function projectEntries(data: Boot): MenuEntry[] {
  const projects = data.projects.map((project): MenuEntry => ({
    label: project.name,
    href: `/p/${project.id}/`,
    checked: project.id === data.project?.id,
  }));
  return [
    ...projects,
    ...(projects.length ? (["separator"] as const) : []),
    { label: "All projects, new project", icon: "boxes", href: "/projects/" },
  ];
}

const THEMES: [ThemeChoice, string, "sun" | "moon" | "monitor"][] = [
  ["light", "Light", "sun"],
  ["dark", "Dark", "moon"],
  ["system", "As the system", "monitor"],
];

function wireTheme(button: HTMLElement): void {
  const draw = () => replace(button, icon(isDark() ? "moon" : "sun"));
  draw();
  window.addEventListener(THEME_CHANGED, draw);
  menuButton(
    button,
    () =>
      THEMES.map(([choice, label, name]) => ({
        label,
        icon: name,
        checked: themeChoice.value === choice,
        run: () => chooseTheme(choice),
      })),
    { align: "end" },
  );
}

function wireConnection(badge: HTMLElement): void {
  feed.state.subscribe((state) => {
    const [word, title] = STATE_WORDS[state];
    badge.dataset["state"] = state;
    badge.title = title;
    badge.textContent = word;
    badge.hidden = state === "idle";
  });
}

function frameCommands(): CommandEntry[] {
  return [
    ...THEMES.map(([choice, label, name]) => ({
      label: `Theme: ${label.toLowerCase()}`,
      group: "Commands",
      icon: name,
      run: () => chooseTheme(choice),
    })),
    {
      label: "Keyboard shortcuts",
      group: "Commands",
      icon: "keyboard" as const,
      side: "?",
      run: openKeysHelp,
    },
    { label: "Sign out", group: "Commands", icon: "log-out" as const, run: signOut },
  ];
}

export function startFrame(): void {
  const data = boot();
  const palette = () => openPalette(data, frameCommands());
  onPaletteAsked((of) => openPalette(data, [], of));
  find("#palette-open")?.addEventListener("click", palette);
  const project = find("#project-switch");
  if (project) menuButton(project, () => projectEntries(data));
  const account = find("#user-menu");
  if (account) {
    const name = data.user?.name || data.user?.email || "";
    account.textContent = initials(name);
    account.setAttribute("aria-label", `${initials(name)}, your account`);
    menuButton(account, () => accountEntries(data), { align: "end" });
  }
  const theme = find("#theme-toggle");
  if (theme) wireTheme(theme);
  const badge = find("#live");
  if (badge) wireConnection(badge);
  keys.scope("Everywhere", [
    { keys: "ctrl+k", label: "Search and commands", run: palette, whileTyping: true },
    { keys: "?", label: "These shortcuts", run: openKeysHelp },
  ]);
  if (data.user) {
    const { email } = data.user;
    window.addEventListener(SIGNED_OUT, () => askToSignIn(email));
    feed.refused.subscribe((refusal) => {
      if (refusal === "signed_out") askToSignIn(email);
      if (refusal === "not_yours") toast("You are no longer a member of this project.", { kind: "bad" });
    });
    if (data.project) {
      feed.start(data.project.id);
      startWaiting(data);
      const mentions = startMentions(data);
      if (mentions)
        keys.scope("Everywhere", [{ keys: "shift+m", label: "Where I am mentioned", run: mentions.open }]);
    }
  }
  window.addEventListener("online", () => feed.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") feed.retryNow();
  });
  // Whatever a page did not catch is still told to the person.
  window.addEventListener("unhandledrejection", (event) => errorToast(event.reason));
}
