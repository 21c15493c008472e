"""Live updates: the one websocket consumer. It forwards events of the outbox to the people they concern.

One task a process tails the outbox, only while sockets are open; each socket has a bounded queue, so that a slow
browser never holds up the others. A client keeps the id of the last event it saw and names it when it comes back: it
gets what it missed, or `resync` when that is too much or too long ago. Events are hints; the client may refetch.

Messages out: {"type": "hello", "last": id} once, {"type": "event", "event": {id, type, ids, data}}, {"type": "resync"},
{"type": "presence", "presence": {"item", "people": [{id, name}]}}: who else has the item open that this page said it
shows. Messages in: {"here": {"item": id}} and {"here": null}. Presence goes through the channel layer: within the
process, or with Redis across all of them.
Close codes: 4400 malformed address, 4401 not signed in, 4404 no such project, or no longer a member.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from alp_site.lib import events, presence
from alp_site.lib.events import Event
from alp_site.lib.events.outbox import Position
from alp_site.people.models import Role, User
from alp_site.people.permissions import ACTIONS, role_of
from datasets.permissions import ItemPolicy

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
BATCH = 500
QUEUE_LENGTH = 1000
CATCH_UP_EVENTS = 2000
RECHECK_SECONDS = 60.0
LONGEST_MESSAGE = 1000

MALFORMED, SIGNED_OUT, NOT_YOURS = 4400, 4401, 4404

# Which action lets a member hear of events of a family (the part of the type before the dot).
FAMILIES: dict[str, str] = {
    "annotation": "item.see",
    "assignment": "task.work",
    "comparison": "model.see",
    "cycle": "pipeline.see",
    "dataset": "item.see_own",
    "evaluation": "model.see",
    "execution": "pipeline.see",
    "issue": "review.answer_own",
    "item": "item.see",
    "job": "pipeline.see",
    "member": "project.see",
    "model": "model.see",
    "pipeline": "pipeline.see",
    "selection": "pipeline.see",
    "task": "task.work_own",
    "variable": "pipeline.see",
}


def message_for(event: Event, user_id: UUID, role: Role) -> dict[str, Any] | None:
    """What this member is sent of an event: all of it, their own part, or None."""
    if event.audience.startswith("user:"):
        return _message(event) if event.audience == f"user:{user_id}" else None
    action = FAMILIES.get(event.type.partition(".")[0]) if event.audience == "project" else event.audience
    if action not in ACTIONS or role not in ACTIONS[action]:
        return None
    if event.type == "task.item_status" and role not in ACTIONS["task.work"]:
        return _own_part(event, user_id)
    if event.type == "issue.changed" and role not in ACTIONS["task.work"] and str(user_id) not in event.data["people"]:
        return None
    return _message(event)


def _message(event: Event, ids: list[str] | None = None, data: dict[str, Any] | None = None) -> dict[str, Any]:
    body = {
        "id": str(event.position),
        "type": event.type,
        "ids": event.ids if ids is None else ids,
        "data": event.data if data is None else data,
    }
    return {"type": "event", "event": body}


def _own_part(event: Event, user_id: UUID) -> dict[str, Any]:
    """Other people's work shows only as a hint that the task moved."""
    own = [entry for entry in event.data["entries"] if str(entry.get("person")) == str(user_id)]
    ids = [str(entry["task_item"]) for entry in own]
    return _message(event, ids, {"task": event.data["task"], "entries": own})


class Tailer:
    """Reads the outbox for every socket of one event loop, from the first one's opening to the last one's closing."""

    def __init__(self) -> None:
        self.position: Position | None = None
        self._sockets: set[FeedConsumer] = set()
        self._task: asyncio.Task[None] | None = None

    async def join(self, socket: FeedConsumer) -> Position:
        """The socket gets every event behind the position returned."""
        if self._task is None or self._task.done():
            self.position = await database_sync_to_async(events.newest)()
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run(), name="outbox tail")
        assert self.position is not None
        self._sockets.add(socket)
        return self.position

    def leave(self, socket: FeedConsumer) -> None:
        self._sockets.discard(socket)
        if not self._sockets and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        recheck_at = time.monotonic() + RECHECK_SECONDS
        while True:
            got = await self._step()
            if time.monotonic() > recheck_at:
                recheck_at = time.monotonic() + RECHECK_SECONDS
                await self._recheck(None)
            if got < BATCH:
                await asyncio.sleep(POLL_SECONDS)

    async def _step(self) -> int:
        assert self.position is not None
        try:
            batch: list[Event] = await database_sync_to_async(events.tail)(self.position, BATCH)
        except DatabaseError:
            log.warning("the outbox could not be read; trying again", exc_info=True)
            return 0
        for event in batch:
            if event.type == "member.updated":
                await self._recheck(event.project_id)
            for socket in self._sockets:
                socket.offer(event)
            self.position = event.position
        return len(batch)

    async def _recheck(self, project_id: UUID | None) -> None:
        for socket in list(self._sockets):
            if project_id in {None, socket.project_id}:
                await socket.recheck()


_tailers: WeakKeyDictionary[asyncio.AbstractEventLoop, Tailer] = WeakKeyDictionary()


def tailer() -> Tailer:
    """The running loop's tailer."""
    return _tailers.setdefault(asyncio.get_running_loop(), Tailer())


class FeedConsumer(AsyncWebsocketConsumer):
    """/ws/feed/?project=<id>&after=<last event id>."""

    project_id: UUID
    user_id: UUID
    role: Role | None = None

    async def connect(self) -> None:
        self.queue: asyncio.Queue[dict[str, Any] | Event] = asyncio.Queue(QUEUE_LENGTH)
        self.sender: asyncio.Task[None] | None = None
        self.place: presence.Place | None = None
        self.beating: asyncio.Task[None] | None = None
        # Accepted first in every case: a browser is told the close code only of a socket that was open.
        await self.accept()
        try:
            self.project_id, after = _parse(self.scope["query_string"])
        except ValueError:
            await self.close(MALFORMED)
            return
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.user_id, self.name = user.pk, str(user)
        if not await self.recheck():
            return
        start = await tailer().join(self)
        self.sender = asyncio.create_task(self._send_all(after, start), name="feed socket")

    async def disconnect(self, code: int) -> None:
        tailer().leave(self)
        await self._leave_place()
        if self.sender is not None:
            self.sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.sender

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Takes where the page is; anything else is dropped."""
        try:
            item = _place_in(text_data or "")
        except ValueError:
            return
        if self.role is None or (self.place is not None and self.place.item == item):
            return
        await self._leave_place()
        if item is not None and await self._sees(item):
            self.place = presence.Place(item, str(self.user_id))
            await self.channel_layer.group_add(presence.group_of(item), self.channel_name)
            await self._say_here(ask=True)
            await self._tell_people()
            self.beating = asyncio.create_task(self._beat(self.place), name="presence")

    # ---- presence

    async def presence_here(self, message: dict[str, Any]) -> None:
        """Another page (or this one) shows the item; `ask`: it has just come and wants to hear of us."""
        if self.place is None or str(self.place.item) != message["item"] or message["channel"] == self.channel_name:
            return
        self.place.heard(message["channel"], message["person"], message["name"], time.monotonic())
        if message["ask"]:
            await self.channel_layer.send(message["channel"], self._here(ask=False))
        await self._tell_people()

    async def presence_left(self, message: dict[str, Any]) -> None:
        if self.place is not None and str(self.place.item) == message["item"]:
            self.place.left(message["channel"])
            await self._tell_people()

    def _here(self, *, ask: bool) -> dict[str, Any]:
        assert self.place is not None
        return {
            "type": "presence.here", "item": str(self.place.item), "channel": self.channel_name,
            "person": str(self.user_id), "name": self.name, "ask": ask,
        }  # fmt: skip

    async def _say_here(self, *, ask: bool = False) -> None:
        assert self.place is not None
        await self.channel_layer.group_send(presence.group_of(self.place.item), self._here(ask=ask))

    async def _leave_place(self) -> None:
        place, self.place = self.place, None
        if self.beating is not None:
            self.beating.cancel()
            self.beating = None
        if place is None:
            return
        group = presence.group_of(place.item)
        await self.channel_layer.group_discard(group, self.channel_name)
        message = {"type": "presence.left", "item": str(place.item), "channel": self.channel_name}
        await self.channel_layer.group_send(group, message)

    async def _tell_people(self) -> None:
        news = self.place.news() if self.place is not None else None
        if news is not None:
            await self._send(news)

    async def _beat(self, place: presence.Place) -> None:
        """Says again and again that the page is there, as long as its person may see the item."""
        while self.place is place:
            await asyncio.sleep(presence.BEAT_SECONDS)
            place.forget(time.monotonic())
            await self._tell_people()
            if not await self._sees(place.item):
                self.beating = None  # it ends by itself
                place.clear()
                await self._tell_people()
                await self._leave_place()
                return
            await self._say_here()

    async def _sees(self, item: UUID) -> bool:
        try:
            return bool(await database_sync_to_async(_may_see)(self.user_id, self.project_id, item))
        except DatabaseError:
            log.warning("it could not be checked who may see an item", exc_info=True)
            return False

    # ---- events

    def offer(self, event: Event) -> None:
        """Queues what this person may see of an event; a browser that does not keep up must refetch."""
        if event.project_id != self.project_id or self.role is None:
            return
        message = message_for(event, self.user_id, self.role)
        if message is None:
            return
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait({"type": "resync"})

    async def recheck(self) -> bool:
        """Asks again whether this session and membership still stand, and closes the socket if not."""
        session = self.scope.get("session")
        key = session.session_key if session is not None else None
        try:
            self.role, signed_in = await database_sync_to_async(_standing)(self.user_id, self.project_id, session, key)
        except DatabaseError:
            log.warning("membership could not be checked; trying again", exc_info=True)
            return True
        if signed_in and self.role is not None:
            return True
        tailer().leave(self)
        # A browser that is gone already needs no word, and one socket's end must not end the tail that all hear.
        with contextlib.suppress(OSError):
            await self.close(NOT_YOURS if signed_in else SIGNED_OUT)
        return False

    async def _send_all(self, after: Position | None, start: Position) -> None:
        with contextlib.suppress(OSError):  # the browser is gone: `disconnect` follows
            await self._send_each(after, start)

    async def _send_each(self, after: Position | None, start: Position) -> None:
        await self._send({"type": "hello", "last": str(start)})
        if after is not None and after != start:
            missed = await database_sync_to_async(_missed)(after, start, self.project_id)
            if missed is None:
                await self._send({"type": "resync"})
            for event in missed or []:
                message = message_for(event, self.user_id, self.role) if self.role else None
                if message is not None:
                    await self._send(message)
        while True:
            await self._send(await self.queue.get())

    async def _send(self, message: Any) -> None:
        await self.send(text_data=json.dumps(message))


def _parse(query_string: bytes) -> tuple[UUID, Position | None]:
    """Project and last seen position of the address. Raises ValueError."""
    query = parse_qs(query_string.decode("latin-1"))
    after = query.get("after", [""])[0]
    return UUID(query.get("project", [""])[0]), Position.parse(after) if after else None


def _place_in(text: str) -> UUID | None:
    """The item a message names, None for none. Raises ValueError for anything else."""
    if len(text) > LONGEST_MESSAGE:
        raise ValueError("too long")
    message = json.loads(text)
    if not isinstance(message, dict) or "here" not in message:
        raise ValueError("not about a place")
    here = message["here"]
    if here is None:
        return None
    if not isinstance(here, dict) or not isinstance(here.get("item"), str):
        raise ValueError("not a place")
    return UUID(here["item"])


def _may_see(user_id: UUID, project_id: UUID, item_id: UUID) -> bool:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    return ItemPolicy().visible_to(user).filter(pk=item_id, dataset__project_id=project_id).exists()


def _standing(user_id: UUID, project_id: UUID, session: Any, key: str | None) -> tuple[Role | None, bool]:
    """The person's role now, and whether they are still signed in."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    signed_in = user is not None and (session is None or key is None or session.exists(key))
    return (role_of(user, project_id) if user is not None else None), signed_in


def _missed(after: Position, start: Position, project_id: UUID) -> list[Event] | None:
    """The project's events behind `after` up to `start`; None when they are gone or too many."""
    oldest = events.oldest()
    if after > start or oldest == 0 or after.id + 1 < oldest:
        return None
    found: list[Event] = []
    for _ in range(CATCH_UP_EVENTS // BATCH):
        batch = events.tail(after, BATCH)
        found += [event for event in batch if event.position <= start and event.project_id == project_id]
        if len(batch) < BATCH or batch[-1].position >= start:
            return found
        after = batch[-1].position
    return None
