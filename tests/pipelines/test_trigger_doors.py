"""Triggers through HTTP: fired by hand, by a token, by signed webhooks; dry runs; pauses; clocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from rest_framework.test import APIClient

from alp_site.lib import db, events
from alp_site.lib.testing import settle
from alp_site.people.models import Project, User
from alp_site.people.services import create_token
from datasets.models import Dataset, Item
from pipelines.models import Cycle, FiringState, Pipeline, Trigger, TriggerFiring
from pipelines.services import sweep
from pipelines.services.hooks import sign
from pipelines.services.pipelines import pause_pipeline
from tests.clock import HouseClock
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, node, real_db

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def started_by(kind: str, at: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    spot = at or node("a")
    return graph([spot], triggers=[{"id": "t", "node": spot["id"], "kind": kind, **more}])


def clock_node() -> dict[str, Any]:
    return node("c", "clock", inputs={"value": {"fixed": 1}})


def subjects() -> set[str]:
    return {str(pk) for pk in Cycle.objects.values_list("subject", flat=True)}


# --- by hand and by a token


def test_firing_with_items_or_a_filter_starts_their_cycles_once_a_key(
    api: APIClient, running: Running, items: Items
) -> None:
    running(started_by("manual"))
    ids = items(4)
    settle()
    assert not Cycle.objects.exists()
    url = f"/api/v1/triggers/{Trigger.objects.get().pk}/"
    for _ in range(2):
        done = api.post(url + "fire/", {"items": ids[:2], "key": "k"})
        assert done.status_code == 202
        assert done.json()["user"]["name"] == "Engineer"
    settle()
    assert subjects() == set(ids[:2])
    assert api.post(url + "count/", {"filter": {}}).json() == {"count": 4}
    assert api.post(url + "fire/", {"filter": {}}).status_code == 202
    settle()
    assert Cycle.objects.count() == 6, "by hand means again"
    for wrong in ({}, {"items": ["x"]}, {"filter": {"nonsense": {"$wild": 1}}}):
        assert api.post(url + "fire/", wrong).status_code == 400


@pytest.mark.parametrize("asked", ["named", "filter"])
def test_folders_do_not_go_through_a_pipeline(
    api: APIClient, running: Running, dataset: Dataset, items: Items, asked: str
) -> None:
    running(started_by("manual"))
    ids = items(1)
    folder = Item.objects.create(
        dataset=dataset, filename="/some", name="some", dir="/", type="dir", created_at=now(), updated_at=now()
    )
    body = {"items": [*ids, str(folder.pk)]} if asked == "named" else {"filter": {}}
    url = f"/api/v1/triggers/{Trigger.objects.get().pk}/"
    assert asked == "named" or api.post(url + "count/", body).json() == {"count": 1}
    assert api.post(url + "fire/", body).status_code == 202
    settle()
    assert subjects() == set(ids)


def test_an_event_trigger_that_is_fired_keeps_to_once(api: APIClient, running: Running, items: Items) -> None:
    running(started_by("event"))
    ids = items(2)
    settle()
    url = f"/api/v1/triggers/{Trigger.objects.get().pk}/"
    assert api.post(url + "count/", {"items": ids}).json() == {"count": 0}
    api.post(url + "fire/", {"items": ids})
    settle()
    assert Cycle.objects.count() == 2


def test_a_clock_is_fired_by_a_token_of_an_engineer(
    running: Running, people: dict[str, User], project: Project
) -> None:
    running(started_by("cron", clock_node(), spec={"cron": "0 9 * * 1"}))
    _, key = create_token(user=people["engineer"], name="ci", project=project)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    url = f"/api/v1/triggers/{Trigger.objects.get().pk}/fire/"
    assert client.post(url, {"key": "build 7"}, format="json").status_code == 202
    assert client.post(url, {"key": "build 7"}, format="json").status_code == 202
    settle()
    assert Cycle.objects.count() == 1
    assert client.post(url, {"items": []}, format="json").status_code == 202
    assert client.post(url, {"filter": {}}, format="json").status_code == 400, "its node takes no items"


def test_a_trigger_that_does_not_listen_cannot_be_fired(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(started_by("manual"))
    pause_pipeline(pipeline=pipeline, keep_triggers=False)
    refused = api.post(f"/api/v1/triggers/{Trigger.objects.get().pk}/fire/", {"items": items(1)})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_status")


def test_run_with_pipeline_says_before_how_many(
    api: APIClient, running: Running, items: Items, dataset: Dataset
) -> None:
    pipeline = running(started_by("event", node("a", dataset=str(dataset.pk))))
    ids = items(3)
    items(2, into=Dataset.objects.create(project=dataset.project, name="Elsewhere"))
    settle()
    url = f"/api/v1/pipelines/{pipeline.pk}/run/count/"
    assert api.post(url, {"filter": {}}).json() == {"count": 3}, "the start node's dataset alone"
    name = Item.objects.get(pk=ids[0]).filename
    assert api.post(url, {"filter": {"filename": name}}).json() == {"count": 1}
    assert api.post(url, {"once": True}).json() == {"count": 0}
    assert api.post(url, {"node": "zz"}).status_code == 409
    assert Cycle.objects.count() == 3


# --- webhooks


class Sender:
    """Somebody else's system."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret, self.client = url, secret, APIClient()

    def send(self, body: bytes = b"", *, at: datetime | None = None, **headers: str) -> Any:
        stamp = str(int((at or now()).timestamp()))
        signed = {"X-ALP-Timestamp": stamp, "X-ALP-Signature": sign(self.secret, stamp, body), **headers}
        return self.client.post(self.url, data=body, content_type="application/json", headers=signed)


@pytest.fixture
def sender(api: APIClient, running: Running) -> Sender:
    running(started_by("webhook"))
    answer = api.post(f"/api/v1/triggers/{Trigger.objects.get().pk}/secret/")
    return Sender(answer.json()["url"], answer.json()["secret"])


def test_a_signed_message_starts_cycles_and_the_same_one_again_none(sender: Sender, items: Items) -> None:
    ids, moment = items(3), now()
    body = json.dumps({"items": ids[:2]}).encode()
    first = sender.send(body, at=moment)
    assert first.status_code == 202
    again = sender.send(body, at=moment)
    assert again.json()["firing"] == first.json()["firing"]
    settle()
    assert subjects() == set(ids[:2])
    assert sender.send(body, at=moment - timedelta(seconds=60)).status_code == 202
    settle()
    assert Cycle.objects.count() == 4, "a new message is a new firing"


def test_what_is_not_signed_rightly_or_in_time_is_refused_all_the_same(sender: Sender, items: Items) -> None:
    body = json.dumps({"items": items(1)}).encode()
    stamp = str(int(now().timestamp()))
    right = sign(sender.secret, stamp, body)
    refused = [
        sender.send(body, at=now() - timedelta(minutes=6)),
        sender.send(body, at=now() + timedelta(minutes=6)),
        sender.send(body, **{"X-ALP-Signature": right[:-1] + ("0" if right[-1] != "0" else "1")}),
        sender.send(body, **{"X-ALP-Signature": ""}),
        sender.send(body, **{"X-ALP-Timestamp": "soon"}),
        sender.send(body + b" ", **{"X-ALP-Timestamp": stamp, "X-ALP-Signature": right}),
        Sender(sender.url, "wrong").send(body),
        Sender(sender.url.replace(sender.url[-9:-1], "0" * 8), sender.secret).send(body),
    ]
    assert {answer.status_code for answer in refused} == {400}
    assert {answer.json()["error"]["code"] for answer in refused} == {"bad_signature"}
    assert {answer.content for answer in refused} == {refused[0].content}, "it does not tell what was wrong"
    assert not TriggerFiring.objects.exists()


def test_a_new_secret_ends_the_old_one_and_is_told_once(api: APIClient, sender: Sender, items: Items) -> None:
    trigger = Trigger.objects.get()
    body = json.dumps({"items": items(1)}).encode()
    fresh = api.post(f"/api/v1/triggers/{trigger.pk}/secret/").json()["secret"]
    assert fresh != sender.secret
    assert sender.send(body).status_code == 400
    assert Sender(sender.url, fresh).send(body).status_code == 202
    (listed,) = api.get(f"/api/v1/pipelines/{trigger.pipeline_id}/triggers/").json()["items"]
    assert listed["has_secret"] is True
    assert fresh not in json.dumps(listed)


def test_a_hook_without_a_secret_and_other_kinds_of_triggers_are_closed(api: APIClient, running: Running) -> None:
    running(started_by("webhook", clock_node()))
    running(started_by("manual"))
    hook, manual = (Trigger.objects.get(kind=kind) for kind in ("webhook", "manual"))
    for row in (hook, manual):
        assert Sender(f"/api/v1/hooks/{row.pk}/", "").send().json()["error"]["code"] == "bad_signature"
    assert api.post(f"/api/v1/triggers/{manual.pk}/secret/").status_code == 400
    secret = api.post(f"/api/v1/triggers/{hook.pk}/secret/").json()["secret"]
    sender = Sender(f"/api/v1/hooks/{hook.pk}/", secret)
    assert sender.send(b"[1]").status_code == 400
    assert sender.send(b"{").status_code == 400
    assert sender.send().status_code == 202
    settle()
    assert Cycle.objects.get().start_node == "c"


# --- pauses


def forward(monkeypatch: pytest.MonkeyPatch, seconds: float) -> datetime:
    """Sets every clock of the pipelines ahead, counted from the real one."""
    moment = now() + timedelta(seconds=seconds)
    for name in ("triggers", "firing", "sweep"):
        monkeypatch.setattr(f"pipelines.services.{name}.now", lambda: moment)
    return moment


def touch(ids: list[str], project: Project) -> None:
    with db.write():
        events.publish("item.updated", project_id=project.pk, ids=ids, data={"dataset": "d"})


def test_a_debounced_trigger_waits_for_quiet_and_takes_the_last_of_each_item(
    api: APIClient, running: Running, items: Items, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(started_by("event", mode="always", spec={"actions": ["updated"], "debounce": 60}))
    one, two = items(2)
    for ids in ([one], [one, two], [one]):
        touch(ids, project)
        settle()
    assert not Cycle.objects.exists()
    (told,) = api.get(f"/api/v1/pipelines/{Trigger.objects.get().pipeline_id}/triggers/").json()["items"]
    assert "once nothing more has come for 60 seconds" in told["says"]
    assert "held until" in told["says"]
    assert sweep.run_clocks() == 0
    forward(monkeypatch, 61)
    assert sweep.run_clocks() == 1
    assert sweep.run_clocks() == 0
    settle()
    assert sorted(str(pk) for pk in Cycle.objects.values_list("subject", flat=True)) == sorted([one, two])


def test_at_most_every_lets_the_first_through_and_one_more_when_its_time_has_come(
    running: Running, project: Project, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = {"actions": ["updated"], "n": 1, "at_most_every": 600}
    running(started_by("every_n", clock_node(), overlap="allow", spec=spec))
    ids = items(1)
    for _ in range(4):
        touch(ids, project)
        settle()
    assert Cycle.objects.count() == 1
    assert sorted(TriggerFiring.objects.values_list("state", flat=True)).count("held") >= 1
    forward(monkeypatch, 601)
    sweep.run_clocks()
    settle()
    assert Cycle.objects.count() == 2
    assert not TriggerFiring.objects.filter(state=FiringState.HELD).exists()


def test_a_count_that_is_held_is_not_let_go_with_the_events_that_are_held_beside_it(
    running: Running, project: Project, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its own time: events a pause of a minute, cycles one in an hour."""
    clock = HouseClock(monkeypatch)
    spec = {"actions": ["updated"], "n": 1, "debounce": 60, "at_most_every": 3600}
    running(started_by("every_n", clock_node(), overlap="allow", spec=spec))
    ids = items(1)
    made = []
    for _ in range(4):
        touch(ids, project)
        settle()
        clock.run_on(61)
        settle()
        made.append(Cycle.objects.count())
    assert made == [1, 1, 1, 1]
    assert Trigger.objects.get().state["count"] == 0, "all four were counted, each after its minute"
    clock.run_on(3600)
    settle()
    assert Cycle.objects.count() == 2
    assert not TriggerFiring.objects.filter(state=FiringState.HELD).exists()


def test_what_is_held_stays_held_when_the_pipeline_is_published_again(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = running(started_by("event", spec={"debounce": 60}))
    (item,) = items(1)
    settle()
    assert api.post(f"/api/v1/pipelines/{pipeline.pk}/start/").status_code == 200
    forward(monkeypatch, 61)
    sweep.run_clocks()
    settle()
    assert subjects() == {item}


# --- clocks


def test_a_clock_is_told_before_there_is_one(api: APIClient) -> None:
    def asked(**spec: str) -> dict[str, Any]:
        answer = api.post("/api/v1/trigger-schedule/", {"spec": spec})
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    first = {"cron": "0 9 * * 1", "timezone": "Europe/Berlin", "startAt": "2031-03-20T00:00"}
    told = asked(**first)
    assert told["next"] == ["2031-03-24T08:00:00Z", "2031-03-31T07:00:00Z", "2031-04-07T07:00:00Z"]
    assert "09:00" in told["says"]
    assert len(asked(**first, endAt="2031-03-26T00:00")["next"]) == 1
    over = asked(**first, endAt="2031-03-21T00:00")
    assert (over["next"], over["says"]) == ([], "Its time is over: it does not fire any more.")
    wrong = asked(cron="0 25 * * 1", timezone="Mars/Olympus")
    assert (wrong["says"], len(wrong["problems"])) == ("", 2)


def test_a_clock_says_when_it_fires_next_in_its_own_zone(api: APIClient, running: Running) -> None:
    running(started_by("cron", clock_node(), spec={"cron": "0 9 * * 1", "timezone": "Asia/Tokyo"}))
    url = f"/api/v1/pipelines/{Trigger.objects.get().pipeline_id}/triggers/"
    (row,) = api.get(url).json()["items"]
    assert row["says"].startswith("Next on Monday ")
    assert "at 09:00 (Asia/Tokyo)" in row["says"]
    assert row["next_at"].endswith("T00:00:00Z")
    wrong = api.patch(f"/api/v1/triggers/{row['id']}/", {"spec": {"cron": "0 9 * * 1", "timezone": "Nowhere"}})
    assert wrong.status_code == 400
    with CaptureQueriesContext(connection) as seen:
        api.get(url)
    pipeline = Trigger.objects.get().pipeline
    Trigger.objects.bulk_create(Trigger(pipeline=pipeline, key=f"m{n}", node_id="c", kind="manual") for n in range(9))
    with CaptureQueriesContext(connection) as more:
        assert len(api.get(url).json()["items"]) == 10
    assert len(more) == len(seen)


@pytest.mark.parametrize("pause", ["at_most_every", "debounce"])
def test_a_clock_with_a_pause_is_refused_and_what_to_do_is_said(
    pause: str, api: APIClient, running: Running, project: Project
) -> None:
    """A schedule already says how often."""
    plain = {"cron": "0 9 * * 1"}
    running(started_by("cron", clock_node(), spec=plain))
    row = Trigger.objects.get()
    wrong = api.patch(f"/api/v1/triggers/{row.pk}/", {"spec": {**plain, pause: 60}})
    (problem,) = wrong.json()["error"]["data"]["problems"]
    assert (wrong.status_code, problem["code"], problem["trigger"]) == (400, "bad_trigger", "t")
    assert f"{pause} is not for it: take it out" in problem["message"]
    row.refresh_from_db()
    assert row.spec == plain
    name, graph_ = "Old", started_by("cron", clock_node(), spec={**plain, pause: 60})
    document = {**api.get(f"/api/v1/pipelines/{row.pipeline_id}/export/").json(), "graph": graph_}
    said = api.post(f"/api/v1/projects/{project.pk}/pipelines/import/", {"document": document, "name": name})
    assert said.status_code == 201, "an old file comes in, to be mended in the editor"
    pipeline = said.json()["pipeline"]
    assert [(p["code"], p["level"]) for p in said.json()["problems"]] == [("bad_trigger", "error")]
    assert api.post(f"/api/v1/pipelines/{pipeline}/start/").json()["error"]["code"] == "graph_invalid"


def test_a_clock_that_was_stored_with_a_pause_keeps_to_its_schedule(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a trigger may still run: each hour is fired, at none of them the end of a hold takes its place."""
    clock = HouseClock(monkeypatch)
    spec = {"cron": "0 * * * *", "skip_unchanged": False}
    running(started_by("cron", clock_node(), overlap="allow", spec=spec))
    Trigger.objects.update(spec={**spec, "at_most_every": 5 * 3600, "debounce": 7200})
    begun = Trigger.objects.get().next_at
    for _ in range(4):
        clock.run_on(3600)
        settle()
    assert begun is not None
    keys = [f"at:{(begun + timedelta(hours=h)).isoformat()}" for h in range(4)]
    assert sorted(TriggerFiring.objects.values_list("key", flat=True)) == keys
    assert Cycle.objects.count() == 4


@pytest.mark.parametrize("seed", range(4))
def test_clocks_that_jump_fire_each_time_at_most_once_and_come_right_again(
    seed: int, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house's clock leaps forth and back; then it runs on truly for three hours."""
    import random

    rng = random.Random(seed)
    spec = {"cron": "0 * * * *", "skip_unchanged": False}
    running(started_by("cron", clock_node(), overlap="allow", spec=spec))
    for _ in range(25):
        forward(monkeypatch, rng.choice([rng.randint(-7200, 7200), rng.randint(-(10**8), 10**8), rng.randint(0, 600)]))
        sweep.run_clocks()
        sweep.heal_clocks()
    forward(monkeypatch, 0)
    sweep.run_clocks()
    sweep.heal_clocks()
    settle()
    trigger, before = Trigger.objects.get(), TriggerFiring.objects.count()
    assert trigger.next_at is not None
    assert timedelta() < trigger.next_at - now() <= timedelta(hours=1), "the next full hour"
    keys = list(TriggerFiring.objects.values_list("key", flat=True))
    assert len(set(keys)) == len(keys)
    assert Cycle.objects.count() == before
    wanted = {f"at:{(trigger.next_at + timedelta(hours=h)).isoformat()}" for h in range(3)}
    for minutes in range(1, 181):
        forward(monkeypatch, minutes * 60)
        sweep.run_clocks()
    settle()
    keys = list(TriggerFiring.objects.values_list("key", flat=True))
    assert wanted <= set(keys)
    assert len(set(keys)) == len(keys) == Cycle.objects.count()


def test_a_hold_made_while_the_clock_was_ahead_ends_in_time(
    running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(started_by("event", spec={"debounce": 60}))
    forward(monkeypatch, 10**7)
    items(1)
    settle()
    forward(monkeypatch, 0)
    sweep.heal_clocks()
    forward(monkeypatch, 601)
    sweep.run_clocks()
    settle()
    assert Cycle.objects.count() == 1


def test_a_pipeline_started_while_the_clock_was_ahead_hears_at_once_when_it_is_right(
    running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HouseClock(monkeypatch)
    clock.set_ahead(7200)
    running(started_by("event"))
    clock.set_ahead(0)
    items(2)
    settle()
    assert Cycle.objects.count() == 2


@pytest.mark.parametrize("ahead", [-7200, 7200])
def test_at_most_every_holds_no_longer_than_it_says_when_the_clock_is_set(
    ahead: int, running: Running, project: Project, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HouseClock(monkeypatch)
    spec = {"actions": ["updated"], "at_most_every": 600}
    running(started_by("event", mode="always", spec=spec))
    ids = items(1)
    clock.set_ahead(ahead)
    for _ in range(2):
        touch(ids, project)
        settle()
    clock.set_ahead(0)
    settle()
    clock.run_on(601)
    settle()
    assert Cycle.objects.count() == 2
