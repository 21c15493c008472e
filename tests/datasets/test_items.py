"""Metadata, tags, subsets, trash, moving, clones, test sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import storage
from alp_site.lib.errors import Invalid
from alp_site.lib.models import Blob, Event
from alp_site.people.models import Project, User
from datasets import selectors
from datasets.errors import EmptyTestSet, LabelInUse, NameTaken
from datasets.models import Annotation, Dataset, Item, ItemTag, Ontology, TestSetEntry
from datasets.services import (
    ClassLabel,
    approve,
    clone_items,
    create_dataset,
    delete_dataset,
    items,
    ontologies,
    restore_dataset,
    set_class_label,
    set_class_labels,
    test_sets,
)
from tests.conftest import ClientAs

pytestmark = [pytest.mark.django_db, pytest.mark.scale]
Fill = Callable[..., list[Item]]


# ---- metadata


def test_a_patch_merges_and_null_deletes(fill: Fill) -> None:
    item = fill(1)[0]
    items.patch_metadata(item=item, diff={"user": {"a": 1, "b": {"c": 2, "d": 3}}})
    items.patch_metadata(item=item, diff={"user": {"a": None, "b": {"c": None}, "e": [1]}})
    item.refresh_from_db()
    assert item.metadata == {"user": {"b": {"d": 3}, "e": [1]}}


@pytest.mark.parametrize(
    ("diff", "system", "field"),
    [
        ({"system": {"note": 1}}, False, "metadata.system"),
        ({"system": {"width": 3}}, True, "metadata.system.width"),
        ({"system": {"tags": {"train": True, "test": True}}}, True, "metadata.system.tags"),
        ({"system": {"tags": {"night": 1.5}}}, True, "metadata.system.tags"),
        ({"user": {"x": float("inf")}}, False, "metadata.user.x"),
        ({"user": {"x": "\x00"}}, False, "metadata.user.x"),
        ({"user": {"x": 2**70}}, False, "metadata.user.x"),
        ({"user": {'a"b': 1}}, False, "metadata.user"),
    ],
)
def test_a_bad_patch_names_the_path(fill: Fill, diff: Any, system: bool, field: str) -> None:
    item = fill(1)[0]
    with pytest.raises(Invalid) as caught:
        items.patch_metadata(item=item, diff=diff, system=system)
    assert caught.value.data["field"] == field
    item.refresh_from_db()
    assert item.metadata == {}


def test_tags_in_system_metadata_set_subset_and_tags(fill: Fill) -> None:
    item = fill(1)[0]
    items.patch_metadata(item=item, diff={"system": {"tags": {"train": True, "night": True}, "note": "x"}}, system=True)
    payload = selectors.item_payload(Item.objects.get(pk=item.pk))
    assert payload["metadata"]["system"]["tags"] == {"train": True, "night": True}
    assert payload["metadata"]["system"]["note"] == "x"
    items.patch_metadata(
        item=item, diff={"system": {"tags": {"train": None, "test": True, "night": None}}}, system=True
    )
    item.refresh_from_db()
    assert (item.subset, ItemTag.objects.count()) == ("test", 0)
    items.patch_metadata(item=item, diff={"system": {"tags": {"train": None}}}, system=True)
    item.refresh_from_db()
    assert item.subset == "test"


# ---- bulk


def test_bulk_over_a_filter_changes_what_it_found_when_it_started(fill: Fill, dataset: Dataset) -> None:
    fill(250)
    rows = selectors.items_for_query(dataset, {"subset": None})
    assert items.set_subset(items=rows, subset="train") == 250
    assert items.set_subset(items=rows, subset="train") == 0
    assert items.add_tag(items=selectors.items_of(dataset), tag="night") == 250
    assert items.add_tag(items=selectors.items_of(dataset), tag="night") == 0
    assert (
        items.remove_tag(items=selectors.items_for_query(dataset, {"metadata.system.tags.night": True}), tag="night")
        == 250
    )
    told = [e for e in Event.objects.filter(type="item.updated") if e.data == {"dataset": str(dataset.pk)}]
    assert sum(len(e.ids) for e in told) == 750


@pytest.mark.parametrize("tag", ["", "a*b", "a.b", "train", '"', "$x", 7])
def test_a_tag_filters_cannot_say_is_refused(fill: Fill, tag: Any) -> None:
    with pytest.raises(Invalid):
        items.add_tag(items=[fill(1)[0].pk], tag=tag)


def test_move_makes_folders_and_refuses_a_taken_name(fill: Fill, dataset: Dataset) -> None:
    one, two = fill(2, "/a")
    items.move_items(items=[one.pk], directory="/b/c/")
    one.refresh_from_db()
    assert (one.filename, one.dir) == ("/b/c/0000.png", "/b/c")
    assert Item.objects.filter(type="dir", filename__in=["/b", "/b/c"]).count() == 2
    items.move_items(items=[one.pk], directory="/a")
    fresh = fill(1, "/x", first=1)
    with pytest.raises(NameTaken, match="0001"):
        items.move_items(items=[fresh[0].pk], directory="/a")
    with pytest.raises(Invalid):
        items.move_items(items=[two.pk], directory="/a/../..")


def test_trash_keeps_restores_and_purges(fill: Fill, engineer: User) -> None:
    one, two = fill(2)
    items.delete_items(items=[one.pk, two.pk], user=engineer)
    assert not selectors.items_of(one.dataset).exists()
    assert items.restore_items(items=[one.pk]) == 1
    assert items.purge_trash() == 0
    Item.objects.filter(pk=two.pk).update(deleted_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert items.purge_trash() == 1
    assert Blob.objects.get(pk=two.blob_id).refs == 0
    assert Blob.objects.get(pk=one.blob_id).refs == 1


def test_restore_refuses_a_name_given_away(fill: Fill, engineer: User) -> None:
    one = fill(1)[0]
    items.delete_items(items=[one.pk], user=engineer)
    fill(1)
    with pytest.raises(NameTaken):
        items.restore_items(items=[one.pk])


def test_a_datasets_name_is_free_when_it_lies_in_the_trash(project: Project, engineer: User) -> None:
    first = create_dataset(project=project, name="Raw", user=engineer)
    with pytest.raises(NameTaken):
        create_dataset(project=project, name="raw", user=engineer)
    delete_dataset(dataset=first)
    create_dataset(project=project, name="RAW", user=engineer)
    with pytest.raises(NameTaken):
        restore_dataset(dataset=first)


# ---- clones


@pytest.fixture
def truth(project: Project, engineer: User, ontology: Ontology) -> Dataset:
    return create_dataset(project=project, name="Truth", user=engineer, ontology=ontology)


def test_a_clone_takes_rows_along_and_no_bytes(fill: Fill, truth: Dataset, engineer: User) -> None:
    approved, open_, bare = fill(3, "/a")
    set_class_labels(entries=[ClassLabel(approved.pk, "owl"), ClassLabel(open_.pk, "wren")], author_user=engineer)
    approve(item_ids=[approved.pk], approver=engineer)
    items.patch_metadata(item=approved, diff={"user": {"k": 1}})
    items.set_subset(items=[approved.pk], subset="test")
    items.add_tag(items=[approved.pk], tag="night")
    done = clone_items(items=[approved.pk, open_.pk, bare.pk], target_dataset=truth, user=engineer, directory="/in")
    copy = Item.objects.get(pk=done[approved.pk])
    assert (copy.filename, copy.subset, copy.metadata, copy.parent_item_id) == (
        "/in/a/0000.png",
        "test",
        {"user": {"k": 1}},
        approved.pk,
    )
    assert set(copy.tags.values_list("name", flat=True)) == {"night"}
    assert Blob.objects.get(pk=copy.blob_id).refs == 2
    assert selectors.class_labels(selectors.ground_truth_items(truth)) == {copy.pk: "owl"}
    assert not Annotation.objects.filter(item=done[open_.pk]).exists()


def test_cloning_again_returns_the_same_items(fill: Fill, truth: Dataset, engineer: User, dataset: Dataset) -> None:
    rows = fill(3)
    first = clone_items(items=[r.pk for r in rows], target_dataset=truth, user=engineer)
    again = clone_items(items=[r.pk for r in rows], target_dataset=truth, user=engineer)
    assert first == again
    assert Item.objects.filter(dataset=truth, type="file").count() == 3
    own = clone_items(items=[r.pk for r in rows], target_dataset=dataset, user=engineer)
    assert own == {r.pk: r.pk for r in rows}


def test_a_clone_has_the_labels_as_approved_not_as_edited_since(fill: Fill, truth: Dataset, engineer: User) -> None:
    item = fill(1)[0]
    set_class_label(item_id=item.pk, label="owl", author_user=engineer)
    approve(item_ids=[item.pk], approver=engineer)
    set_class_label(item_id=item.pk, label="wren", author_user=engineer)
    done = clone_items(items=[item.pk], target_dataset=truth, user=engineer)
    copied = Annotation.objects.get(item=done[item.pk])
    assert (copied.label, copied.approved_revision) == ("owl", 1)


def test_a_taken_name_gets_another(fill: Fill, truth: Dataset, engineer: User) -> None:
    fill(1, into=truth)
    source = fill(1)[0]
    done = clone_items(items=[source.pk], target_dataset=truth, user=engineer)
    assert Item.objects.get(pk=done[source.pk]).name == f"0000-{source.pk.hex[-12:]}.png"


def test_unapproved_annotations_go_along_only_when_asked(fill: Fill, truth: Dataset, engineer: User) -> None:
    item = fill(1)[0]
    set_class_label(item_id=item.pk, label="owl", author_user=engineer)
    done = clone_items(items=[item.pk], target_dataset=truth, user=engineer, only_approved=False)
    assert Annotation.objects.get(item=done[item.pk]).approved_revision is None


# ---- test sets


@pytest.fixture
def tested(fill: Fill, engineer: User) -> list[Item]:
    """Four test items: two approved robins, an approved owl, one that is only labelled."""
    rows = fill(4)
    set_class_labels(
        entries=[ClassLabel(r.pk, name) for r, name in zip(rows, ["robin", "robin", "owl", "owl"], strict=True)],
        author_user=engineer,
    )
    items.set_subset(items=[r.pk for r in rows], subset="test")
    approve(item_ids=[r.pk for r in rows[:3]], approver=engineer)
    return rows


TEST = {"filter": {"metadata.system.tags.test": True}, "resource": "items", "page": 0, "pageSize": 1000}


def test_the_first_use_publishes_version_one_of_approved_items(tested: list[Item], dataset: Dataset) -> None:
    version = test_sets.resolve_version(dataset=dataset, filter=TEST)
    assert (version.number, version.item_count, version.label_counts) == (1, 3, {"robin": 2, "owl": 1})
    assert test_sets.resolve_version(dataset=dataset, filter={"filter": TEST["filter"]}) == version
    labels = {e.item_id: e.labels[0]["label"] for e in version.entries.all()}
    assert labels == {tested[0].pk: "robin", tested[1].pk: "robin", tested[2].pk: "owl"}


def test_a_version_never_changes(tested: list[Item], dataset: Dataset, engineer: User) -> None:
    version = test_sets.resolve_version(dataset=dataset, filter=TEST)
    approve(item_ids=[tested[3].pk], approver=engineer)
    set_class_label(item_id=tested[0].pk, label="owl", author_user=engineer)
    items.delete_items(items=[tested[1].pk], user=engineer)
    Item.objects.update(deleted_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    items.purge_trash()
    Item.objects.update(deleted_at=None)
    assert test_sets.resolve_version(dataset=dataset, filter=TEST) == version
    assert TestSetEntry.objects.get(version=version, item=tested[0]).labels[0]["label"] == "robin"
    assert storage.exists(TestSetEntry.objects.get(version=version, item=tested[1]).blob_id)


def test_the_next_version_takes_candidates_in(tested: list[Item], dataset: Dataset, engineer: User) -> None:
    version = test_sets.resolve_version(dataset=dataset, filter=TEST)
    assert test_sets.publish_version(test_set=version.test_set) == version
    approve(item_ids=[tested[3].pk], approver=engineer)
    assert test_sets.candidates(version.test_set) == 1
    after = test_sets.publish_version(test_set=version.test_set)
    assert (after.number, after.item_count) == (2, 4)
    assert after.hash != version.hash
    assert test_sets.resolve_version(dataset=dataset, filter=TEST) == after


def test_what_was_approved_with_nothing_on_it_is_tested_too(
    tested: list[Item], dataset: Dataset, engineer: User, fill: Fill
) -> None:
    version = test_sets.resolve_version(dataset=dataset, filter=TEST)
    blank = fill(1, first=10)[0]
    items.set_subset(items=[blank.pk], subset="test")
    approve(item_ids=[blank.pk], approver=engineer)
    assert test_sets.candidates(version.test_set) == 1
    after = test_sets.publish_version(test_set=version.test_set)
    assert after.item_count == version.item_count + 1
    assert TestSetEntry.objects.get(version=after, item=blank).labels == []
    assert test_sets.publish_version(test_set=version.test_set) == after


def test_a_set_grows_by_its_own_rule(tested: list[Item], dataset: Dataset, engineer: User) -> None:
    version = test_sets.resolve_version(dataset=dataset, filter=TEST)
    test_sets.update_test_set(test_set=version.test_set, grow=0.5)
    approve(item_ids=[tested[3].pk], approver=engineer)
    assert test_sets.grow_test_sets() == 0
    test_sets.update_test_set(test_set=version.test_set, grow=0.2)
    assert test_sets.grow_test_sets() == 1
    assert test_sets.grow_test_sets() == 0


def test_a_set_without_approved_items_is_refused(fill: Fill, dataset: Dataset) -> None:
    fill(2)
    with pytest.raises(EmptyTestSet):
        test_sets.resolve_version(dataset=dataset, filter=TEST)
    assert not dataset.test_sets.exists()


# ---- ontologies


def test_colours_and_digits_are_handed_out_in_order(project: Project) -> None:
    made = ontologies.create_ontology(project=project, name="O", labels=[f"l{n}" for n in range(14)])
    rows = list(made.labels.all())
    assert [r.color for r in rows[:12]] == list(ontologies.LABEL_COLORS)
    assert rows[12].color == ontologies.LABEL_COLORS[0]
    assert "".join(r.hotkey for r in rows) == "1234567890"
    ontologies.delete_label(label=rows[2])
    assert ontologies.add_label(ontology=made, name="new").hotkey == "3"


@pytest.mark.parametrize("changes", [{"name": "wren"}, {"hotkey": "2"}])
def test_a_name_or_key_of_another_label_is_refused(ontology: Ontology, changes: dict[str, str]) -> None:
    with pytest.raises(NameTaken):
        ontologies.update_label(label=ontology.labels.get(name="robin"), **changes)


def test_a_used_label_keeps_its_name(fill: Fill, ontology: Ontology, engineer: User) -> None:
    set_class_label(item_id=fill(1)[0].pk, label="robin", author_user=engineer)
    label = ontology.labels.get(name="robin")
    with pytest.raises(LabelInUse):
        ontologies.update_label(label=label, name="redbreast")
    label.refresh_from_db()
    with pytest.raises(LabelInUse):
        ontologies.delete_label(label=label)
    ontologies.update_label(label=label, color="#000000")
    ontologies.update_label(label=ontology.labels.get(name="owl"), name="barn owl")


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "colour"},
        {"kind": "options"},
        {"kind": "range", "value_range": {"min": 3, "max": 1}},
        {"kind": "range", "value_range": {"min": "a", "max": 1}},
        {"kind": "range", "value_range": {"min": 0, "max": 1, "step": 0}},
        {"kind": "range", "value_range": {"min": 0, "max": 1, "step": 2}},
        {"kind": "boolean", "scope": "robin"},
        {"kind": "boolean", "size": 3},
    ],
)
def test_a_senseless_attribute_is_refused(ontology: Ontology, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        ontologies.add_attribute(ontology=ontology, key="k", **fields)
    assert not ontology.attributes.exists()


def test_a_list_of_test_sets_costs_the_same_however_many(
    tested: list[Item], dataset: Dataset, engineer: User, client_as: ClientAs
) -> None:
    frozen = test_sets.resolve_version(dataset=dataset, filter=TEST).test_set
    client, url, counts = client_as("viewer"), f"/api/v1/datasets/{dataset.pk}/test-sets/", []
    for more in (0, 4):
        for n in range(more):
            which = {"filter": {"name": f"000{n}.png"}}
            test_sets.create_test_set(dataset=dataset, name=f"Set {n}", filter=which, user=engineer)
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(url).json()["items"]
        counts.append(len(queries))
    assert counts[0] == counts[1], counts
    told = {row["name"]: row["candidates"] for row in rows}
    expected = {one.name: test_sets.candidates(one) for one in dataset.test_sets.all()}
    assert told == expected
    assert told[frozen.name] == 0
    assert {told[f"Set {n}"] for n in range(4)} == {0, 1}
