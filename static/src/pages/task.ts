/** One task: how far it is, its items, its people, its settings. The sections are in `task/`. */
import "./tasks/tasks.css";
import { delegate, find, need, replace } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { plural } from "../lib/format.ts";
import { act, errorToast, toast } from "../ui/toast.ts";
import { answerKey } from "./task/key.ts";
import { data, state } from "./task/context.ts";
import { drawFacts } from "./task/facts.ts";
import { issuesList } from "./task/issues-list.ts";
import { itemList } from "./task/items.ts";
import { JobBars } from "./task/job-bar.ts";
import { manageMenu } from "./task/manage.ts";
import { drawProgress } from "./task/progress.ts";
import { reviewSettings } from "./task/review-settings.ts";
import { getProgress, handBack, restoreTask } from "./tasks/api.ts";
import { peopleTable } from "./tasks/people.ts";

const itemsHost = find("#items");
const items = itemsHost ? itemList(itemsHost, () => changed()) : null;

function draw(): void {
  drawProgress(items?.filter().status ?? "total");
  drawFacts();
}

async function refresh(): Promise<void> {
  try {
    const progress = await getProgress(state.task.id);
    state.task = { ...state.task, counts: progress.counts };
    state.people = progress.people;
    state.pace = progress.pace;
    draw();
    replace(
      need("#people"),
      peopleTable(state.people, state.task.kind, (person) => items?.show({ person, status: "assigned" })),
    );
    drawMine();
    items?.named();
  } catch (error) {
    errorToast(error);
  }
}
const changed = (): Promise<unknown> => refresh().then(() => items?.reload());

/** What the person holds themselves can go back to the queue. */
function drawMine(): void {
  const button = find<HTMLButtonElement>("#hand-back");
  if (!button) return;
  const held = state.people.find((one) => one.person.id === data.user?.id)?.held ?? 0;
  button.hidden = held === 0;
  button.title = `You hold ${plural(held, "item")}: give back what you have not been sent back`;
}
const mine = find<HTMLButtonElement>("#hand-back");
mine?.addEventListener(
  "click",
  () =>
    void act(mine, async () => {
      const { count } = await handBack(state.task.id);
      toast(count ? `${plural(count, "item")} handed back.` : "What was sent back to you stays with you.", {
        kind: count ? "ok" : "warn",
      });
      await changed();
    }),
);

delegate(need("#figures"), "click", "[data-status]", (_event, button) => {
  const status = button.dataset["status"] ?? null;
  items?.show({ status: status === "total" ? null : status });
  draw();
  find(`[data-status="${status ?? ""}"]`)?.focus();
});
const more = find<HTMLButtonElement>("#task-menu");
const jobs = data.page.lead && !data.page.archived ? new JobBars(state.task.id, () => changed()) : null;
/** What a lead does may put a job to work. */
const acted = (): Promise<unknown> => Promise.all([changed(), jobs?.look()]);
if (more && data.page.lead) manageMenu(more, acted);
const keyForm = find<HTMLFormElement>("#answer-key");
if (keyForm && data.page.answer_key) answerKey(keyForm, changed);

const unarchive = find<HTMLButtonElement>("#unarchive");
unarchive?.addEventListener(
  "click",
  () =>
    void act(unarchive, async () => {
      await restoreTask(state.task.id);
      window.location.reload();
    }),
);

const issues = issuesList(need("#issues"), need("#issues-filter"));
const reviewHost = find("#review");
const review = reviewHost ? reviewSettings(reviewHost, acted) : null;

draw();
void refresh().then(() => items?.reload());
void jobs?.look();
feed.watch(
  ["task.updated", "task.item_status"],
  (events) => {
    const ours =
      events.length === 0 ||
      events.some((e) => e.ids.includes(state.task.id) || e.data["task"] === state.task.id);
    if (ours) void Promise.all([changed(), review?.()]);
  },
  800,
);
feed.watch(["issue.changed"], () => void issues(), 800);
