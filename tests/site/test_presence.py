"""Who else has an item open: told over the websocket, to those who may see the item, as long as the pages live."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from channels.layers import channel_layers, get_channel_layer
from django.test import override_settings

from alp_site import feed
from alp_site.lib import presence
from alp_site.people.models import Membership, Project, Role, User
from alp_site.settings import base
from datasets.models import Item
from datasets.services import create_dataset
from datasets.services.upload import add_many
from tests.datasets.conftest import draw
from tests.site.test_feed import Socket, played, socket

pytestmark = pytest.mark.django_db(transaction=True)

REDIS = os.environ.get("REDIS_URL", "")
LAYERS: dict[str, dict[str, Any]] = {
    "memory": {"BACKEND": "channels.layers.InMemoryChannelLayer"},
    "redis": base.CHANNEL_LAYERS["default"],  # what the product runs on where there is a REDIS_URL
}


@pytest.fixture(
    params=["memory", pytest.param("redis", marks=pytest.mark.skipif(not REDIS, reason="there is no REDIS_URL"))],
    autouse=True,
)
def _layer(request: pytest.FixtureRequest) -> Iterator[None]:
    """The channel layer of one process, and the one that all processes share."""
    with override_settings(CHANNEL_LAYERS={"default": LAYERS[request.param]}):
        channel_layers.backends.clear()
        yield
    channel_layers.backends.clear()


@pytest.fixture
def items(project: Project, owner: User) -> list[Item]:
    dataset = create_dataset(project=project, name="Raw", user=owner)
    report = add_many(dataset=dataset, files=[("a.png", draw(1)), ("b.png", draw(2))], user=owner)
    return list(Item.objects.filter(pk__in=report.item_ids).order_by("pk"))


async def opened(ws: Socket) -> Socket:
    await ws.connect()
    assert (await ws.heard())["type"] == "hello"
    return ws


async def say(ws: Socket, message: Any) -> None:
    await ws.send_input(
        {"type": "websocket.receive", "text": message if isinstance(message, str) else json.dumps(message)}
    )


async def look(ws: Socket, item: UUID | None) -> None:
    await say(ws, {"here": None if item is None else {"item": str(item)}})


async def names(ws: Socket, item: UUID) -> list[str]:
    """The people the next message tells of, which must be about the item."""
    message = await ws.heard()
    assert message["type"] == "presence", message
    assert message["presence"]["item"] == str(item)
    return [one["name"] for one in message["presence"]["people"]]


def test_people_at_one_item_learn_of_each_other_and_of_leaving(
    project: Project, people: dict[str, User], items: list[Item]
) -> None:
    here = items[0].pk
    one, two = socket(people["owner"], project.pk), socket(people["reviewer"], project.pk)

    async def play() -> None:
        await opened(one)
        await opened(two)
        await look(one, here)
        assert await names(one, here) == []
        await look(two, here)
        assert await names(two, here) == []
        assert await names(two, here) == ["Owner"]
        assert await names(one, here) == ["Reviewer"]
        await look(two, items[1].pk)
        assert await names(two, items[1].pk) == []
        assert await names(one, here) == []
        await look(two, here)
        assert await names(one, here) == ["Reviewer"]
        await two.disconnect()
        assert await names(one, here) == []
        await one.disconnect()

    played(play)


@pytest.mark.skipif(not REDIS, reason="there is no REDIS_URL")
def test_a_page_that_hears_nothing_for_longer_than_redis_waits_lives_on(
    project: Project, people: dict[str, User], items: list[Item], request: pytest.FixtureRequest
) -> None:
    if "memory" in request.node.name:
        pytest.skip("there is nothing to wait for")
    here = items[0].pk
    one, two = socket(people["owner"], project.pk), socket(people["reviewer"], project.pk)

    async def play() -> None:
        await opened(one)
        await look(one, here)
        assert await names(one, here) == []
        await asyncio.sleep(1.2 * get_channel_layer().brpop_timeout)
        await opened(two)
        await look(two, here)
        assert await names(one, here) == ["Reviewer"]
        for ws in (one, two):
            await ws.disconnect()

    played(play)


def test_a_person_with_two_pages_is_told_once_and_never_to_themselves(
    project: Project, people: dict[str, User], items: list[Item]
) -> None:
    here = items[0].pk
    pages = [socket(people[role], project.pk) for role in ("owner", "reviewer", "reviewer")]

    async def play() -> None:
        for ws in pages:
            await opened(ws)
            await look(ws, here)
            assert await names(ws, here) == []
        owner, first, second = pages
        assert await names(owner, here) == ["Reviewer"]
        assert await names(first, here) == ["Owner"]
        assert await names(second, here) == ["Owner"]
        await first.disconnect()
        assert await owner.receive_nothing(0.3)  # the other page is still there
        await look(second, None)
        assert await names(owner, here) == []
        await second.disconnect()
        await owner.disconnect()

    played(play)


def test_an_item_that_is_not_mine_to_see_shows_nobody_and_me_to_nobody(
    project: Project, other_project: Project, people: dict[str, User], items: list[Item]
) -> None:
    here = items[0].pk
    owner, annotator = socket(people["owner"], project.pk), socket(people["annotator"], project.pk)
    stranger = socket(people["stranger"], other_project.pk)

    async def play() -> None:
        await opened(owner)
        await look(owner, here)
        assert await names(owner, here) == []
        for ws in (annotator, stranger):
            await opened(ws)
            await look(ws, here)
            assert await ws.receive_nothing(0.3)
        assert await owner.receive_nothing(0.1)
        for ws in (owner, annotator, stranger):
            await ws.disconnect()

    played(play)


@pytest.mark.parametrize(
    "message", ["", "no json", "[]", '{"here": {"item": 5}}', '{"here": {"item": "x"}}', '{"here": "x"}', " " * 2000]
)
def test_what_means_nothing_is_dropped_and_the_socket_lives(
    project: Project, people: dict[str, User], items: list[Item], message: str
) -> None:
    ws = socket(people["owner"], project.pk)

    async def play() -> None:
        await opened(ws)
        await say(ws, message)
        assert await ws.receive_nothing(0.1)
        await look(ws, items[0].pk)
        assert await names(ws, items[0].pk) == []
        await ws.disconnect()

    played(play)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def test_a_page_that_died_is_forgotten_and_one_that_lives_is_not(
    project: Project, people: dict[str, User], items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(feed, "time", clock)
    monkeypatch.setattr(presence, "BEAT_SECONDS", 0.05)
    here = items[0].pk
    one, two = socket(people["owner"], project.pk), socket(people["reviewer"], project.pk)
    ghost = {"type": "presence.here", "item": str(here), "channel": "gone", "person": str(uuid4()), "name": "Ghost"}

    async def play() -> None:
        layer = channel_layers["default"]
        group, listener = presence.group_of(here), await layer.new_channel()
        await layer.group_add(group, listener)
        for ws in (one, two):
            await opened(ws)
            await look(ws, here)
            assert await names(ws, here) == []
        assert await names(one, here) == ["Reviewer"]
        await layer.group_send(group, {**ghost, "ask": False})
        assert await names(one, here) == ["Ghost", "Reviewer"]
        clock.now += presence.FORGET_SECONDS * 2 / 3
        await beats(layer, listener, "Reviewer", 5)  # says again that it is there
        clock.now += presence.FORGET_SECONDS * 2 / 3
        assert await names(one, here) == ["Reviewer"]
        await one.disconnect()
        await two.disconnect()

    played(play)


async def beats(layer: Any, listener: str, name: str, count: int) -> None:
    """Waits until somebody has told all who look at the item so often that they do, too."""
    while count:
        message = await asyncio.wait_for(layer.receive(listener), 20)
        count -= message.get("name") == name and not message["ask"]


def test_who_may_no_longer_see_the_item_leaves_it(
    project: Project, people: dict[str, User], items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEAT_SECONDS", 0.2)
    here = items[0].pk
    one, two = socket(people["owner"], project.pk), socket(people["viewer"], project.pk)

    async def play() -> None:
        for ws in (one, two):
            await opened(ws)
            await look(ws, here)
            assert await names(ws, here) == []
        assert await names(one, here) == ["Viewer"]
        assert await names(two, here) == ["Owner"]
        await Membership.objects.filter(user=people["viewer"]).aupdate(role=Role.ANNOTATOR)  # sees their own items only
        assert await names(one, here) == []
        assert await names(two, here) == []
        await one.disconnect()
        await two.disconnect()

    played(play)
