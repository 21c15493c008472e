"""Operations, revisions, class labels, approval."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from alp_site.lib import db, ids
from alp_site.lib.errors import Invalid, NotFound
from alp_site.lib.models import Event
from alp_site.people.models import User
from datasets import selectors
from datasets.errors import GeometryInvalid, LabelInUse, VersionStale
from datasets.models import Annotation, AnnotationRevision, Item, Label
from datasets.services import ClassLabel, approve, set_class_label, set_class_labels
from datasets.services.annotations import apply_operations, fold, forget_operations, restore_revision
from datasets.services.ontologies import update_label

pytestmark = [pytest.mark.django_db, pytest.mark.scale]
Fill = Callable[..., list[Item]]


def op(kind: str, annotation: Any = None, base: int | None = None, **data: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"op_id": str(ids.uuid7()), "type": kind, "data": data}
    if annotation is not None:
        made["annotation"] = str(annotation)
    if base is not None:
        made["base_revision"] = base
    return made


@pytest.fixture
def item(fill: Fill) -> Item:
    return fill(1)[0]


def apply(item: Item, user: User, *operations: dict[str, Any], visit: uuid.UUID | None = None) -> list[dict[str, Any]]:
    return apply_operations(item=item, operations=operations, user=user, visit=visit)


def test_create_update_delete_restore_each_raise_revision_and_content_version(item: Item, engineer: User) -> None:
    made = apply(item, engineer, op("create", label="robin"))[0]
    key = made["annotation"]["id"]
    assert (made["status"], made["annotation"]["revision"], made["content_version"]) == (200, 1, 1)
    answers = apply(item, engineer, op("update", key, 1, label="wren"), op("delete", key, 2), op("restore", key, 3))
    assert [(a["status"], a["annotation"]["revision"], a["content_version"]) for a in answers] == [
        (200, 2, 2),
        (200, 3, 3),
        (200, 4, 4),
    ]
    item.refresh_from_db()
    assert (item.content_version, item.annotated) == (4, True)
    kept = AnnotationRevision.objects.filter(item=item).order_by("revision").values_list("action", "label")
    assert list(kept) == [("create", "robin"), ("update", "wren"), ("delete", "wren"), ("restore", "wren")]


def test_a_repeated_op_id_returns_the_first_answer_and_changes_nothing(item: Item, engineer: User) -> None:
    operation = op("create", label="robin")
    first = apply(item, engineer, operation)
    assert apply(item, engineer, operation) == first
    assert apply(item, engineer, operation, operation) == first * 2
    item.refresh_from_db()
    assert (item.content_version, Annotation.objects.count()) == (1, 1)


def test_an_op_id_used_elsewhere_or_by_someone_else_is_a_conflict(fill: Fill, engineer: User, reviewer: User) -> None:
    one, two = fill(2)
    operation = op("create", label="robin")
    apply(one, engineer, operation)
    assert apply(two, engineer, operation)[0]["status"] == 409
    assert apply(one, reviewer, operation)[0]["status"] == 409
    assert Annotation.objects.count() == 1


def test_a_stale_operation_gets_412_with_the_present_state_and_the_others_apply(item: Item, engineer: User) -> None:
    key = apply(item, engineer, op("create", label="robin"))[0]["annotation"]["id"]
    apply(item, engineer, op("update", key, 1, label="wren"))
    answers = apply(item, engineer, op("update", key, 1, label="owl"), op("delete", key, 2))
    assert [a["status"] for a in answers] == [412, 200]
    assert answers[0]["error"]["code"] == "revision_stale"
    assert answers[0]["annotation"]["label"] == "wren"


def test_only_restore_brings_a_deleted_annotation_back(item: Item, engineer: User) -> None:
    key = apply(item, engineer, op("create", label="robin"))[0]["annotation"]["id"]
    apply(item, engineer, op("delete", key, 1))
    item.refresh_from_db()
    assert not item.annotated
    assert apply(item, engineer, op("update", key, 2, label="owl"))[0]["status"] == 412
    assert apply(item, engineer, op("restore", key, 2))[0]["annotation"]["deleted"] is False


def test_one_live_annotation_an_exclusive_group(item: Item, engineer: User) -> None:
    first = apply(item, engineer, op("create", label="robin"))[0]["annotation"]
    refused = apply(item, engineer, op("create", label="owl"))[0]
    assert (refused["status"], refused["annotation"]["id"]) == (412, first["id"])
    done = apply(item, engineer, op("delete", first["id"], 1), op("create", label="owl"))
    assert [a["status"] for a in done] == [200, 200]
    assert apply(item, engineer, op("restore", first["id"], 2))[0]["status"] == 412


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        (op("create", label="dragon"), "label"),
        (op("create"), "label"),
        (op("create", label="robin", type="hexagon"), "name"),
        (op("create", label="robin", geometry=[1, 2]), "type"),
        (op("create", label="robin", colour="red"), "data"),
        (op("create", label="robin", confidence=1.5), "confidence"),
        (op("create", label="robin", model_id=str(uuid.uuid4())), "confidence"),
        (op("create", "not-an-id", label="robin"), "annotation"),
        (op("create", uuid.uuid4(), label="robin"), "annotation"),
        (op("paint"), "type"),
    ],
)
def test_a_malformed_operation_says_which_field(item: Item, engineer: User, operation: Any, field: str) -> None:
    answers = apply(item, engineer, operation, op("create", label="robin"))
    assert [a["status"] for a in answers] == [400, 200]
    data = answers[0]["error"]["data"]
    assert field in data or data.get("field") == field


def test_client_made_ids_are_taken_and_a_used_one_conflicts(item: Item, engineer: User, fill: Fill) -> None:
    key = ids.uuid7()
    assert apply(item, engineer, op("create", key, label="robin"))[0]["annotation"]["id"] == str(key)
    other = fill(1, first=10)[0]
    assert apply(other, engineer, op("create", key, label="robin"))[0]["status"] == 409
    ahead = uuid.UUID(int=key.int + (600_000 << 80))
    assert apply(other, engineer, op("create", ahead, label="robin"))[0]["status"] == 400


def test_revisions_of_a_visit_are_folded_into_the_last(item: Item, engineer: User, reviewer: User) -> None:
    visit = uuid.uuid4()
    key = apply(item, engineer, op("create", label="robin"), visit=visit)[0]["annotation"]["id"]
    apply(item, engineer, op("update", key, 1, label="wren"), op("update", key, 2, label="owl"), visit=visit)
    apply(item, reviewer, op("update", key, 3, label="wren"), visit=uuid.uuid4())
    assert fold(item_ids=[item.pk], user=engineer, visit=visit) == 2
    left = AnnotationRevision.objects.order_by("revision").values_list("revision", "label")
    assert list(left) == [(3, "owl"), (4, "wren")]
    assert fold(item_ids=[item.pk], user=engineer, visit=visit) == 0


def test_an_approved_revision_is_never_folded(item: Item, engineer: User) -> None:
    visit = uuid.uuid4()
    key = apply(item, engineer, op("create", label="robin"), visit=visit)[0]["annotation"]["id"]
    approve(item_ids=[item.pk], rule="sure enough")
    apply(item, engineer, op("update", key, 1, label="wren"), op("update", key, 2, label="owl"), visit=visit)
    fold(item_ids=[item.pk], user=engineer, visit=visit)
    assert list(AnnotationRevision.objects.order_by("revision").values_list("revision", flat=True)) == [1, 3]


def test_an_old_revision_can_be_restored(item: Item, engineer: User, reviewer: User) -> None:
    key = apply(item, engineer, op("create", label="robin"))[0]["annotation"]["id"]
    apply(item, engineer, op("update", key, 1, label="wren"))
    row = Annotation.objects.get(pk=key)
    restore_revision(annotation=row, revision=1, user=reviewer)
    row.refresh_from_db()
    assert (row.label, row.revision, row.updated_by) == ("robin", 3, reviewer)
    with pytest.raises(NotFound):
        restore_revision(annotation=row, revision=9, user=reviewer)


def test_answers_are_forgotten_after_thirty_days(item: Item, engineer: User) -> None:
    import datetime as dt

    from datasets.models import Operation

    operation = op("create", label="robin")
    apply(item, engineer, operation)
    assert forget_operations() == 0
    Operation.objects.update(created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert forget_operations() == 1


# ---- class labels


def test_set_class_label_replaces_and_the_same_again_changes_nothing(item: Item, engineer: User) -> None:
    assert set_class_label(item_id=item.pk, label="robin", author_user=engineer) == 1
    assert set_class_label(item_id=item.pk, label="robin", author_user=engineer) == 1
    assert set_class_label(item_id=item.pk, label="owl", author_user=engineer) == 2
    row = Annotation.objects.get()
    assert (row.label, row.revision) == ("owl", 2)
    assert set_class_label(item_id=item.pk, label=None, author_user=engineer) == 3
    item.refresh_from_db()
    assert not item.annotated


def test_set_class_label_with_a_repeated_op_id_answers_as_before(item: Item, engineer: User) -> None:
    key = ids.uuid7()
    assert set_class_label(item_id=item.pk, label="robin", author_user=engineer, op_id=key) == 1
    set_class_label(item_id=item.pk, label="owl", author_user=engineer)
    assert set_class_label(item_id=item.pk, label="robin", author_user=engineer, op_id=key) == 1
    assert Annotation.objects.get().label == "owl"


def test_set_class_label_on_an_item_that_moved_is_stale(item: Item, engineer: User) -> None:
    set_class_label(item_id=item.pk, label="robin", author_user=engineer, seen_version=0)
    with pytest.raises(VersionStale):
        set_class_label(item_id=item.pk, label="owl", author_user=engineer, seen_version=0)
    with pytest.raises(Invalid, match="dragon"):
        set_class_label(item_id=item.pk, label="dragon", author_user=engineer)


def test_a_correction_of_a_suggestion_takes_its_author_off(item: Item, engineer: User) -> None:
    prediction, model = uuid.uuid4(), uuid.uuid4()
    set_class_label(item_id=item.pk, label="robin", author_user=None, model_id=model, model_name="v7", confidence=0.8)
    set_class_label(item_id=item.pk, label="robin", author_user=engineer, source_prediction=prediction)
    row = Annotation.objects.get()
    assert (row.model_id, row.confidence, row.source_prediction, row.revision) == (None, None, prediction, 2)


def test_labels_beside_others_do_not_replace_each_other(fill: Fill, dataset: Any, engineer: User) -> None:
    from datasets.services.ontologies import add_label

    item = fill(1)[0]
    for name in ("wet", "blurred"):
        add_label(ontology=dataset.ontology, name=name, group="")
        set_class_label(item_id=item.pk, label=name, author_user=engineer)
    set_class_label(item_id=item.pk, label="owl", author_user=engineer)
    approve(item_ids=[item.pk], rule="r")
    assert selectors.class_label_sets([item.pk]) == {item.pk: ["blurred", "owl", "wet"]}


def test_a_thousand_labels_cost_a_few_queries_a_chunk(
    fill: Fill, engineer: User, django_assert_max_num_queries: Any
) -> None:
    rows = fill(400)
    entries = [ClassLabel(row.pk, ("robin", "owl")[n % 2]) for n, row in enumerate(rows)]
    chunks = -(-len(rows) // db.bulk_size())
    with django_assert_max_num_queries(10 + 10 * chunks):
        versions = set_class_labels(entries=entries, author_user=engineer)
    assert set(versions.values()) == {1}
    with django_assert_max_num_queries(10 + 10 * chunks):
        assert len(approve(item_ids=[row.pk for row in rows], approver=engineer).approved) == 400
    assert len(selectors.class_labels([row.pk for row in rows])) == 400
    told = Event.objects.filter(type="annotation.saved")
    assert sum(len(e.ids) for e in told) == 400


# ---- approval


def test_approval_makes_ground_truth_and_a_later_edit_takes_it_back(item: Item, engineer: User, reviewer: User) -> None:
    set_class_label(item_id=item.pk, label="robin", author_user=engineer)
    truth = selectors.ground_truth_items(item.dataset)
    assert not truth.exists()
    approve(item_ids=[item.pk], approver=reviewer)
    assert truth.get() == item
    assert selectors.class_labels(truth) == {item.pk: "robin"}
    row = Annotation.objects.get()
    assert (row.approved_revision, row.approved_by) == (1, reviewer)
    set_class_label(item_id=item.pk, label="owl", author_user=engineer)
    assert not truth.exists()
    assert selectors.class_labels([item.pk]) == {}
    item.refresh_from_db()
    payload = selectors.item_payload(item)
    assert (payload["groundTruth"], payload["changedSinceApproval"]) == (False, True)


def test_deleting_an_approved_annotation_is_a_change_too(item: Item, engineer: User) -> None:
    key = apply(item, engineer, op("create", label="robin"))[0]["annotation"]["id"]
    approve(item_ids=[item.pk], rule="r")
    apply(item, engineer, op("delete", key, 1))
    assert not selectors.ground_truth_items(item.dataset).exists()


def test_approval_of_what_moved_is_stale(fill: Fill, engineer: User) -> None:
    one, two = fill(2)
    set_class_label(item_id=one.pk, label="robin", author_user=engineer)
    with pytest.raises(VersionStale):
        approve(item_ids=[one.pk], approver=engineer, seen_versions={one.pk: 0})
    done = approve(item_ids=[one.pk, two.pk], approver=engineer, seen_versions={one.pk: 0, two.pk: 0}, strict=False)
    assert (done.approved, done.stale) == ([two.pk], {one.pk: 1})


def test_approving_again_tells_nobody(item: Item, engineer: User) -> None:
    set_class_label(item_id=item.pk, label="robin", author_user=engineer)
    approve(item_ids=[item.pk], approver=engineer)
    approve(item_ids=[item.pk], approver=engineer)
    assert Event.objects.filter(type="item.approved").count() == 1
    with pytest.raises(Invalid):
        approve(item_ids=[item.pk])


def test_an_annotator_may_annotate_what_was_given_to_them_only(
    fill: Fill, client_as: Any, annotator: User, viewer: User
) -> None:
    from datasets.services.refs import RefChange, project_refs

    mine, other = fill(2)
    project_refs([RefChange(mine.pk, "task", uuid.uuid4(), "", annotator.pk)])
    client = client_as("annotator")
    body = {"operations": [op("create", label="robin")]}
    assert client.post(f"/api/v1/items/{other.pk}/annotations/", body).status_code == 404
    assert client.post(f"/api/v1/items/{mine.pk}/annotations/", body).json()["answers"][0]["status"] == 200
    assert client.get(f"/api/v1/items/{mine.pk}/stream/").status_code == 200
    found = client.post(f"/api/v1/datasets/{mine.dataset_id}/items/query/", {"filter": {}, "count": True}).json()
    assert [row["id"] for row in found["items"]] == [str(mine.pk)]
    assert found["totalItemsCount"] == 1


def test_a_repeated_conflict_keeps_its_answer(item: Item, engineer: User) -> None:
    key = apply(item, engineer, op("create", label="robin"))[0]["annotation"]["id"]
    stale = op("update", key, 7, label="owl")
    assert apply(item, engineer, stale)[0]["status"] == 412
    assert apply(item, engineer, stale)[0]["status"] == 412


TRIANGLE = {"names": ["top", "left", "right"], "edges": [[0, 1], [1, 2]]}


@pytest.fixture
def bird(item: Item) -> Label:
    """A label of the item's ontology with a skeleton of three keypoints."""
    label = item.dataset.ontology.labels.get(name="robin")  # type: ignore[union-attr]
    return update_label(label=label, skeleton={"names": [" top ", "left", "right"], "edges": [[1, 0], [1, 2], [0, 1]]})


def test_skeleton_template_when_set_then_kept_in_normal_form(bird: Label) -> None:
    bird.refresh_from_db()
    assert bird.skeleton == TRIANGLE


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ([], "A skeleton template is"),
        ({"names": []}, "1 to 1,000"),
        ({"names": ["a", " a"]}, "no name twice"),
        ({"names": ["", "b"]}, "1 to 100 characters"),
        ({"names": ["a", "b"], "edges": [[0, 2]]}, "by their place, 0 to 1"),
        ({"names": ["a", "b"], "edges": [[0, True]]}, "by their place"),
        ({"names": ["a", "b"], "edges": [[1, 1]]}, "two different"),
    ],
)
def test_skeleton_template_when_wrong_then_says_what(bird: Label, template: Any, says: str) -> None:
    with pytest.raises(GeometryInvalid, match=says):
        update_label(label=bird, skeleton=template)
    bird.refresh_from_db()
    assert bird.skeleton == TRIANGLE


def test_skeleton_when_created_then_fits_the_template_of_its_label(item: Item, bird: Label, engineer: User) -> None:
    def made(label: str, *keypoints: list[float]) -> dict[str, Any]:
        drawn = op("create", type="skeleton", label=label, geometry={"keypoints": list(keypoints)})
        return apply(item, engineer, drawn)[0]

    fits = made("robin", [1, 1, 2], [2, 3, 1], [0, 0, 0])
    assert fits["annotation"]["geometry"] == {"keypoints": [[1, 1, 2], [2, 3, 1], [0, 0, 0]]}
    short = made("robin", [1, 1, 2])
    assert (short["status"], short["error"]["data"]["wanted"]) == (400, 3)
    assert "has no skeleton" in made("wren", [1, 1, 2])["error"]["message"]
    # Another label whose template does not fit is refused for a skeleton that is there already.
    key = fits["annotation"]["id"]
    assert apply(item, engineer, op("update", key, 1, label="wren"))[0]["status"] == 400


def test_skeleton_template_when_drawn_then_its_count_stays(item: Item, bird: Label, engineer: User) -> None:
    drawn = op("create", type="skeleton", label="robin", geometry={"keypoints": [[1, 1, 2], [2, 3, 1], [0, 0, 0]]})
    key = apply(item, engineer, drawn)[0]["annotation"]["id"]
    for other in (None, {"names": ["a", "b"]}):
        with pytest.raises(LabelInUse, match="1 skeletons"):
            update_label(label=bird, skeleton=other)
    renamed = {"names": ["a", "b", "c"], "edges": []}
    assert update_label(label=bird, skeleton=renamed).skeleton == renamed
    apply(item, engineer, op("delete", key, 1))
    assert update_label(label=bird, skeleton=None).skeleton is None


@pytest.mark.parametrize(
    ("kind", "geometry", "normal"),
    [
        ("box", {"xyxy": [1, 1, 3, 4]}, {"xyxy": [1, 1, 3, 4], "angle": 0}),
        ("polygon", {"rings": [[[0, 0], [5, 0], [0, 5], [0, 0]]]}, {"rings": [[[0, 0], [5, 0], [0, 5]]]}),
        ("mask", {"box": [0, 0, 4, 1], "rle": [1, 2, 1]}, {"box": [1, 0, 2, 1], "rle": [0, 2]}),
        ("point", {"xy": [8, 6]}, {"xy": [8, 6]}),
        ("polyline", {"points": [[0, 0], [5, 5]]}, {"points": [[0, 0], [5, 5]]}),
        ("ellipse", {"center": [4, 3], "radii": [2, 1]}, {"center": [4, 3], "radii": [2, 1], "angle": 0}),
    ],
)
def test_shape_when_created_then_kept_in_normal_form_with_its_metadata(
    item: Item, engineer: User, kind: str, geometry: Any, normal: Any
) -> None:
    extra = {"z": 2, "group": "left", "occluded": True}
    first = apply(item, engineer, op("create", type=kind, label="wren", geometry=geometry, metadata=extra))[0]
    assert (first["status"], first["annotation"]["geometry"], first["annotation"]["metadata"]) == (200, normal, extra)
    # Shapes stand beside each other: only class labels exclude one another.
    assert apply(item, engineer, op("create", type=kind, label="wren", geometry=geometry))[0]["status"] == 200
    listed = selectors.annotation_payloads(Annotation.objects.filter(item=item).order_by("pk"))
    assert [(one["geometry"], one["metadata"].get("z")) for one in listed] == [(normal, 2), (normal, None)]


def test_shape_when_wholly_outside_then_refused_and_the_others_apply(item: Item, engineer: User) -> None:
    off = op("create", type="box", label="wren", geometry={"xyxy": [100, 100, 120, 120]})
    on = op("create", type="box", label="wren", geometry={"xyxy": [1, 1, 120, 120]})
    refused, made = apply(item, engineer, off, on)
    assert (refused["status"], refused["error"]["code"]) == (400, "geometry_invalid")
    assert "wholly outside" in refused["error"]["message"]
    assert made["status"] == 200
