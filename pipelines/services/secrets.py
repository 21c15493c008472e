"""Keys and passwords of other servers: named in a graph, never in it.

A node's settings say ``${secrets.NAME}``; the value lies sealed in a row of the project, is put in when the request
leaves, and is never read back. Whoever types a key into a header all the same finds it moved here when the graph is
saved, so that neither a draft, a revision, an export nor a diff holds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from alp_site.lib import sealed
from alp_site.lib.db import write
from alp_site.lib.errors import AlpError, Conflict, Invalid
from alp_site.people.models import Project, User
from pipelines.engine.graph import Graph, GraphNode
from pipelines.engine.keys import keys_in, named_instead, secret_name
from pipelines.models import Pipeline, Secret

__all__ = [
    "change_secret",
    "create_secret",
    "delete_secret",
    "keep_apart",
    "missing_secrets",
    "named_secrets",
    "opened_secrets",
]

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
REFERENCE: Final = re.compile(r"\$\{secrets\.([^{}]{1,60})\}")


class SecretMissing(AlpError):
    """A request names a secret that the project does not have."""

    code = "secret_missing"
    status = 409


def create_secret(*, project: Project, name: str, value: str, user: User | None) -> Secret:
    """Raises Invalid, Conflict when the name is taken."""
    if not NAME.fullmatch(name):
        raise Invalid("A name has up to 60 letters, digits, dots, dashes and underscores.", field="name")
    with write():
        if Secret.objects.filter(project=project, name=name).exists():
            raise Conflict(f"There is a secret {name!r} already.", field="name")
        return Secret.objects.create(project=project, name=name, sealed=sealed.seal(value), changed_by=user)


def change_secret(*, secret: Secret, value: str, user: User | None) -> Secret:
    """Whatever names it uses the new value from the next request on."""
    with write():
        secret.sealed, secret.changed_by = sealed.seal(value), user
        secret.save()
    return secret


def delete_secret(*, secret: Secret) -> None:
    """What still names it fails with ``secret_missing``, and its pipeline does not start."""
    with write():
        secret.delete()


def opened_secrets(project_id: UUID, names: Iterable[str]) -> dict[str, str]:
    """Name → value. Raises SecretMissing, Unreadable."""
    wanted = set(names)
    rows = dict(Secret.objects.filter(project=project_id, name__in=wanted).values_list("name", "sealed"))
    if missing := sorted(wanted - rows.keys()):
        raise SecretMissing(f"The project has no secret {missing[0]!r}.", name=missing[0])
    return {name: sealed.unseal(text) for name, text in rows.items()}


def named_secrets(config: Mapping[str, Any]) -> set[str]:
    """The secrets that a node's settings name."""
    return set(REFERENCE.findall(json.dumps(config, ensure_ascii=False, default=str)))


def missing_secrets(project_id: UUID, config: Mapping[str, Any]) -> list[str]:
    """Those of them that the project does not have."""
    names = named_secrets(config)
    return sorted(names - set(Secret.objects.filter(project=project_id, name__in=names).values_list("name", flat=True)))


def keep_apart(pipeline: Pipeline, graph: Graph, user: User | None) -> Graph:
    """The graph, with each key that stands in a header moved into a secret of the project and named instead. Joins the
    open transaction; the same header of the same node is the same secret, so saving again changes its value."""
    moved: dict[str, str] = {}
    nodes = tuple(_kept(pipeline, node, moved) for node in graph.nodes)
    if not moved:
        return graph
    for name, value in moved.items():
        row = Secret.objects.filter(project=pipeline.project_id, name=name).first()
        if row is None:
            row = Secret(project_id=pipeline.project_id, name=name)
        row.sealed, row.changed_by = sealed.seal(value), user
        row.save()
    return replace(graph, nodes=nodes)


def _kept(pipeline: Pipeline, node: GraphNode, moved: dict[str, str]) -> GraphNode:
    own = keys_in(node.config)
    if not own:
        return node
    names = {header: secret_name(header, pipeline.pk, node.id) for header in own}
    moved |= {names[header]: value for header, value in own.items()}
    return replace(node, config=named_instead(node.config, names))
