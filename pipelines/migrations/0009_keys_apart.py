"""Keys that lie in clear text in what was saved before there were secrets are moved into secrets of their project:
drafts, revisions, saved templates, and what was sent out of the house. Each graph runs on with the value it had."""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_hex
from typing import Any

from django.db import migrations

from alp_site.lib import sealed
from pipelines.engine.keys import keys_in, named_instead, secret_name


class Keys:
    """The secrets of each project as they are and become; one value has one name, another value of its place another."""

    def __init__(self, apps: Any) -> None:
        self.rows = apps.get_model("pipelines", "Secret").objects
        self.known = {(row.project_id, row.name): _opened(row.sealed) for row in self.rows.all()}

    def name(self, project: Any, base: str, value: str) -> str:
        number, name = 1, base
        while self.known.get((project, name), value) != value:
            number += 1
            name = f"{base}-{number}"
        if (project, name) not in self.known:
            self.rows.create(project_id=project, name=name, sealed=sealed.seal(value))
            self.known[project, name] = value
        return name

    def names(self, project: Any, config: Any, *place: Any) -> dict[str, str]:
        found = keys_in(config) if isinstance(config, dict) else {}
        return {header: self.name(project, secret_name(header, *place), value) for header, value in found.items()}

    def apart(self, project: Any, graph: dict[str, Any], place: Any) -> bool:
        """Whether keys stood in the graph; now they do not."""
        changed = False
        for node in graph.get("nodes") or ():
            if names := self.names(project, node.get("config"), place, node.get("id")):
                node["config"] = named_instead(node["config"], names)
                changed = True
        return changed


def _opened(text: str) -> str | None:
    """None, which is no key's value, for what another key of the house sealed."""
    try:
        return sealed.unseal(text)
    except sealed.Unreadable:
        return None


def move_keys(apps: Any, schema_editor: Any) -> None:
    keys = Keys(apps)
    pipelines = apps.get_model("pipelines", "Pipeline").objects
    revisions = apps.get_model("pipelines", "PipelineRevision").objects
    for row in _each(pipelines):
        # What runs comes first: its keys get the names that a save gives.
        numbers = revisions.filter(pipeline=row).order_by("-number").values_list("pk", flat=True)
        for pk in sorted(numbers, key=lambda one, runs=row.revision_id: one != runs):
            revision = revisions.get(pk=pk)
            if keys.apart(row.project_id, revision.graph, row.pk):
                revision.save(update_fields=["graph"])
        if keys.apart(row.project_id, row.draft, row.pk):
            row.draft_version += 1
            row.save(update_fields=["draft", "draft_version"])
    for row in _each(apps.get_model("pipelines", "SavedTemplate").objects):
        if keys.apart(row.project_id, row.graph, row.pk):
            row.save(update_fields=["graph"])
    for row in _each(apps.get_model("pipelines", "Delivery").objects.select_related("pipeline")):
        _mark(keys, row)


def _each(rows: Any) -> Iterable[Any]:
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
        yield rows.get(pk=pk)


def _mark(keys: Keys, delivery: Any) -> None:
    """The keys in a message become places where the secret is put in when it leaves again."""
    marker = delivery.message.get("marker") or token_hex(8)
    headers = {k: v for k, v in (delivery.message.get("headers") or {}).items() if f"({marker}:" not in str(v)}
    place = (delivery.pipeline_id, delivery.node_id)
    if names := keys.names(delivery.pipeline.project_id, {"headers": headers}, *place):
        marked = {header: f"({marker}:{name})" for header, name in names.items()}
        delivery.message |= {"marker": marker, "headers": {**delivery.message["headers"], **marked}}
        delivery.save(update_fields=["message"])


class Migration(migrations.Migration):
    dependencies = [
        ("pipelines", "0008_secrets"),
    ]

    operations = [
        migrations.RunPython(move_keys, migrations.RunPython.noop),
    ]
