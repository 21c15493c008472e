"""Triggers fired from outside: by a person or a token, and by webhooks with a signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F
from django.utils.crypto import salted_hmac

from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.lib.web import parse_uuid
from alp_site.people.models import User
from datasets import query
from pipelines.engine.spec import get_node
from pipelines.engine.validate import triggered_ports
from pipelines.errors import BadSignature, WrongStatus
from pipelines.models import Cycle, Pipeline, Trigger, TriggerFiring, TriggerKind
from pipelines.services.conditions import live_items
from pipelines.services.firing import fire_once, start_place, start_scope
from pipelines.services.graphs import graph_of, place_now, variables_of, with_values
from pipelines.services.triggers import note_firing

__all__ = ["Asked", "count_run", "count_wanted", "fire", "new_secret", "read_body", "receive", "sign"]

WINDOW_SECONDS: Final = 300
"""How far a webhook's timestamp may lie from our clock, either way. Within it a message is known by its signature."""
MOST_ITEMS: Final = 10_000


@dataclass(frozen=True)
class Asked:
    """What a firing from outside is about: these items, or those of a filter (and dataset). ``key`` makes a repeated
    request one firing."""

    key: str
    items: Sequence[str] = ()
    filter: dict[str, Any] | None = None
    dataset: UUID | None = None

    @property
    def about_items(self) -> bool:
        return bool(self.items) or self.filter is not None


def fire(*, trigger: Trigger, asked: Asked, user: User | None = None) -> TriggerFiring:
    """Fires a trigger as if what it waits for had happened. One whose node takes items needs some, or a filter; any
    other starts one cycle, minding its overlap and pauses. Safe to repeat with the same key.

    Raises WrongStatus when the pipeline does not listen, Invalid, QueryInvalid.
    """
    if not trigger.active:
        raise WrongStatus("This trigger does not listen: it is switched off, or its pipeline does not run.")
    if _takes_items(trigger) != asked.about_items:
        need = "needs items, or a filter over them" if _takes_items(trigger) else "takes no items"
        raise Invalid(f"What this trigger starts {need}.", field="items")
    with write():
        if not asked.about_items:
            firing = fire_once(trigger=trigger, key=asked.key)
        elif asked.items:
            firing = note_firing(trigger=trigger, key=asked.key, entries=[[None, list(asked.items)]])
        else:
            query.compile(dict(asked.filter or {}))
            source = {"filter": asked.filter, "dataset": str(asked.dataset) if asked.dataset else None}
            firing = note_firing(trigger=trigger, key=asked.key, source=source)
        if user is not None and firing.user_id is None:
            TriggerFiring.objects.filter(pk=firing.pk).update(user=user)
            firing.user = user
    return firing


def _takes_items(trigger: Trigger) -> bool:
    place = start_place(trigger)
    ports = get_node(place.node.type, place.node.version).inputs(place.node.config)
    return bool(triggered_ports(place.graph, place.node.id, ports))


# --- how many


def count_wanted(*, trigger: Trigger, asked: Asked) -> int:
    """How many cycles ``fire`` would start, were nothing started before. Raises Invalid, QueryInvalid."""
    if not _takes_items(trigger):
        return 1
    rows = live_items(trigger.pipeline.project_id, asked.dataset)
    if asked.items:
        rows = rows.filter(pk__in=[parse_uuid(pk, "items") for pk in asked.items])
    scope = start_scope(start_place(trigger))
    for dql in (asked.filter, scope.filter, trigger.spec.get("filter")):
        rows = query.compile(dict(dql)).queryset(rows) if dql else rows
    rows = rows.filter(dataset_id=scope.dataset_id) if scope.dataset_id else rows
    if trigger.mode == "once" and trigger.kind == TriggerKind.EVENT:
        rows = rows.exclude(pk__in=Cycle.objects.filter(trigger=trigger, subject__isnull=False).values("subject"))
    return int(rows.count())


def count_run(
    *, pipeline: Pipeline, node_id: str, dql: dict[str, Any], dataset_id: UUID | None, once: bool = False
) -> int:
    """How many cycles "Run with pipeline" would start. Raises QueryInvalid, WrongStatus."""
    if pipeline.revision_id is None:
        raise WrongStatus("Start the pipeline first.", status=pipeline.status)
    place = place_now(pipeline, with_values(graph_of(pipeline.revision_id), variables_of(pipeline.pk)), node_id)
    if place is None:
        raise WrongStatus("The published graph has no such node.", node=node_id)
    scope = start_scope(place)
    rows = live_items(pipeline.project_id, dataset_id)
    rows = rows.filter(dataset_id=scope.dataset_id) if scope.dataset_id else rows
    for part in (dql, scope.filter):
        rows = query.compile(dict(part)).queryset(rows) if part else rows
    if once:
        seen = Cycle.objects.filter(pipeline=pipeline, start_node=node_id, subject__isnull=False)
        rows = rows.exclude(pk__in=seen.values("subject"))
    return int(rows.count())


# --- webhooks


def new_secret(*, trigger: Trigger) -> str:
    """A secret for the trigger's webhook; the one before it is worth nothing from now on. It is nowhere stored: what it
    is made of is the house's own key and a number that rises."""
    with write():
        Trigger.objects.filter(pk=trigger.pk).update(secret_version=F("secret_version") + 1)
        trigger.refresh_from_db(fields=["secret_version"])
    return _secret(trigger)


def _secret(trigger: Trigger) -> str:
    salt = f"pipelines.webhook:{trigger.pk}:{trigger.secret_version}"
    return salted_hmac(salt, "secret", algorithm="sha256").hexdigest()


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What a sender puts into ``X-ALP-Signature``: HMAC-SHA256 of "timestamp.body" in hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def receive(*, trigger_id: UUID, timestamp: str, signature: str, body: bytes, now: datetime) -> TriggerFiring:
    """A webhook's message. The same message again is the same firing.

    Raises BadSignature, the same for a trigger that does not exist, has no secret or is no webhook, for a wrong
    signature and for one made more than five minutes ago; what ``fire`` raises.
    """
    trigger = Trigger.objects.select_related("pipeline").filter(pk=trigger_id, kind=TriggerKind.WEBHOOK).first()
    known = trigger is not None and trigger.secret_version > 0 and trigger.removed_at is None
    wanted = sign(_secret(trigger) if trigger is not None and known else "nobody's", timestamp, body)
    right = hmac.compare_digest(wanted.encode(), signature.encode())
    if trigger is None or not known or not right or not _is_fresh(timestamp, now):
        raise BadSignature("The signature or its time is wrong.")
    return fire(trigger=trigger, asked=read_body(body, key=f"hook:{signature}"))


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW_SECONDS


def read_body(body: bytes, *, key: str) -> Asked:
    """``{"items": [ids], "filter": query}``, both may be left out, or nothing at all. Raises Invalid."""
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        raise Invalid("The body is no JSON.") from None
    if not isinstance(data, dict):
        raise Invalid("Send a JSON object.")
    items, wanted = data.get("items") or [], data.get("filter")
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise Invalid(f"items is a list of at most {MOST_ITEMS} ids.", field="items")
    if wanted is not None and not isinstance(wanted, dict):
        raise Invalid("filter is a JSON object.", field="filter")
    return Asked(key=key, items=[str(parse_uuid(pk, "items")) for pk in items], filter=wanted)
