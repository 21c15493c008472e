"""Consensus: people label copies of their own, what they agree on comes back to the item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from alp_site.lib.ids import uuid7
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Membership, Project, User
from alp_site.people.services import create_user
from annotation.models import Task
from annotation.services import status
from datasets.models import Annotation, Dataset, Item
from datasets.selectors import class_labels
from datasets.services import create_dataset
from datasets.services.annotations import apply_operations
from pipelines.engine.graph import from_json
from pipelines.engine.validate import validate
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.services.pipelines import create_pipeline, start_pipeline
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, link, node
from tests.pipelines.nodes.conftest import Upload, counts, real, take

pytestmark = pytest.mark.django_db
Panel = Callable[..., Pipeline]


@pytest.fixture
def second(project: Project) -> User:
    made = create_user(email="second@example.org", name="Second", password="blue-heron-41")
    Membership.objects.create(project=project, user=made, role="annotator")
    return made


@pytest.fixture
def panel(project: Project, raw: Dataset, owner: User) -> Panel:
    """``panel(people=2, threshold=1)`` → a started pipeline: a copy and a task for each, then the consensus."""

    def make(*, types: list[str] | None = None, **config: Any) -> Pipeline:
        config = {"people": 2, **config}
        names = ("first", "second", "third")[: config["people"]]
        nodes = [real("raw", "dataset", inputs={"dataset": {"fixed": str(raw.pk)}}), real("f", "consensus", **config)]
        links = ["raw -> f.item", link("f -> yes", action="agree"), link("f -> no", action="disagree")]
        for name in names:
            own = create_dataset(project=project, name=f"Copies {name}", user=owner, ontology=raw.ontology)
            nodes += [
                real(f"copy_{name}", "dataset", inputs={"dataset": {"fixed": str(own.pk)}}),
                real(f"task_{name}", "annotation_task", batch_size=20, max_workload=20,
                     annotation_types=types or ["class"]),
            ]  # fmt: skip
            links += [f"raw -> copy_{name}", f"copy_{name} -> task_{name}"]
            links.append(link(f"task_{name} -> f.{name}", action="completed"))
        spec = graph([*nodes, node("yes"), node("no")], links)
        return start_pipeline(pipeline=create_pipeline(project=project, name="Panel", graph=spec))

    return make


def label(pipeline: Pipeline, name: str, person: User, says: dict[str, str]) -> None:
    """Answers that person's task: filename → label."""
    for ti in take(Task.objects.get(pipeline_id=pipeline.pk, node_id=f"task_{name}"), person):
        status.complete(task_item_id=ti.pk, person=person, label=says[ti.item.filename])
    settle()


def draw(item: Item, person: User, x: float) -> None:
    box = {"xyxy": [x, 2, x + 10, 12], "angle": 0}
    operation = {
        "op_id": str(uuid7()), "type": "create", "data": {"type": "box", "label": "circle", "geometry": box},
    }  # fmt: skip
    assert apply_operations(item=item, operations=[operation], user=person)[0]["status"] == 200


def after(pipeline: Pipeline, node_id: str) -> set[str]:
    return set(NodeExecution.objects.filter(pipeline=pipeline, node_id=node_id).values_list("arrived__item", flat=True))


def test_people_label_their_own_copies_and_agreement_comes_back_to_the_item(
    panel: Panel, upload: Upload, annotator: User, second: User
) -> None:
    pipeline = panel(approve=True)
    same, different = upload(2)
    settle()
    label(pipeline, "first", annotator, {same.filename: "circle", different.filename: "circle"})
    assert counts(pipeline, "f") == {}, "it waits for the other person"
    label(pipeline, "second", second, {same.filename: "circle", different.filename: "square"})
    assert failed_jobs() == []
    assert (after(pipeline, "yes"), after(pipeline, "no")) == ({str(same.pk)}, {str(different.pk)})
    assert class_labels([same.pk, different.pk]) == {same.pk: "circle"}
    (merged,) = Annotation.objects.filter(item=same, deleted_at=None)
    assert (merged.creator, merged.approved_rule) == (annotator, "consensus of 2: agreement at least 0.8")
    assert not Annotation.objects.filter(item=different).exists()
    assert {c.memory["consensus"] for c in Cycle.objects.filter(pipeline=pipeline)} == {0.0, 1.0}
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}


def report(client: APIClient, pipeline: Pipeline) -> list[dict[str, Any]]:
    """What the panel of the consensus tells of it, by its numbers."""
    return client.get(f"/api/v1/pipelines/{pipeline.pk}/nodes/f/").json()["figures"]


def test_one_person_does_not_agree_with_themselves(
    panel: Panel, upload: Upload, annotator: User, client_as: ClientAs
) -> None:
    pipeline = panel()
    (item,) = upload(1)
    settle()
    for name in ("first", "second"):
        label(pipeline, name, annotator, {item.filename: "circle"})
    assert after(pipeline, "no") == {str(item.pk)}
    assert report(client_as("viewer"), pipeline) == [], "that is no agreement of people"


def test_agreement_so_far_is_told_beyond_chance_with_one_query_however_much_there_is(
    panel: Panel, upload: Upload, annotator: User, second: User, client_as: ClientAs
) -> None:
    pipeline, client = panel(), client_as("viewer")
    assert report(client, pipeline) == [], "nothing was compared yet"

    def say(first: str, other: str) -> None:
        (item,) = upload(1)
        settle()
        label(pipeline, "first", annotator, {item.filename: first})
        label(pipeline, "second", second, {item.filename: other})

    say("circle", "circle")
    with CaptureQueriesContext(connection) as one:
        (told,) = report(client, pipeline)
    assert (told["title"], told["over"]) == ("Agreement so far", "1 item (1 unit)")
    assert [(v["name"], v["value"]) for v in told["values"]] == [("mean", 1.0), ("alpha", None)]
    assert "nothing tells agreement from chance" in told["values"][1]["why"]
    for first, other in (("square", "square"), ("circle", "square"), ("circle", "circle")):
        say(first, other)
    with CaptureQueriesContext(connection) as four:
        (told,) = report(client, pipeline)
    assert len(four) == len(one)
    assert told["over"] == "4 items (4 units)"
    assert "beyond chance" in told["doc"]
    mean, alpha = told["values"]
    assert mean == {"name": "mean", "value": 0.75, "why": ""}
    # Eight values, five circles: 1 - (8 - 1) * (8 - 6) / (8 * 8 - 5 * 5 - 3 * 3)
    assert (alpha["name"], alpha["value"]) == ("alpha", pytest.approx(1 - 7 * 2 / 30))
    NodeExecution.objects.filter(node_id="f", action="disagree").update(noted=None)
    (told,) = report(client, pipeline)
    assert (told["over"], told["values"][0]["value"]) == ("3 items (3 units)", 1.0), "one from before is left out"
    ids = NodeExecution.objects.filter(pipeline=pipeline, node_id="f").values_list("cycle_id", flat=True)
    again = {"node": "f", "cycles": [str(pk) for pk in ids]}
    assert (
        client_as("engineer").post(f"/api/v1/pipelines/{pipeline.pk}/rerun/", again, format="json").data["count"] == 4
    )
    settle()
    assert counts(pipeline, "f") == {"done": 8}
    (told,) = report(client, pipeline)
    assert (told["over"], told["values"][0]["value"]) == ("4 items (4 units)", 0.75), "each cycle counts once"


def test_a_majority_of_three_suffices_where_the_threshold_says_so(
    panel: Panel, upload: Upload, annotator: User, second: User, reviewer: User
) -> None:
    pipeline = panel(people=3, threshold=0.3)
    (item,) = upload(1)
    settle()
    for name, person, said in (
        ("first", annotator, "square"),
        ("second", second, "circle"),
        ("third", reviewer, "circle"),
    ):
        label(pipeline, name, person, {item.filename: said})
    assert after(pipeline, "yes") == {str(item.pk)}
    (merged,) = Annotation.objects.filter(item=item, deleted_at=None)
    assert merged.label == "circle"
    assert merged.approved_revision is None, "agreement is no approval unless the node says so"


def test_boxes_are_merged_to_the_one_most_like_the_others(
    panel: Panel, upload: Upload, annotator: User, second: User, reviewer: User
) -> None:
    pipeline = panel(people=3, types=["box"])
    (item,) = upload(1)
    settle()
    for name, person, x in (("first", annotator, 4), ("second", second, 5), ("third", reviewer, 7)):
        (ti,) = take(Task.objects.get(pipeline_id=pipeline.pk, node_id=f"task_{name}"), person)
        draw(ti.item, person, x)
        status.complete(task_item_id=ti.pk, person=person)
        settle()
    assert after(pipeline, "yes") == {str(item.pk)}
    (merged,) = Annotation.objects.filter(item=item, deleted_at=None)
    assert merged.geometry["xyxy"] == [5, 2, 15, 12]
    assert merged.creator == second
    noted = NodeExecution.objects.get(pipeline=pipeline, node_id="f").noted
    assert noted["units"]["box"] == [[["circle", "circle", "circle"], 1]]


def test_a_discarded_copy_holds_the_item_back(panel: Panel, upload: Upload, annotator: User, second: User) -> None:
    pipeline = panel()
    (item,) = upload(1)
    settle()
    label(pipeline, "first", annotator, {item.filename: "circle"})
    (ti,) = take(Task.objects.get(pipeline_id=pipeline.pk, node_id="task_second"), second)
    status.discard(task_item_id=ti.pk, person=second)
    settle()
    assert after(pipeline, "yes") | after(pipeline, "no") == set()
    assert set(Cycle.objects.filter(pipeline=pipeline).values_list("status", flat=True)) == {"done"}


def test_two_inputs_from_one_node_are_one_person() -> None:
    nodes = [node("a"), node("b"), real("f", "consensus")]
    spec = graph(nodes, ["a -> b", "a -> f.item", "b -> f.first", "b -> f.second"])
    assert {p.code for p in validate(from_json(spec)) if p.node == "f"} == {"same_copy"}
