"""Making versions: what they rest on is checked and frozen."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from alp_site.lib import storage
from alp_site.lib.errors import Invalid
from alp_site.people.models import Project, User
from datasets.models import Annotation, Item, TestSetVersion
from datasets.services import approval, labels
from models_registry.errors import EmptySubset, OverlappingSubsets, WrongStatus
from models_registry.models import Model
from models_registry.services import versions

from .conftest import CLASSES, FAST, Shapes, subset_filter

Make = Callable[..., Model]


def lineage_of(model: Model) -> dict:
    return json.loads(storage.read_bytes(model.artifacts.get(name="lineage.json").blob_id))


@pytest.mark.django_db
def test_version_freezes_items_and_revisions(make_version: Make, shapes: Shapes, frozen: TestSetVersion) -> None:
    model = make_version(seed=7)
    body = lineage_of(model)
    rows = {row[0]: dict(zip(body["columns"], row, strict=True)) for row in body["train"]}
    assert set(rows) == {str(item.pk) for item in shapes.items["train"]}
    for item in shapes.items["train"]:
        row = rows[str(item.pk)]
        annotation = Annotation.objects.get(item=item)
        assert row["label"] == shapes.truth[item.pk]
        assert (row["annotation"], row["revision"]) == (str(annotation.pk), annotation.approved_revision)
        assert row["blob"] == item.blob_id
    assert body["test_set_version"] == str(frozen.pk)
    assert model.seed == body["seed"] == 7
    assert (model.train_count, model.validation_count) == (30, 12)
    assert model.lineage["train"]["labels"] == dict.fromkeys(sorted(CLASSES), 10)
    assert {"torch", "numpy", "alp.ml", "python"} <= set(model.lineage["software"])
    assert model.labels == list(CLASSES)


@pytest.mark.django_db
def test_version_reads_approved_revisions_only(make_version: Make, shapes: Shapes, owner: User) -> None:
    changed, unapproved = shapes.items["train"][0], shapes.items["train"][1]
    labels.set_class_label(item_id=changed.pk, label="cross", author_user=owner)
    labels.set_class_label(item_id=unapproved.pk, label=None, author_user=owner)
    ids = {row[0] for row in lineage_of(make_version())["train"]}
    assert str(changed.pk) not in ids
    assert str(unapproved.pk) not in ids
    approval.approve(item_ids=[changed.pk], rule="answer key")
    assert str(changed.pk) in {row[0] for row in lineage_of(make_version())["train"]}


@pytest.mark.django_db
def test_version_merges_the_base_configuration(make_version: Make) -> None:
    model = make_version(configuration_changes={"epochs": 2, "width": None})
    assert model.configuration["epochs"] == 2
    assert model.configuration["input_size"] == FAST["input_size"]
    assert model.configuration["width"] != FAST["width"]


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"epochs": 0}, {"epochs": "many"}, {"no_such": 1}])
def test_version_configuration_is_checked(make_version: Make, changes: dict) -> None:
    with pytest.raises(Invalid) as caught:
        make_version(configuration_changes=changes)
    assert next(iter(changes)) in caught.value.message
    assert Model.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("subset", ["train", "validation"])
def test_version_empty_subset_is_an_error(make_version: Make, subset: str) -> None:
    with pytest.raises(EmptySubset) as caught:
        make_version(**{f"{subset}_filter": subset_filter("nothing")})
    assert caught.value.data["subset"] == subset


@pytest.mark.django_db
def test_version_overlap_names_the_pair(make_version: Make, shapes: Shapes) -> None:
    with pytest.raises(OverlappingSubsets) as caught:
        make_version(validation_filter=subset_filter("train"))
    assert caught.value.data["pairs"][0]["subsets"] == ["train", "validation"]
    assert caught.value.data["pairs"][0]["count"] == 30


@pytest.mark.django_db
def test_version_overlap_with_the_frozen_test_set(make_version: Make, shapes: Shapes) -> None:
    """An item of the frozen version counts as test even when its tag has moved to train since."""
    moved = shapes.items["test"][0]
    make_version()  # freezes
    Item.objects.filter(pk=moved.pk).update(subset="train")
    with pytest.raises(OverlappingSubsets) as caught:
        make_version()
    assert caught.value.data["pairs"] == [{"subsets": ["train", "test"], "count": 1, "items": [str(moved.pk)]}]


@pytest.mark.django_db
def test_version_warns_of_the_same_picture_in_two_subsets(make_version: Make, shapes: Shapes) -> None:
    twin, source = shapes.items["validation"][0], shapes.items["train"][0]
    Item.objects.filter(pk=twin.pk).update(blob_id=source.blob_id)
    notes = list(make_version().log.filter(kind="note").values_list("text", flat=True))
    assert any("byte for byte" in text for text in notes)


@pytest.mark.django_db
def test_version_taken_name_gets_the_next_number(make_version: Make) -> None:
    names = [make_version(name_template="{base_model.name}-x").name for _ in range(3)]
    assert names == ["seed-x", "seed-x-2", "seed-x-3"]
    assert make_version(name_template="SEED-X").name == "SEED-X-4"


@pytest.mark.django_db
def test_version_of_another_project_is_refused(make_version: Make, other_project: Project) -> None:
    stranger = versions.register_base_model(
        project_id=other_project.pk, name="theirs", adapter="small_cnn", labels=["a", "b"]
    )
    with pytest.raises(Invalid) as caught:
        make_version(base_model=stranger)
    assert caught.value.data["field"] == "base_model"


@pytest.mark.django_db
def test_register_makes_an_untrained_base(base: Model) -> None:
    assert (base.status, base.can_predict, base.labels) == ("pre-trained", False, list(CLASSES))
    assert base.family == base.pk


@pytest.mark.django_db
def test_delete_keeps_the_best_and_frees_the_name(make_version: Make) -> None:
    model = make_version(name_template="one")
    versions.delete_model(model_id=model.pk)
    assert make_version(name_template="one").name == "one"
    Model.objects.filter(pk=model.pk).update(deleted_at=None, name="two", stage="best")
    with pytest.raises(WrongStatus):
        versions.delete_model(model_id=model.pk)
