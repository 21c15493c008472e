"""The websocket: who hears what, and what a client gets when it comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from alp_site import feed
from alp_site.asgi import application
from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.lib.events.outbox import Event, Position
from alp_site.people.models import Membership, Project, Role, User
from alp_site.people.permissions import ACTIONS
from alp_site.people.services import remove_member

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30
"""Seconds to wait for what must come: a build machine may stand still."""


class Socket(ApplicationCommunicator):
    """A browser's end of the websocket (channels' own needs daphne, which the product does not use)."""

    def __init__(self, query: str, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {"type": "websocket", "path": "/ws/feed/", "query_string": query.encode(), "headers": headers}
        super().__init__(application, {**scope, "subprotocols": []})

    async def connect(self) -> bool:
        """Whether the server let us in."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(PATIENCE))["type"] == "websocket.accept")

    async def heard(self) -> dict[str, Any]:
        return dict(json.loads((await self.receive_output(PATIENCE))["text"]))

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        done, _ = await asyncio.wait({self.future}, timeout=PATIENCE)
        assert done, "the server goes on with a page that has gone"
        await self.wait()


def socket(user: User | None, project: Any, after: str = "", origin: str = "http://localhost") -> Socket:
    client = Client()
    if user is not None:
        client.force_login(user)
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
    if cookie:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie.value}".encode()))
    return Socket(f"project={project}&after={after}", headers)


def publish(project: Project, kind: str = "dataset.updated", ids: list[str] | None = None, **extra: Any) -> None:
    with write():
        events.publish(kind, project_id=project.pk, ids=ids or [], **extra)


async def closed_with(ws: Socket) -> int:
    while True:
        message = await ws.receive_output(PATIENCE)
        if message["type"] == "websocket.close":
            return int(message["code"])


def played(play: Callable[[], Awaitable[None]]) -> None:
    async_to_sync(play)()


def test_feed_when_not_signed_in_then_closed(project: Project) -> None:
    ws = socket(None, project.pk)

    async def play() -> None:
        assert await ws.connect()
        assert await closed_with(ws) == feed.SIGNED_OUT

    played(play)


@pytest.mark.parametrize(("path", "code"), [("not-an-id", feed.MALFORMED), (str(UUID(int=7)), feed.NOT_YOURS)])
def test_feed_when_project_is_malformed_or_unknown_then_closed(people: dict[str, User], path: str, code: int) -> None:
    ws = socket(people["owner"], path)

    async def play() -> None:
        assert await ws.connect()
        assert await closed_with(ws) == code

    played(play)


def test_feed_when_stranger_then_closed_and_when_other_origin_then_refused(
    project: Project, people: dict[str, User]
) -> None:
    stranger = socket(people["stranger"], project.pk)
    foreign = socket(people["owner"], project.pk, origin="https://evil.example")

    async def play() -> None:
        assert await stranger.connect()
        assert await closed_with(stranger) == feed.NOT_YOURS
        assert not await foreign.connect()

    played(play)


def test_feed_when_an_event_is_published_then_members_hear_it_and_other_projects_do_not(
    project: Project, other_project: Project, people: dict[str, User]
) -> None:
    mine, theirs = socket(people["viewer"], project.pk), socket(people["stranger"], other_project.pk)

    async def play() -> None:
        for ws in (mine, theirs):
            await ws.connect()
            assert (await ws.heard())["type"] == "hello"
        await sync_to_async(publish)(project, "dataset.updated", ["a"], data={"x": 1})
        message = await mine.heard()
        assert message["type"] == "event"
        assert {key: message["event"][key] for key in ("type", "ids", "data")} == {
            "type": "dataset.updated", "ids": ["a"], "data": {"x": 1},
        }  # fmt: skip
        assert await theirs.receive_nothing(0.5)
        await mine.disconnect()
        await theirs.disconnect()

    played(play)


def test_feed_when_the_last_socket_closes_then_nothing_tails(project: Project, people: dict[str, User]) -> None:
    ws = socket(people["viewer"], project.pk)

    async def play() -> None:
        await ws.connect()
        await ws.heard()
        assert [task for task in asyncio.all_tasks() if task.get_name() == "outbox tail"]
        await ws.disconnect()
        await asyncio.sleep(0)
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "outbox tail"]

    played(play)


def test_feed_when_client_returns_with_its_last_id_then_gets_what_it_missed_once(
    project: Project, people: dict[str, User]
) -> None:
    publish(project, ids=["seen"])
    last = str(events.newest())
    publish(project, ids=["missed"])
    ws = socket(people["owner"], project.pk, after=last)

    async def play() -> None:
        await ws.connect()
        assert (await ws.heard())["type"] == "hello"
        assert (await ws.heard())["event"]["ids"] == ["missed"]
        await sync_to_async(publish)(project, ids=["new"])
        assert (await ws.heard())["event"]["ids"] == ["new"]
        assert await ws.receive_nothing(0.4)
        await ws.disconnect()

    played(play)


def test_feed_when_last_id_is_from_another_time_then_resync(project: Project, people: dict[str, User]) -> None:
    publish(project)
    ws = socket(people["owner"], project.pk, after="999999999999.999999999999")

    async def play() -> None:
        await ws.connect()
        assert [(await ws.heard())["type"], (await ws.heard())["type"]] == ["hello", "resync"]
        await ws.disconnect()

    played(play)


def test_feed_when_client_missed_more_than_can_be_replayed_then_resync(
    project: Project, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BATCH", 2)
    monkeypatch.setattr(feed, "CATCH_UP_EVENTS", 4)
    publish(project)
    last = str(events.newest())
    for _ in range(6):
        publish(project)
    ws = socket(people["owner"], project.pk, after=last)

    async def play() -> None:
        await ws.connect()
        assert [(await ws.heard())["type"], (await ws.heard())["type"]] == ["hello", "resync"]
        await ws.disconnect()

    played(play)


def test_feed_when_membership_ends_then_socket_closes(project: Project, people: dict[str, User]) -> None:
    gone, stays = socket(people["annotator"], project.pk), socket(people["viewer"], project.pk)

    async def play() -> None:
        for ws in (gone, stays):
            await ws.connect()
            await ws.heard()
        member = await Membership.objects.aget(user=people["annotator"])
        await sync_to_async(remove_member)(member)
        assert await closed_with(gone) == feed.NOT_YOURS
        assert (await stays.heard())["event"]["type"] == "member.updated"
        await stays.disconnect()

    played(play)


def test_feed_when_a_browser_is_gone_as_its_membership_ends_then_others_still_hear(
    project: Project, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> None:
        raise OSError("the browser is gone")

    monkeypatch.setattr(feed.FeedConsumer, "close", lost)
    gone, stays = socket(people["annotator"], project.pk), socket(people["viewer"], project.pk)

    async def play() -> None:
        for ws in (gone, stays):
            await ws.connect()
            await ws.heard()
        member = await Membership.objects.aget(user=people["annotator"])
        await sync_to_async(remove_member)(member)
        assert (await stays.heard())["event"]["type"] == "member.updated"
        await sync_to_async(publish)(project, ids=["after"])
        assert (await stays.heard())["event"]["ids"] == ["after"]
        for ws in (gone, stays):
            await ws.disconnect()

    played(play)


def test_feed_when_browser_does_not_keep_up_then_it_is_told_to_refetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "QUEUE_LENGTH", 3)

    async def play() -> None:
        slow = feed.FeedConsumer()
        slow.queue = asyncio.Queue(feed.QUEUE_LENGTH)
        slow.project_id, slow.user_id, slow.role = uuid4(), uuid4(), Role.OWNER
        for number in range(5):
            slow.offer(event("dataset.updated", project_id=slow.project_id, number=number))
        waiting = [slow.queue.get_nowait() for _ in range(slow.queue.qsize())]
        assert waiting[0] == {"type": "resync"}
        assert waiting[1]["event"]["id"] == "0.4"

    played(play)


def event(kind: str, *, number: int = 1, audience: str = "project", project_id: Any = None, **data: Any) -> Event:
    return Event(number, Position(0, number), kind, project_id or uuid4(), audience, ["x"], data)


def test_families_when_a_type_is_known_then_somebody_may_hear_it() -> None:
    for kind in events.known_types():
        assert feed.FAMILIES[kind.partition(".")[0]] in ACTIONS, kind


def test_message_for_when_role_may_not_see_the_family_then_none() -> None:
    me = uuid4()
    hears = {role.value for role in Role if feed.message_for(event("model.status"), me, role)}
    assert hears == {"owner", "engineer", "reviewer", "viewer"}
    hears = {role.value for role in Role if feed.message_for(event("x.y", audience="dataset.edit"), me, role)}
    assert hears == {"owner", "engineer"}
    assert feed.message_for(event("unknown.thing"), me, Role.OWNER) is None
    assert feed.message_for(event("job.status", audience=f"user:{me}"), me, Role.ANNOTATOR)
    assert feed.message_for(event("job.status", audience=f"user:{uuid4()}"), me, Role.OWNER) is None


def test_message_for_when_annotator_then_only_own_entries_of_a_task() -> None:
    me, other = uuid4(), uuid4()
    entries = [
        {"task_item": "1", "person": str(me)},
        {"task_item": "2", "person": str(other)},
        {"task_item": "3", "person": None},
    ]
    moved = event("task.item_status", task="t", entries=entries)
    got = feed.message_for(moved, me, Role.ANNOTATOR)
    assert got is not None
    assert got["event"]["ids"] == ["1"]
    assert got["event"]["data"] == {"task": "t", "entries": entries[:1]}
    full = feed.message_for(moved, me, Role.REVIEWER)
    assert full is not None
    assert full["event"]["data"]["entries"] == entries
    assert feed.message_for(moved, me, Role.VIEWER) is None
