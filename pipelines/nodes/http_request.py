"""HTTP request: asks another server about an item, or tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

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
    wait_on,
)
from pipelines.nodes._leaving import KEY_PLACES, PLACES, secret_problems, strings_filled, url_problems, values_of
from pipelines.services.deliveries import Parcel, filled, new_marker, queue_parcels


@dataclass(frozen=True)
class Asking(Wait):
    """A request that is to be sent."""

    parcel: Parcel | None = None


@register
class HttpRequest(Node):
    """Sends one request for each item and waits for the answer, which leaves by `response` and `status`.

    Only hosts the operator listed (ALP_HTTP_HOSTS) are called; redirects are not followed. A server that is away or
    answers 5xx is asked again, six times over some three hours, each time with the same Idempotency-Key: the execution.
    """

    spec = NodeSpec(
        type="http_request",
        title="HTTP request",
        category="Code",
        icon="globe",
        doc="Sends a request to a server the operator allows and goes on with its answer. A server that is away is "
        "asked again, with the same Idempotency-Key each time.",
        inputs=(
            Port("item", "Item"),
            Port("body", "Json", required=False, doc="What is sent instead of the body in the settings."),
        ),
        outputs=(
            Port("item", "Item"),
            Port("response", "Json", doc="The answer: JSON as it is, other text as text."),
            Port("status", "Integer", doc="The status of the answer."),
        ),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["url"],
            "properties": {
                "url": {
                    "type": "string", "title": "URL", "minLength": 1, "maxLength": 2000, "x-widget": "line",
                    "description": f"{PLACES} {KEY_PLACES}",
                },
                "method": {
                    "type": "string", "title": "Method", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"],
                    "default": "POST", "description": "GET and DELETE send no body.",
                },
                "headers": {
                    "type": "object", "title": "Headers", "default": {},
                    "description": f"{PLACES} {KEY_PLACES} A key typed here is moved into one when it is saved.",
                    "propertyNames": {"pattern": "^[A-Za-z0-9-]{1,60}$"},
                    "additionalProperties": {"type": "string", "maxLength": 2000, "pattern": "^[\\x20-\\x7e]*$"},
                },
                "body": {
                    "type": ["object", "array", "string", "null"], "title": "Body",
                    "default": {"item": "${item}", "execution": "${execution}"},
                    "description": f"JSON. {PLACES} {KEY_PLACES}",
                },
            },
        },
    )  # fmt: skip

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        yield from url_problems(place, place.node.config["url"])
        yield from secret_problems(tx, place, "url", "headers", "body")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        values = values_of(batch)
        return [self._one(e, values[e.id]) for e in batch]

    @staticmethod
    def _one(e: Execution, values: Mapping[str, Any]) -> Result:
        config, method = e.config, e.config.get("method", "POST")
        marker = new_marker()
        fill = partial(filled, values=values, marker=marker)
        body = e.inputs.get("body")
        body = strings_filled(config.get("body"), fill) if body is None else body
        message = {
            "method": method, "url": fill(config["url"], in_url=True), "marker": marker,
            "body": None if method in ("GET", "DELETE") else body,
            "headers": strings_filled(config.get("headers") or {}, fill), "outputs": {"item": e.inputs["item"]},
        }  # fmt: skip
        key, shown = wait_on("delivery", e.id), filled(config["url"], values, in_url=True).partition("?")[0]
        parcel = Parcel(e.id, "http", f"{method} {shown}", message, key)
        return Asking(e.id, "waiting for an answer", on=key, parcel=parcel)

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> None:
        parcels = [r.parcel for r in results if isinstance(r, Asking) and r.parcel is not None]
        queue_parcels(pipeline_id=tx.pipeline_id, node_id=tx.node_id, project_id=tx.project_id, parcels=parcels)
