/** A webhook trigger's address and secret. The secret is told once; how a message is signed stands beside it. */
import { copyText, h, replace } from "../../lib/dom";
import { api } from "../../lib/http";
import { confirmDialog, openDialog } from "../../ui/dialog";
import { icon } from "../../ui/icons";
import { act, toast } from "../../ui/toast";
import { loadTriggers, type TriggerRow } from "../io/api";

type Hook = Pick<TriggerRow, "id" | "has_secret">;

/** "Make a secret" for a trigger that has none, "New secret…" for one that has. */
export function secretButton(hook: Hook, made: () => unknown = () => undefined): HTMLElement {
  const button = h(
    "button",
    { class: "btn btn-sm", type: "button" },
    icon("key"),
    hook.has_secret ? "New secret…" : "Make its secret…",
  );
  button.addEventListener("click", () =>
    act(button, async () => {
      if (await askSecret(hook)) made();
    }),
  );
  return button;
}

async function askSecret(hook: Hook): Promise<boolean> {
  const sure =
    !hook.has_secret ||
    (await confirmDialog({
      title: "Make a new secret?",
      text: "The one before stops working at once: whoever signs with it is refused until they have the new one.",
      confirm: "Make a new secret",
      danger: true,
    }));
  if (!sure) return false;
  const told = await api.post<{ secret: string; url: string }>(`/api/v1/triggers/${hook.id}/secret/`);
  await openDialog({
    title: "The webhook's address and secret",
    wide: true,
    body: h(
      "div",
      { class: "stack" },
      h(
        "p",
        {},
        h("b", {}, "The secret is shown this once."),
        " Keep it where the sender can read it, and nobody else.",
      ),
      copied("Address", told.url),
      copied("Secret", told.secret),
      signingHelp(told.url),
    ),
    actions: [{ label: "Done", primary: true }],
  }).closed;
  return true;
}

function copied(label: string, text: string): HTMLElement {
  const code = h("code", { "aria-label": label }, text);
  const button = h("button", {
    class: "btn",
    type: "button",
    "aria-label": `Copy the ${label.toLowerCase()}`,
  });
  button.append(icon("copy"), "Copy");
  button.addEventListener("click", async () => {
    if (await copyText(text)) toast("Copied", { kind: "ok", ms: 2000 });
    else window.getSelection()?.selectAllChildren(code);
  });
  return h(
    "div",
    { class: "field" },
    h("span", { class: "label" }, label),
    h("div", { class: "secret" }, code, button),
  );
}

/** What a sender must do, and the same as a command. */
function signingHelp(url: string): HTMLElement {
  const lines = [
    "BODY='{}'",
    "TIME=$(date +%s)",
    `SIGN=$(printf '%s.%s' "$TIME" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/.* //')`,
    `curl -X POST '${url}' -H "X-ALP-Timestamp: $TIME" -H "X-ALP-Signature: sha256=$SIGN" \\`,
    `  -H 'Content-Type: application/json' -d "$BODY"`,
  ];
  return h(
    "details",
    { open: true },
    h("summary", {}, "How a message is signed"),
    h(
      "dl",
      { class: "pairs" },
      h("dt", {}, "X-ALP-Timestamp"),
      h("dd", {}, "Seconds since 1970, not more than five minutes old."),
      h("dt", {}, "X-ALP-Signature"),
      h(
        "dd",
        {},
        "sha256= and the HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body; the key is the secret.",
      ),
      h("dt", {}, "Body"),
      h(
        "dd",
        {},
        'Empty for one cycle, or {"items": [ids]} or {"filter": query} for a cycle each. The same message again starts nothing more.',
      ),
    ),
    h("pre", { class: "json-block" }, lines.join("\n")),
  );
}

/** What runs says of a trigger: when it fires next, a webhook's secret; or what to do first. */
export function runningLine(pipelineId: string, key: string): HTMLElement {
  const host = h("div", { class: "stack" });
  const draw = async (): Promise<void> => {
    const rows = await loadTriggers(pipelineId).catch(() => null);
    const row = rows?.items.find((one) => one.key === key);
    if (!row) {
      replace(host, h("p", { class: "hint" }, "It listens once the pipeline was published with it."));
      return;
    }
    replace(
      host,
      h("p", { class: "hint" }, row.says),
      row.kind === "webhook"
        ? h(
            "div",
            {},
            secretButton(row, () => void draw()),
          )
        : null,
    );
  };
  void draw();
  return host;
}
