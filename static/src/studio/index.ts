/**
 * The labelling and review studio: `createStudio(element, options)` mounts it. State is pure (state/), the way to the
 * server leads over the browser's disk (io/), the picture and its shapes are canvases (render/), tools/ edit, views/
 * only show and call acts; app/ joins them. Panels get the `StudioContext` of context.ts and are named in app/panels.ts.
 */
import { errorToast, toast } from "../ui/toast.ts";
import { AnnotationScene } from "./app/scene.ts";
import { Desk } from "./app/desk.ts";
import { Studio } from "./app/studio.ts";
import * as client from "./io/client.ts";
import { openActStore } from "./io/disk.ts";
import { Outbox } from "./io/outbox.ts";
import { personPrefs } from "./io/prefs.ts";
import { NEUTRAL } from "./render/style.ts";
import { openDocument } from "./state/document.ts";
import { withDigits } from "./state/labels.ts";
import type { StudioOptions } from "./state/types.ts";
import { feed } from "../lib/feed.ts";

export async function createStudio(element: HTMLElement, options: StudioOptions): Promise<Studio> {
  const notice = (text: string) => void toast(text);
  const opened = await openDocument(options.user, feed, notice);
  const { edits } = opened;
  let studio: Studio | null = null;
  const outbox = new Outbox({
    store: await openActStore(options.user.id),
    send: client.sendAct,
    before: ({ item }) => (item ? edits.delivered(item) : Promise.resolve()),
    mayLeave: ({ item }) => !item || edits.pendingOf(item).length === 0,
    onSettled: (act, done, more) => studio?.settled(act, done.task_item, more),
    onRefused: (act, error) => studio?.refused(act, error),
  });
  edits.onSeen = (item, version) => outbox.saw(item, version);
  const prefs = personPrefs(errorToast);
  const labels = withDigits(options.labels);
  const colors = new Map(labels.map(({ name, color }) => [name, color]));
  const desk = new Desk((label) => colors.get(label) ?? NEUTRAL);
  const scene = new AnnotationScene(opened, desk, labels, options, prefs, {
    notice: (text) => studio?.tell(text),
    propagate: () => studio?.goOn(),
  });
  studio = new Studio(element, options, { outbox, prefs, desk, scene });
  await studio.start(options.item);
  return studio;
}
