"""Notify: tells people by mail, or another system by a webhook, that an item came by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeSpec,
    Outcome,
    Place,
    Port,
    Problem,
    Result,
    Tx,
    Wait,
    register,
)
from pipelines.nodes._leaving import KEY_PLACES, PLACES, secret_problems, url_problems, values_of
from pipelines.services.deliveries import Parcel, filled, new_marker, queue_parcels


@dataclass(frozen=True)
class Telling(Outcome):
    """A message that is to be sent."""

    parcel: Parcel | None = None


@register
class Notify(Node):
    """Sends a message for each item and passes it on at once; whether it arrived stands in the pipeline's deliveries.

    It is sent by a job, again when a server is away, with the execution as idempotency key.
    """

    spec = NodeSpec(
        type="notify",
        title="Notify",
        category="Code",
        icon="bell",
        doc="Sends an e-mail or calls a webhook for each item, and passes it on at once. What became of it is listed "
        "under the pipeline's deliveries.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "channel": {
                    "type": "string", "title": "By", "enum": ["email", "webhook"], "default": "email",
                    "description": "A webhook gets the text as JSON: text, item, cycle, execution.",
                },
                "to": {
                    "type": "array", "title": "To", "maxItems": 20, "default": [],
                    "items": {"type": "string", "pattern": "^[^@\\s,]+@[^@\\s,]+$", "maxLength": 200},
                    "description": "Addresses, for e-mail.",
                },
                "url": {
                    "type": "string", "title": "URL", "maxLength": 2000, "default": "", "x-widget": "line",
                    "description": f"Of the webhook, on a host the operator allows. {KEY_PLACES}",
                },
                "subject": {
                    "type": "string", "title": "Subject", "maxLength": 200, "default": "${item.name} came by",
                    "description": PLACES,
                },
                "text": {
                    "type": "string", "title": "Text", "maxLength": 10_000, "x-widget": "textarea",
                    "default": "${item.name} (${item}) came by.", "description": PLACES,
                },
            },
        },
    )  # fmt: skip

    def validate(self, place: Place) -> Iterable[Problem]:
        config, node = place.node.config, place.node
        if config.get("channel", "email") == "email" and not config.get("to"):
            yield Problem("bad_config", f"{node.title} does not say whom to write to.", node=node.id, field="to")

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        config, node = place.node.config, place.node
        if config.get("channel", "email") == "webhook":
            yield from url_problems(place, config.get("url", ""))
            yield from secret_problems(tx, place, "url")
        elif not settings.EMAIL_HOST:
            text = f"{node.title} writes mail, but no mail server is set (ALP_EMAIL_HOST)."
            yield Problem("no_mail_server", text, node=node.id, field="channel")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        values = values_of(batch)
        return [
            Telling(e.id, {"item": e.inputs["item"]}, parcel=self._parcel(e, values[e.id])) for e in batch
        ]  # fmt: skip

    @staticmethod
    def _parcel(e: Execution, values: dict[str, Any]) -> Parcel:
        config = e.config
        text = filled(config.get("text", ""), values)
        if config.get("channel", "email") == "email":
            message = {"to": config["to"], "subject": filled(config.get("subject", ""), values), "text": text}
            return Parcel(e.id, "email", ", ".join(config["to"]), message)
        body = {"text": text, "item": e.inputs["item"], "cycle": e.cycle_id, "execution": e.id}
        marker = new_marker()
        message = {"method": "POST", "url": filled(config["url"], {}, marker=marker), "marker": marker, "body": body}
        return Parcel(e.id, "webhook", config["url"].partition("?")[0], message)

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> None:
        parcels = [r.parcel for r in results if isinstance(r, Telling) and r.parcel is not None]
        queue_parcels(pipeline_id=tx.pipeline_id, node_id=tx.node_id, project_id=tx.project_id, parcels=parcels)
