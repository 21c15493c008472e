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
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.timezone import now

from alp_site.env import ENV
from alp_site.lib import jobs, outbound
from alp_site.lib.errors import AlpError
from pipelines.models import Delivery, DeliveryState, ExecutionStatus, NodeExecution
from pipelines.services.waits import Answer, complete_waiting

__all__ = ["DELIVER_JOB", "Parcel", "deliver", "filled", "queue_parcels"]

DELIVER_JOB: Final = "pipelines.deliver"
BACKOFF_SECONDS: Final = (10, 60, 300, 1800, 7200)
MAX_ANSWER = 20_000
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


def filled(text: str, values: Mapping[str, Any], *, in_url: bool = False) -> str:
    """``${name}`` replaced by its value; in a URL each is quoted, so that it stays within its part. An unknown name is
    left as it is."""

    def one(found: re.Match[str]) -> str:
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


def deliver(run: jobs.Run) -> None:
    """One try of one delivery; a failed one that may yet succeed rings again later."""
    row = Delivery.objects.get(pk=run.payload["delivery"])
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
    """Raises Unreachable where another try may help, else NotDelivered or UrlRefused."""
    message, key = row.message, str(row.execution_id)
    body = None if message.get("body") is None else json.dumps(message["body"]).encode()
    headers = {"User-Agent": "ALP", "Accept": "application/json", **(message.get("headers") or {})}
    headers |= {"Idempotency-Key": key, **({"Content-Type": "application/json"} if body is not None else {})}
    reply = outbound.send(message["method"], message["url"], allowed=ENV.http_hosts, headers=headers, body=body)
    row.status_code = reply.status
    row.answer = reply.body[:MAX_ANSWER].decode("utf-8", "replace").replace("\x00", "")
    if reply.status >= 500 or reply.status in (408, 429):
        raise outbound.Unreachable(f"It answered with {reply.status}.")
    if not 200 <= reply.status < 300:
        why = "; redirects are not followed" if 300 <= reply.status < 400 else ""
        raise NotDelivered(f"It answered with {reply.status}{why}.")
    return {"status": reply.status, "response": _value(reply)}


def _value(reply: outbound.Reply) -> Any:
    """JSON as it is, other text as text. Raises NotDelivered for JSON that is none."""
    text = reply.body.decode("utf-8", "replace").replace("\x00", "")
    if not reply.content_type.endswith("json"):
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
