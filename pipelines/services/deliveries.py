"""What leaves the house for an execution: written with its result, sent by a job until it arrived or cannot.

The row is committed in the transaction that applies the execution, so nothing is sent for what did not happen and
nothing that happened is forgotten. A worker may die between sending and noting it: then it is sent again with the same
key (``Idempotency-Key``, or the mail's Message-ID), which is the execution's id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.timezone import now

from alp_site.env import ENV
from alp_site.lib import db, jobs, outbound
from alp_site.lib.db import write
from alp_site.lib.errors import AlpError
from pipelines.errors import WrongStatus
from pipelines.models import Delivery, DeliveryState, ExecutionStatus, NodeExecution
from pipelines.services.cycles import retry_executions
from pipelines.services.secrets import opened_secrets
from pipelines.services.waits import Answer, complete_waiting

__all__ = ["DELIVER_JOB", "Parcel", "deliver", "drop_deliveries", "filled", "new_marker", "queue_parcels", "send_again"]

DELIVER_JOB: Final = "pipelines.deliver"
BACKOFF_SECONDS: Final = (10, 60, 300, 1800, 7200)
MAX_ANSWER = 20_000
KEPT = timedelta(days=30)
"""As long as jobs that are done: the log of what left the house, with what was sent and answered."""
SECRETS: Final = "secrets."
SHORT: Final = 6
"""A secret of fewer characters cannot be told from the rest of an answer."""
PLACE = re.compile(r"\$\{([^{}]{1,200})\}")


@dataclass(frozen=True)
class Parcel:
    """``kind`` is http, webhook or email; ``message`` what ``deliver`` needs; ``wait_key`` who waits for the answer."""

    execution_id: str
    kind: str
    target: str
    message: Mapping[str, Any]
    wait_key: str = ""


class NotDelivered(AlpError):
    """It was refused for good."""

    code = "not_delivered"
    status = 502


def new_marker() -> str:
    """What stands for a secret until its message leaves: nobody can have written it into a value that is filled in."""
    return token_hex(8)


def filled(text: str, values: Mapping[str, Any], *, in_url: bool = False, marker: str = "") -> str:
    """``${name}`` replaced by its value; in a URL each is quoted, so that it stays within its part. An unknown name is
    left as it is. With a ``marker``, ``${secrets.NAME}`` of the text (never of a value) is marked for ``deliver``."""

    def one(found: re.Match[str]) -> str:
        if marker and found.group(1).startswith(SECRETS):
            return f"({marker}:{found.group(1).removeprefix(SECRETS)})"
        if found.group(1) not in values:
            return found.group(0)
        value = values[found.group(1)]
        shown = value if isinstance(value, str) else json.dumps(value)
        return quote(shown, safe="") if in_url else shown

    return PLACE.sub(one, text)


def queue_parcels(*, pipeline_id: str, node_id: str, project_id: str, parcels: Sequence[Parcel]) -> None:
    """Rows and jobs for these; an execution that is tried again sends its parcel again. Joins the transaction."""
    for parcel in parcels:
        fresh = {
            "pipeline_id": UUID(pipeline_id), "node_id": node_id, "kind": parcel.kind, "target": parcel.target[:500],
            "message": dict(parcel.message), "wait_key": parcel.wait_key, "state": DeliveryState.QUEUED, "attempts": 0,
            "error": "", "next_at": None, "finished_at": None,
        }  # fmt: skip
        row, _ = Delivery.objects.update_or_create(execution_id=UUID(parcel.execution_id), defaults=fresh)
        _ring(row, UUID(project_id), 0)


def _ring(row: Delivery, project_id: UUID | None, delay: float) -> None:
    jobs.enqueue(
        DELIVER_JOB, key=f"deliver:{row.pk}", payload={"delivery": str(row.pk)}, project_id=project_id,
        title=f"Sending to {row.target}"[:200], delay=delay,
    )  # fmt: skip


def send_again(*, delivery: Delivery) -> Delivery:
    """One that failed is sent once more, with the key it had. Where an execution waits for its answer, that execution
    starts again and sends it. Raises WrongStatus for one that is still under way or arrived."""
    with write():
        rows = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("pipeline")
        row = rows.get(pk=delivery.pk)
        if row.state != DeliveryState.FAILED:
            raise WrongStatus("Only what could not be delivered can be sent again.", status=row.state)
        if not row.wait_key:
            row.state, row.attempts, row.error, row.finished_at = DeliveryState.QUEUED, 0, "", None
            row.save()
            _ring(row, row.pipeline.project_id, 0)
    if row.wait_key and not retry_executions(execution_ids=[row.execution_id]):
        raise WrongStatus("The execution it was for can no longer be retried.", status=row.state)
    row.refresh_from_db()
    return row


def deliver(run: jobs.Run) -> None:
    """One try of one delivery; a failed one that may yet succeed rings again later."""
    row = Delivery.objects.select_related("pipeline").get(pk=run.payload["delivery"])
    if row.state != DeliveryState.QUEUED:
        return
    if NodeExecution.objects.filter(pk=row.execution_id, status=ExecutionStatus.CANCELLED).exists():
        _end(run, row, NotDelivered("The execution was cancelled."))
        return
    row.attempts += 1
    try:
        outputs = _email(row) if row.kind == "email" else _request(row)
    except outbound.Unreachable as error:
        if row.attempts <= len(BACKOFF_SECONDS):
            _later(run, row, error)
        else:
            _end(run, row, error)
    except AlpError as error:
        _end(run, row, error)
    else:
        _end(run, row, None, outputs)


def _request(row: Delivery) -> dict[str, Any]:
    """Raises Unreachable where another try may help, else NotDelivered, UrlRefused or SecretMissing."""
    message, key = row.message, str(row.execution_id)
    secrets = _Secrets(row)
    body = None if message.get("body") is None else json.dumps(secrets.put_in(message["body"])).encode()
    headers = {"User-Agent": "ALP", "Accept": "application/json", **secrets.put_in(message.get("headers") or {})}
    headers |= {"Idempotency-Key": key, **({"Content-Type": "application/json"} if body is not None else {})}
    url = secrets.put_in(message["url"], in_url=True)
    reply = outbound.send(message["method"], url, allowed=ENV.http_hosts, headers=headers, body=body)
    text = secrets.hidden(reply.body.decode("utf-8", "replace").replace("\x00", ""))
    row.status_code = reply.status
    row.answer = text[:MAX_ANSWER]
    if reply.status >= 500 or reply.status in (408, 429):
        raise outbound.Unreachable(f"It answered with {reply.status}.")
    if not 200 <= reply.status < 300:
        why = "; redirects are not followed" if 300 <= reply.status < 400 else ""
        raise NotDelivered(f"It answered with {reply.status}{why}.")
    return {"status": reply.status, "response": _value(text, reply.content_type)}


class _Secrets:
    """The secrets that a message names, for as long as it takes to send it."""

    def __init__(self, row: Delivery) -> None:
        marker = str(row.message.get("marker") or "")
        self.place = re.compile(rf"\({marker}:([^()]{{1,60}})\)") if marker else None
        names = set(self.place.findall(json.dumps(row.message, ensure_ascii=False))) if self.place else set()
        self.values = opened_secrets(row.pipeline.project_id, names) if names else {}

    def put_in(self, value: Any, *, in_url: bool = False) -> Any:
        """A JSON value with the secrets in its texts."""
        if isinstance(value, str):
            return self.place.sub(lambda found: self._one(found.group(1), in_url), value) if self.place else value
        if isinstance(value, dict):
            return {key: self.put_in(part) for key, part in value.items()}
        return [self.put_in(part) for part in value] if isinstance(value, list) else value

    def _one(self, name: str, in_url: bool) -> str:
        return quote(self.values[name], safe="/") if in_url else self.values[name]

    def hidden(self, text: str) -> str:
        """An answer that repeats what it was sent is kept without it."""
        for value in self.values.values():
            text = text.replace(value, "***") if len(value) >= SHORT else text
        return text


def _value(text: str, content_type: str) -> Any:
    """JSON as it is, other text as text. Raises NotDelivered for JSON that is none."""
    if not content_type.endswith("json"):
        return text[:MAX_ANSWER]
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        raise NotDelivered("Its answer says that it is JSON and is not.") from None


def _email(row: Delivery) -> dict[str, Any]:
    message = row.message
    if not settings.EMAIL_HOST:
        raise NotDelivered("No mail server is set (ALP_EMAIL_HOST).")
    mail = EmailMessage(
        subject=str(message["subject"]).replace("\n", " ").replace("\r", " ")[:200], body=str(message["text"]),
        to=list(message["to"]), headers={"Message-ID": f"<{row.execution_id}@alp>"},
    )  # fmt: skip
    try:
        mail.send()
    except OSError as error:  # SMTPException is one
        raise outbound.Unreachable(f"The mail server did not take it: {error}"[:300]) from None
    return {}


def _later(run: jobs.Run, row: Delivery, error: AlpError) -> None:
    wait = BACKOFF_SECONDS[row.attempts - 1]
    row.error, row.next_at = error.message, now() + timedelta(seconds=wait)
    with run.commit():
        row.save()
        run.finish()
        _ring(row, run.job.project_id, wait)


def _end(run: jobs.Run, row: Delivery, error: AlpError | None, outputs: Mapping[str, Any] | None = None) -> None:
    """The row's end, and the answer to who waits for it, in one transaction."""
    row.state = DeliveryState.FAILED if error else DeliveryState.DELIVERED
    row.error, row.next_at, row.finished_at = error.message if error else "", None, now()
    with run.commit():
        row.save()
        if row.wait_key:
            told = {**row.message.get("outputs", {}), **(outputs or {})}
            reason = (error.code, error.message) if error else None
            complete_waiting([Answer(on=row.wait_key, outputs=None if error else told, error=reason)])


def drop_deliveries() -> int:
    """Forgets what was delivered, or given up, too long ago. Returns how many."""
    old, gone = Delivery.objects.filter(finished_at__lt=now() - KEPT), 0
    while ids := list(old.order_by("id").values_list("pk", flat=True)[: db.bulk_size() * 5]):
        with db.write():
            gone += Delivery.objects.filter(pk__in=ids).delete()[0]
    return gone
