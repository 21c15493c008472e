"""Agreement scores: written by a job from what was said, read by API and by the query language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from alp_site.lib import jobs
from alp_site.lib.ids import uuid7
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project, User
from datasets.models import Annotation, Dataset, Item, TestSetVersion
from datasets.selectors import items_for_query
from datasets.services import approval, labels
from datasets.services.annotations import apply_operations
from datasets.services.clones import clone_items
from datasets.services.datasets import create_dataset
from datasets.services.ontologies import create_ontology
from datasets.services.refs import RefChange, project_refs
from datasets.services.upload import add_many
from models_registry.models import ItemScore, Model, ScoreDue
from models_registry.services import prediction, scoring, versions
from tests.models_registry.conftest import Shapes, draw

pytestmark = pytest.mark.django_db
Train = Callable[..., Model]
ClientAs = Callable[[str], APIClient]
HALF = {"xyxy": [0, 0, 10, 20], "angle": 0}
WHOLE = {"xyxy": [0, 0, 20, 20], "angle": 0}


@pytest.fixture
def pictures(project: Project, owner: User) -> Dataset:
    """Three pictures of 20 by 20 pixels, to be labelled with boxes."""
    ontology = create_ontology(project=project, name="Blocks", labels=["cat", "dog"])
    dataset = create_dataset(project=project, name="Boxes", user=owner, ontology=ontology)
    add_many(dataset=dataset, files=[(f"/{at}.png", draw("disc", at)) for at in range(3)], user=owner)
    return dataset


def items_of(dataset: Dataset) -> list[Item]:
    return list(Item.objects.filter(dataset=dataset, type="file").order_by("filename"))


def act(item: Item, user: User, kind: str, **operation: Any) -> None:
    answers = apply_operations(
        item=item, user=user, operations=[{"op_id": str(uuid7()), "type": kind, **operation}]
    )  # fmt: skip
    assert answers[0]["status"] == 200, answers


def put(item: Item, user: User, label: str = "cat", geometry: Any = None, **more: Any) -> None:
    act(item, user, "create", data={"type": "box", "label": label, "geometry": geometry or WHOLE, **more})


def handed_in(item: Item, person: User, task: Any = None) -> None:
    change = RefChange(item.pk, "task", task or uuid7(), "completed", person.pk)
    project_refs([change])


def correct(item: Item, user: User, geometry: Any) -> None:
    row = Annotation.objects.get(item=item, deleted_at=None)
    act(item, user, "update", annotation=str(row.pk), base_revision=row.revision, data={"geometry": geometry})


def scores(client: APIClient, project: Project, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/projects/{project.pk}/scores/", query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


def compare(project: Project) -> None:
    """Asks for everything to be looked at, and waits. (That it is noted by itself has a test of its own: on PostgreSQL
    what a test has not committed is read by no listener.)"""
    scoring.request_scores(project_id=project.pk)
    jobs.run_pending()
    assert not failed_jobs()


def found(dataset: Dataset, dql: dict[str, Any]) -> set[Any]:
    return set(items_for_query(dataset, dql).values_list("pk", flat=True))


# ---- models


def scored(client: APIClient, model: Model) -> None:
    answer = client.post(f"/api/v1/projects/{model.project_id}/scores/", {"model": str(model.pk)}, format="json")
    assert answer.status_code == 202, answer.content
    jobs.run_pending()
    assert not failed_jobs()


def test_a_version_is_compared_on_its_test_set_and_wrong_items_are_found_by_query(
    train_now: Train, shapes: Shapes, client_as: ClientAs, project: Project
) -> None:
    model, client = train_now(configuration_changes={"epochs": 1}), client_as("engineer")
    scored(client, model)
    rows = scores(client, project, model=str(model.pk), limit=100)
    said = {row.item_id: row.label for row in model.predictions.all()}
    wrong = {item.pk for item in shapes.items["test"] if said[item.pk] != shapes.truth[item.pk]}
    assert 0 < len(wrong) < 24, "one epoch is neither nothing nor all"
    assert len(rows) == 24
    assert {row["item"] for row in rows if row["label"] == 0} == {str(pk) for pk in wrong}
    assert rows == sorted(rows, key=lambda row: (row["score"], row["id"]))
    assert {(row["attributes"], row["geometry"]) for row in rows} == {(None, None)}  # a classifier says neither
    assert found(shapes.dataset, {"scores.label": {"$lt": 0.5}}) == wrong
    assert found(shapes.dataset, {"scores": {"$match": {"model": str(uuid7()), "score": {"$lt": 0.5}}}}) == set()
    assert found(shapes.dataset, {"annotationScores": {"$match": {"truthLabel": "disc", "label": 0}}}) == {
        pk for pk in wrong if shapes.truth[pk] == "disc"
    }


def test_what_has_not_changed_is_not_compared_again(
    train_now: Train, shapes: Shapes, client_as: ClientAs, project: Project, owner: User
) -> None:
    model, client = train_now(configuration_changes={"epochs": 1}), client_as("owner")
    scored(client, model)
    before = {row["item"]: row["id"] for row in scores(client, project, limit=100)}
    item = shapes.items["test"][0]
    label = next(name for name in ("disc", "square") if name != shapes.truth[item.pk])
    labels.set_class_label(item_id=item.pk, label=label, author_user=owner)
    approval.approve(item_ids=[item.pk], approver=owner)
    answer = client.post(f"/api/v1/projects/{project.pk}/scores/", {}, format="json")
    assert answer.status_code == 202
    jobs.run_pending()
    after = {row["item"]: row["id"] for row in scores(client, project, limit=100)}
    assert after.keys() == before.keys()
    assert [pk for pk in after if after[pk] != before[pk]] == [str(item.pk)]
    assert not ScoreDue.objects.exists()


def test_a_job_that_dies_between_two_writes_is_done_again_without_a_row_too_many(
    train_now: Train, shapes: Shapes, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = train_now(configuration_changes={"epochs": 1})
    insert, calls = scoring._insert, []

    def dies_once(part: Any) -> None:
        calls.append(len(part))
        if len(calls) == 2:
            raise RuntimeError("gone")
        insert(part)

    monkeypatch.setattr(scoring, "ROWS", 8)
    monkeypatch.setattr(scoring, "_insert", dies_once)
    scoring.request_scores(project_id=project.pk, model_id=model.pk)
    jobs.run_pending()
    assert 0 < ItemScore.objects.filter(model=model).count() < 24
    Job.objects.filter(state="queued").update(run_after=timezone.now())  # as if the wait were over
    jobs.run_pending()
    assert len(calls) > 2
    assert ItemScore.objects.filter(model=model).count() == 24
    assert not ScoreDue.objects.exists()


def test_approval_of_what_a_detector_predicted_scores_it(
    pictures: Dataset, project: Project, owner: User, reviewer: User, client_as: ClientAs
) -> None:
    detector = untrained(pictures, project, owner)
    half, whole, empty = items_of(pictures)
    said = {half: [HALF], whole: [WHOLE, {"xyxy": [1, 1, 5, 5], "angle": 0}], empty: []}
    prediction.save([drafted(detector, item, boxes) for item, boxes in said.items()])
    for item in (half, whole):
        put(item, owner)
    approval.approve(item_ids=[half.pk, whole.pk, empty.pk], approver=reviewer)
    compare(project)
    client = client_as("viewer")
    by_item = {row["item"]: row for row in scores(client, project)}
    assert by_item[str(half.pk)]["geometry"] == pytest.approx(0.5)
    assert by_item[str(half.pk)]["score"] == pytest.approx(0.75)  # the label is right
    assert (by_item[str(whole.pk)]["matched"], by_item[str(whole.pk)]["found"]) == (1, 2)
    assert by_item[str(whole.pk)]["score"] == pytest.approx(0.5)  # the second box is one too many
    assert (by_item[str(empty.pk)]["score"], by_item[str(empty.pk)]["label"]) == (1.0, None)
    assert found(pictures, {"scores.geometry": {"$lt": 0.6}}) == {half.pk, whole.pk}
    [line] = client.get(f"/api/v1/projects/{project.pk}/scores/summary/").json()["items"]
    assert (line["who"]["name"], line["n"], line["score"]) == ("boxes", 3, pytest.approx(0.75))
    rows = client.get(f"/api/v1/projects/{project.pk}/scores/labels/").json()["items"]
    cat = next(row for row in rows if row["label"] == "cat")
    assert (cat["n"], cat["found"], cat["same"], cat["geometry"]) == (2, 2, 2, pytest.approx(0.75))
    [score] = client.get(f"/api/v1/items/{half.pk}/scores/").json()["items"]
    assert [pair["truth_label"] for pair in score["annotations"]] == ["cat"]


def drafted(model: Model, item: Item, boxes: list[dict[str, Any]]) -> prediction.PredictionDraft:
    drawn = [{"type": "box", "label": "cat", "geometry": one, "confidence": 0.9} for one in boxes]
    probs = np.zeros(2, "<f4").tobytes()
    return prediction.PredictionDraft(
        model.pk, item.pk, "cat", 0.9, 0.9, 0.1, probs, "d" * 64, item.pk.bytes, annotations=drawn
    )  # fmt: skip


def test_what_a_model_says_of_an_item_whose_truth_is_known_is_compared_without_anyone_asking(
    pictures: Dataset, project: Project, owner: User, reviewer: User, client_as: ClientAs
) -> None:
    detector = untrained(pictures, project, owner)
    known, withdrawn, open_one = items_of(pictures)
    for item in (known, withdrawn, open_one):
        put(item, owner)
    approval.approve(item_ids=[known.pk, withdrawn.pk], approver=reviewer)
    put(withdrawn, owner)  # what is there now nobody approved
    prediction.save([drafted(detector, item, [HALF]) for item in (known, withdrawn, open_one)])
    assert [due.item_id for due in ScoreDue.objects.all()] == [known.pk]
    run_due(project)
    [row] = scores(client_as("viewer"), project)
    assert (row["item"], row["geometry"]) == (str(known.pk), pytest.approx(0.5))


def test_predictions_saved_twice_leave_one_score_and_a_changed_one_takes_its_place(
    pictures: Dataset, project: Project, owner: User, reviewer: User, client_as: ClientAs
) -> None:
    detector = untrained(pictures, project, owner)
    item, client = items_of(pictures)[0], client_as("viewer")
    put(item, owner)
    approval.approve(item_ids=[item.pk], approver=reviewer)
    for _ in range(2):
        prediction.save([drafted(detector, item, [HALF])])
        run_due(project)
    [first] = scores(client, project)
    prediction.save([drafted(detector, item, [WHOLE])])
    run_due(project)
    [second] = scores(client, project)
    assert (first["geometry"], second["geometry"]) == (pytest.approx(0.5), pytest.approx(1.0))


def test_what_an_untrained_model_says_is_not_noted(
    pictures: Dataset, project: Project, owner: User, reviewer: User
) -> None:
    detector = untrained(pictures, project, owner)
    item = items_of(pictures)[0]
    put(item, owner)
    approval.approve(item_ids=[item.pk], approver=reviewer)
    prediction.save([replace(drafted(detector, item, [HALF]), weights_digest="")])
    assert not ScoreDue.objects.exists()


def test_predictions_of_approved_items_are_noted_in_a_few_statements_whatever_their_number(
    pictures: Dataset, project: Project, owner: User, reviewer: User
) -> None:
    add_many(dataset=pictures, files=[(f"/more-{at}.png", draw("disc", at)) for at in range(20)], user=owner)
    items = items_of(pictures)
    approval.approve(item_ids=[item.pk for item in items], approver=reviewer)
    counts = []
    for part in (items[:2], items[2:]):
        detector = untrained(pictures, project, owner, name=f"boxes {len(part)}")
        with CaptureQueriesContext(connection) as queries:
            prediction.save([drafted(detector, item, [HALF]) for item in part])
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert ScoreDue.objects.count() == len(items)
    run_due(project)
    assert ItemScore.objects.count() == len(items)


def untrained(pictures: Dataset, project: Project, owner: User, name: str = "boxes") -> Model:
    """A detector whose answers a test writes itself."""
    return versions.register_base_model(
        project_id=project.pk, name=name, adapter="centre_small", dataset=pictures, person_id=owner.pk,
        configuration_values={},
    )  # fmt: skip


def run_due(project: Project) -> None:
    """What the clock does every half minute."""
    scoring.request_due()
    jobs.run_pending()
    assert not failed_jobs()
    assert not ScoreDue.objects.filter(project_id=project.pk).exists()


# ---- people


def test_a_person_is_held_against_the_approval_and_the_reviewer_is_not(
    pictures: Dataset, project: Project, annotator: User, reviewer: User, client_as: ClientAs
) -> None:
    item, task = items_of(pictures)[0], uuid7()
    put(item, annotator, geometry=HALF)
    handed_in(item, annotator, task)
    correct(item, reviewer, WHOLE)
    put(item, reviewer, "dog", {"xyxy": [12, 12, 18, 18], "angle": 0})
    approval.approve(item_ids=[item.pk], approver=reviewer)
    compare(project)
    client = client_as("reviewer")
    [row] = scores(client, project, kind="person")
    assert row["person"]["name"] == annotator.name
    assert row["task"] == str(task)
    assert (row["truths"], row["found"], row["matched"]) == (2, 1, 1)
    assert row["geometry"] == pytest.approx(0.25)  # half of the one, nothing of the other
    assert found(pictures, {"scores": {"$match": {"person": annotator.email, "geometry": {"$lt": 0.5}}}}) == {item.pk}
    assert client_as("viewer").get(f"/api/v1/projects/{project.pk}/scores/?kind=person").status_code == 403
    kinds = client_as("viewer").get(f"/api/v1/items/{item.pk}/scores/").json()["items"]
    assert kinds == []  # figures of people are not for viewers


def test_who_approves_their_own_work_is_not_scored(
    pictures: Dataset, project: Project, reviewer: User, client_as: ClientAs
) -> None:
    item = items_of(pictures)[0]
    put(item, reviewer)
    handed_in(item, reviewer)
    approval.approve(item_ids=[item.pk], approver=reviewer)
    compare(project)
    assert scores(client_as("reviewer"), project, kind="person") == []


def test_two_people_with_a_copy_each_are_held_against_each_other(
    pictures: Dataset, project: Project, owner: User, annotator: User, engineer: User, client_as: ClientAs
) -> None:
    item = items_of(pictures)[0]
    copies = []
    for person, geometry in ((annotator, HALF), (engineer, WHOLE)):
        own = create_dataset(project=project, name=f"Copy of {person.name}", user=owner, ontology=pictures.ontology)
        [pk] = clone_items(items=[item.pk], target_dataset=own, user=owner, only_approved=False).values()
        copy = Item.objects.get(pk=pk)
        put(copy, person, geometry=geometry)
        handed_in(copy, person)
        copies.append(copy)
    compare(project)
    [row] = scores(client_as("reviewer"), project, kind="people")
    assert row["item"] == str(item.pk)
    assert {row["person"]["name"], row["other"]["name"]} == {annotator.name, engineer.name}
    assert (row["geometry"], row["attributes"], row["score"]) == (pytest.approx(0.5), 1.0, pytest.approx(2.5 / 3))


def test_of_two_labellers_of_one_item_the_first_is_not_asked_what_the_second_added(
    pictures: Dataset, project: Project, annotator: User, engineer: User, reviewer: User, client_as: ClientAs
) -> None:
    item = items_of(pictures)[0]
    put(item, annotator)
    handed_in(item, annotator)
    put(item, engineer, "dog", HALF)
    handed_in(item, engineer)
    approval.approve(item_ids=[item.pk], approver=reviewer)
    compare(project)
    rows = {row["person"]["name"]: row for row in scores(client_as("reviewer"), project, kind="person")}
    assert (rows[annotator.name]["truths"], rows[annotator.name]["score"]) == (1, 1.0)
    assert (rows[engineer.name]["truths"], rows[engineer.name]["score"]) == (2, 1.0)
    assert scores(client_as("reviewer"), project, kind="people") == []  # the second saw what the first drew


def test_a_withdrawn_truth_takes_its_scores_along(
    pictures: Dataset, project: Project, annotator: User, reviewer: User, client_as: ClientAs
) -> None:
    item, act_of_approval = items_of(pictures)[0], uuid7()
    put(item, annotator)
    handed_in(item, annotator)
    approval.approve(item_ids=[item.pk], approver=reviewer, refs={item.pk: act_of_approval})
    compare(project)
    assert len(scores(client_as("reviewer"), project, kind="person")) == 1
    approval.withdraw_approval(item_id=item.pk, ref=act_of_approval)
    compare(project)
    assert scores(client_as("reviewer"), project, kind="person") == []


@pytest.mark.django_db(transaction=True)
def test_what_is_approved_is_compared_without_anyone_asking(
    pictures: Dataset, project: Project, annotator: User, reviewer: User, client_as: ClientAs
) -> None:
    item = items_of(pictures)[0]
    put(item, annotator)
    handed_in(item, annotator)
    approval.approve(item_ids=[item.pk], approver=reviewer)
    settle()
    assert [row["score"] for row in scores(client_as("reviewer"), project, kind="person")] == [1.0]
    assert not ScoreDue.objects.exists()


# ---- the doors


def test_the_list_is_read_page_by_page_with_the_same_number_of_queries(
    pictures: Dataset,
    project: Project,
    annotator: User,
    reviewer: User,
    client_as: ClientAs,
    django_assert_max_num_queries: Any,
) -> None:
    for item in items_of(pictures):
        put(item, annotator)
        handed_in(item, annotator)
    approval.approve(item_ids=[item.pk for item in items_of(pictures)], approver=reviewer)
    compare(project)
    client, url = client_as("reviewer"), f"/api/v1/projects/{project.pk}/scores/?kind=person&limit=2"
    with django_assert_max_num_queries(8):
        first = client.get(url).json()
    second = client.get(f"{url}&after={first['next']}").json()
    assert second["next"] is None
    assert len({row["item"] for row in [*first["items"], *second["items"]]}) == 3


@pytest.mark.parametrize("query", ["kind=robot", "below=much", "model=7"])
def test_what_cannot_be_asked_is_refused(client_as: ClientAs, project: Project, query: str) -> None:
    assert client_as("owner").get(f"/api/v1/projects/{project.pk}/scores/?{query}").status_code == 400


def test_a_version_without_weights_cannot_be_compared(
    base: Model, frozen: TestSetVersion, client_as: ClientAs, project: Project
) -> None:
    answer = client_as("owner").post(f"/api/v1/projects/{project.pk}/scores/", {"model": str(base.pk)}, format="json")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "not_trained"
