"""The loop turns: people at their keyboards, the machine beside them, and a page that is never reloaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.loop import Loop, Studio, make_loop, number_in, until
from tests.house import House

NOTE = "Look again, please"
OFFLINE = r"ERR_INTERNET_DISCONNECTED|The network connection was lost|WebSocket connection"
BATCH = 20  # of the demo's tasks
VERDICTS = ("promoted", "kept out")
Windows = Callable[..., Visitor]


class Annotator:
    """Labels with digits; knows what it answered and what it meant to get wrong."""

    def __init__(self, loop: Loop, visitor: Visitor) -> None:
        self.loop, self.visitor = loop, visitor
        self.page = loop.sign_in(visitor, "annotator")
        self.studio = Studio(self.page)
        self.answered: list[str] = []
        self.discarded: list[str] = []
        self.wrong: list[str] = []

    def label(self, *, wrongly: bool = False) -> None:
        shown = self.studio.showing()
        self.studio.act(self.loop.another(shown) if wrongly else self.loop.answer(shown))
        self.answered.append(shown)
        if wrongly:
            self.wrong.append(shown)

    def begin(self) -> str:
        """A slip that is undone, a skip, a discard, and two honest mistakes. Returns what was skipped."""
        first = self.studio.act(self.loop.another(self.studio.showing()))
        self.page.keyboard.press("Control+z")
        expect(self.studio.filename()).to_have_text(first)
        self.label()
        skipped = self.studio.act("Control+Space")
        self.discarded.append(self.studio.act("Shift+D"))
        self.label(wrongly=True)
        self.label(wrongly=True)
        return skipped

    def come_back(self) -> None:
        """The tab goes away in the middle of saving; a new one takes the work up where it was."""
        self.studio.sees()
        last = self.studio.showing()
        self.page.keyboard.press(self.loop.answer(last))
        self.answered.append(last)
        self.page.close()
        self.page = self.visitor.new_tab()
        self.studio = Studio(self.page)
        self.page.goto(self.loop.url(f"studio/{self.loop.tasks['annotation']}/"))
        self.studio.ready()
        self.studio.saved()
        assert self.studio.showing() not in [*self.answered, *self.discarded]

    def lose_the_network(self, acts: int) -> None:
        """Work goes on without it, and arrives when it is back."""
        self.visitor.allow(OFFLINE)
        self.studio.saved()
        self.page.context.set_offline(True)
        for _ in range(acts):
            self.label()
        expect(self.page.locator(".save-state")).to_have_text(f"Offline, {acts} kept in this browser")
        self.page.context.set_offline(False)
        self.studio.saved()
        expect(self.page.get_by_text("The picture could not be loaded")).to_have_count(0)

    def finish(self) -> None:
        while not self.studio.is_empty():
            self.label()
        self.studio.saved()


class Reviewer:
    """Approves with a letter, corrects one mistake, sends another back."""

    def __init__(self, loop: Loop, visitor: Visitor, answers: list[str]) -> None:
        self.loop = loop
        self.page = loop.sign_in(visitor, "reviewer")
        self.studio = Studio(self.page)
        self.corrected, self.returned = answers
        self.approved: list[str] = []

    def review(self, count: int) -> None:
        while len(self.approved) < count:
            self.studio.ready()
            shown = self.studio.showing()
            if shown == self.returned and shown not in self.approved and not self._answered():
                self._send_back(shown)
                continue
            key = self.loop.answer(shown) if shown == self.corrected else "a"
            self.approved.append(self.studio.act(key))
        self.studio.saved()

    def _answered(self) -> bool:
        return self.page.get_by_text("Answered: you asked").is_visible()

    def _send_back(self, shown: str) -> None:
        self.studio.sees()
        self.page.keyboard.press("x")
        self.page.get_by_role("region", name="Reject: what is wrong?").get_by_role("combobox").fill(NOTE)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_text("Returned to Annotator with 1 issue.")).to_be_visible()
        expect(self.studio.filename()).not_to_have_text(shown)


class Watcher:
    """Sits before Home and the pipeline and never reloads."""

    def __init__(self, loop: Loop, visitor: Visitor) -> None:
        self.home = loop.sign_in(visitor, "owner")
        self.pipeline = visitor.new_tab()
        self.pipeline.goto(loop.url(f"pipelines/{loop.pipeline}/"))
        expect(self.pipeline.locator("#live")).to_have_attribute("data-state", "live")
        for page in (self.home, self.pipeline):
            page.evaluate("window.stayed = true")
        expect(self.box("Ground truth")).to_be_visible()
        self.before = self.truth()

    def box(self, title: str) -> Any:
        return self.home.locator(".loop-box").filter(has=self.home.get_by_text(title, exact=True))

    def figure(self, title: str) -> str:
        return str(self.box(title).locator(".figure").inner_text())

    def note(self, title: str) -> str:
        return str(self.box(title).locator(".hint").inner_text())

    def truth(self) -> int:
        return number_in(self.box("Ground truth").locator(".figure"))

    def sees_truth_grow(self, by: int) -> None:
        until(f"{by} more of ground truth", lambda: self.truth() == self.before + by, 60, self.home)

    def sees_a_verdict(self, timeout: float) -> str:
        """A version trained, measured and judged; what became of it."""
        until("a verdict", lambda: self.note("Gate") in VERDICTS, timeout, self.home)
        candidate = self.figure("Gate")
        expect(self.home.locator(".lately-line").filter(has_text=f"{candidate} trained on")).to_be_visible()
        verdict = self.note("Gate")
        if verdict == "promoted":
            expect(self.box("Best model").locator(".figure")).to_have_text(candidate)
        else:
            assert self.figure("Best model") != candidate
        return verdict

    def stayed(self) -> bool:
        return all(bool(page.evaluate("window.stayed === true")) for page in (self.home, self.pipeline))


def walk(loop: Loop, visitor: Windows, budget: int, timeout: float) -> None:
    """The first paragraph of what this product is for, up to the verdict; what follows it has its own journey."""
    watcher = Watcher(loop, visitor())
    annotator = Annotator(loop, visitor())
    label_a_round(annotator, budget)
    reviewer = Reviewer(loop, visitor(), annotator.wrong)
    reviewer.studio.from_home()
    reviewer.review(budget - 2)  # one was discarded, one goes back
    mend(annotator)
    reviewer.review(budget - 1)
    watcher.sees_truth_grow(budget - 1)
    one_more(annotator, reviewer, budget)
    watcher.sees_truth_grow(budget)
    verdict = watcher.sees_a_verdict(timeout)
    assert watcher.stayed()
    check(loop, watcher, annotator, verdict)


def label_a_round(annotator: Annotator, budget: int) -> None:
    annotator.studio.from_home()
    skipped = annotator.begin()
    annotator.come_back()
    annotator.lose_the_network(4)
    annotator.finish()
    # It went behind the rest of what this person held then, which is a batch; a later batch comes after it.
    assert annotator.answered.index(skipped) >= min(budget, BATCH) - 4
    assert len(annotator.answered) + len(annotator.discarded) == budget
    assert len(set(annotator.answered)) == len(annotator.answered)


def mend(annotator: Annotator) -> None:
    """What came back stands first, with its note; a digit answers it."""
    annotator.page.goto(annotator.loop.url())
    expect(annotator.page.locator(".queue-line").first).to_contain_text("1 sent back", timeout=30_000)
    annotator.studio.from_home()
    expect(annotator.studio.filename()).to_have_text(annotator.wrong[1])
    expect(annotator.page.locator(".studio-strip")).to_contain_text("Sent back by Reviewer")
    expect(annotator.page.locator(".studio-strip")).to_contain_text(NOTE)
    annotator.page.keyboard.press(annotator.loop.answer(annotator.wrong[1]))
    annotator.studio.saved()


def one_more(annotator: Annotator, reviewer: Reviewer, count: int) -> None:
    """The discarded one is made up for from the next round, which came by itself."""
    annotator.studio.ready()
    annotator.label()
    annotator.studio.saved()
    reviewer.review(count)


def open_studio(loop: Loop, visitor: Visitor, role: str, kind: str) -> Studio:
    studio = Studio(loop.sign_in(visitor, role))
    studio.page.goto(loop.url(f"studio/{loop.tasks[kind]}/"))
    return studio


def ask_the_key(people: list[Studio]) -> None:
    """The button "Label for me", and the reviewer's."""
    for studio, word in zip(people, ("Label for me", "Review for me"), strict=True):
        button = studio.page.get_by_role("button", name=word)
        button.click()
        expect(button).to_be_enabled()


def take_over(loop: Loop, people: list[Studio], timeout: float) -> None:
    """A new best model predicts the pool for its next round. The answer key works the round before it off."""

    def taken_over() -> bool:
        ask_the_key(people)
        found = loop.recount()
        return bool(found["pool_by_best"] >= found["waiting_in_pool"] > 0)

    until("the pool to be predicted by the new best model", taken_over, timeout, people[0].page)


def check(loop: Loop, watcher: Watcher, annotator: Annotator, verdict: str) -> None:
    """Everything is there, counted once, and the API says the same."""
    found = loop.recount()
    assert {name: n for name, n in found["twice"].items() if n} == {}
    assert found["counters_wrong"] == []
    assert found["errors"] == []
    assert found["jobs_failed"] == []
    assert found["pool"] == len(loop.answers)
    for file in annotator.answered:
        assert found["labels_by_file"][file] == loop.answers[file]
    for file in annotator.discarded:
        assert file not in found["labels_by_file"]
    # And the slip that was undone, and what came back.
    assert found["acts"]["complete"] == len(annotator.answered) + 2, found["acts"]
    assert found["simulated"] == 0
    assert found["work"]["annotation discard"] == 1
    assert found["acts"]["return"] == 1
    assert found["copies"] == found["copies_approved"]
    assert {row["version"] for row in found["comparisons"]} <= set(found["evaluated_on"])
    assert len(set(found["evaluated_on"])) == 1
    assert found["comparisons"][0]["verdict"] == ("update model" if verdict == "promoted" else "discard")
    said = watcher.home.context.request.get(f"{loop.house.url}/api/v1/tasks/{loop.tasks['qa']}/").json()
    assert said["counts"]["approved"] == found["work"]["qa approved"]


def test_loop_when_the_new_version_wins_then_it_predicts_the_pool(house: House, visitor: Windows) -> None:
    """Twenty handwritten digits teach little, sixty far more; the answer key works for the people."""
    loop = make_loop(house, "digits", "--pool", "200", "--budget", "60")
    watcher = Watcher(loop, visitor())
    roles = (("annotator", "annotation"), ("reviewer", "qa"))
    people = [open_studio(loop, visitor(), role, kind) for role, kind in roles]
    people[0].ready()

    def judged() -> bool:
        ask_the_key(people)
        return watcher.note("Gate") in VERDICTS

    until("a verdict", judged, 120, watcher.home)
    assert watcher.sees_a_verdict(60) == "promoted"
    take_over(loop, people, 180)
    assert watcher.stayed()


@pytest.mark.thorough
def test_loop_when_fifty_real_photographs_are_labelled_then_a_new_version_is_judged(
    house: House, visitor: Windows
) -> None:
    loop, budget = make_loop_of_photographs(house)
    walk(loop, visitor, budget, timeout=400)


def make_loop_of_photographs(house: House) -> tuple[Loop, int]:
    """Real photographs; on a person's machine that cannot have them, fewer drawn shapes. And the labels of a round."""
    try:
        return make_loop(house, "cifar10", "--pool", "300", "--validation", "150", "--test", "400"), 50
    except AssertionError as error:
        if "npm" not in str(error) or os.environ.get("CI") == "true":
            raise
    return make_loop(house, "shapes", "--pool", "60", "--budget", "14"), 14
