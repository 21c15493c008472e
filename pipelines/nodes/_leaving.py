"""What the nodes that send something share: the values texts may name, and their check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from alp_site.env import ENV
from alp_site.lib.outbound import UrlRefused, check_url
from datasets.models import Item
from pipelines.engine.spec import Execution, Place, Problem, Tx
from pipelines.services.bulk import as_uuids
from pipelines.services.graphs import variables_of
from pipelines.services.secrets import missing_secrets

__all__ = ["KEY_PLACES", "PLACES", "secret_problems", "strings_filled", "url_problems", "values_of"]

PLACES = "${item}, ${item.name}, ${cycle}, ${execution}, ${inputs.NAME} and ${variables.NAME} stand for their values."
KEY_PLACES = "${secrets.NAME} stands for a secret of the project, which is put in when the request leaves."


def values_of(batch: Sequence[Execution]) -> dict[str, dict[str, Any]]:
    """Execution id → what ``${...}`` may name. Two queries whatever the number."""
    if not batch:
        return {}
    variables = {f"variables.{v.name}": v.value for v in variables_of(UUID(batch[0].pipeline_id))}
    ids = as_uuids(sorted({str(e.inputs["item"]) for e in batch if e.inputs.get("item")}))
    ours = Item.objects.filter(pk__in=ids, dataset__project_id=UUID(batch[0].project_id))
    names = {str(pk): name for pk, name in ours.values_list("pk", "name")}
    return {
        e.id: {
            **variables,
            **{f"inputs.{name}": value for name, value in e.inputs.items()},
            "item": e.inputs.get("item"),
            "item.name": names.get(str(e.inputs.get("item")), ""),
            "cycle": e.cycle_id,
            "execution": e.id,
        }
        for e in batch
    }


def url_problems(place: Place, url: str, field: str = "url") -> Iterable[Problem]:
    """Whether the operator allows the host."""
    try:
        check_url(url.replace("${", "").replace("}", ""), ENV.http_hosts)
    except UrlRefused as error:
        yield Problem("url_refused", f"{place.node.title}: {error.message}", node=place.node.id, field=field)


def secret_problems(tx: Tx, place: Place, *fields: str) -> Iterable[Problem]:
    """Whether the project has the secrets that these settings name."""
    for field in fields:
        for name in missing_secrets(UUID(tx.project_id), {field: place.node.config.get(field)}):
            text = f"{place.node.title} names the secret {name!r}, which the project does not have."
            yield Problem("secret_missing", text, node=place.node.id, field=field)


def strings_filled(value: Any, fill: Any) -> Any:
    """A JSON value with every text in it filled."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, Mapping):
        return {key: strings_filled(part, fill) for key, part in value.items()}
    if isinstance(value, list):
        return [strings_filled(part, fill) for part in value]
    return value
