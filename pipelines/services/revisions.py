"""Revisions: looked up for comparing, and put back into the draft."""

from __future__ import annotations

from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.lib.web import parse_uuid
from pipelines.engine.graph import Graph, to_json
from pipelines.models import Pipeline, PipelineRevision
from pipelines.services.graphs import current_graph, revision_graph, variables_of
from pipelines.services.pipelines import save_pipeline

__all__ = ["graph_named", "restore_revision"]


def graph_named(pipeline: Pipeline, name: str) -> tuple[Graph, PipelineRevision | None]:
    """``name``: "draft", "published", a revision's number or its id. The graph, and the revision unless it is the
    draft. A pipeline never published has an empty graph as "published". Raises Invalid."""
    if name == "draft":
        return current_graph(pipeline), None
    rows = PipelineRevision.objects.filter(pipeline=pipeline).select_related("published_by")
    if name == "published":
        found = rows.filter(pk=pipeline.revision_id).first() if pipeline.revision_id else None
        return (revision_graph(found), found) if found else (Graph(), None)
    number = name.isascii() and name.isdigit()
    found = (rows.filter(number=int(name[:9])) if number else rows.filter(pk=parse_uuid(name, "revision"))).first()
    if found is None:
        raise Invalid(f"The pipeline has no revision {name}.", revision=name)
    return revision_graph(found), found


def restore_revision(*, revision: PipelineRevision, seen_version: int | None = None) -> Pipeline:
    """Makes a revision's graph the draft. Variables that were dropped since come back with the value they had; those
    there are keep theirs, and none is thrown away. Nothing runs otherwise until it is published.

    Raises DraftMoved when ``seen_version`` is not the stored one.
    """
    with write():
        pipeline = revision.pipeline
        there = to_json(Graph(variables=variables_of(pipeline.pk)))["variables"]
        names = {part["name"] for part in there}
        missing = [part for part in revision.variables or [] if part["name"] not in names]
        graph = {**revision.graph, "variables": [*there, *missing]}
        return save_pipeline(pipeline=pipeline, graph=graph, seen_version=seen_version)
