"""Who may call the routes of datasets."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from datasets.models import Annotation, AnnotationRevision, Attribute, Dataset, Export, Import, Item, Label, TestSet
from datasets.services import ClassLabel, approve, create_dataset, exports, imports, set_class_labels, test_sets, upload
from datasets.services.annotations import apply_operations
from datasets.services.items import delete_items
from datasets.services.ontologies import add_attribute
from tests.datasets.conftest import draw, zipped
from tests.matrix import Call, Row, World


def dataset(world: World) -> Dataset:
    return world.once(
        "dataset",
        lambda: create_dataset(project=world.project, name="Raw", user=world.owner, labels=["robin", "wren", "owl"]),
    )


def item(world: World) -> Item:
    def make() -> Item:
        files = [("a/x.png", draw(1)), ("y.png", draw(2))]
        report = upload.add_many(dataset=dataset(world), files=files, user=world.owner)
        found = Item.objects.get(pk=report.item_ids[0])
        entries = [ClassLabel(pk, "robin") for pk in report.item_ids]
        set_class_labels(entries=entries, author_user=world.owner)
        approve(item_ids=report.item_ids, approver=world.owner)
        return found

    return world.once("item", make)


def wide_item(world: World) -> Item:
    """Shown as tiles: no browser shows it, and it is larger than the largest thumbnail."""

    def make() -> Item:
        files = [("wide.tif", draw(3, (2100, 4), "TIFF"))]
        report = upload.add_many(dataset=dataset(world), files=files, user=world.owner)
        return Item.objects.get(pk=report.item_ids[0])

    return world.once("wide_item", make)


def annotation(world: World) -> Annotation:
    return Annotation.objects.get(item=item(world))


def label(world: World) -> Label:
    assert dataset(world).ontology
    return Label.objects.get(ontology=dataset(world).ontology, name="owl")


def attribute(world: World) -> Attribute:
    ontology = dataset(world).ontology
    assert ontology
    return world.once("attribute", lambda: add_attribute(ontology=ontology, key="wet", kind="boolean"))


def test_set(world: World) -> TestSet:
    item(world)
    return world.once(
        "test_set",
        lambda: test_sets.create_test_set(dataset=dataset(world), name="All", filter={}, user=world.owner),
    )


def archive(world: World) -> Import:
    stream = [zipped({"z.png": draw(9)})]
    return world.once(
        "import", lambda: imports.receive_zip(dataset=dataset(world), name="a.zip", stream=stream, user=world.owner)
    )


def export(world: World) -> Export:
    def make() -> Export:
        item(world)
        written = exports.write_export(dataset=dataset(world), dql=None, format_name="alp_json")
        return exports.keep_export(
            dataset=dataset(world), written=written, name="all", format_name="alp_json", key="matrix"
        )

    return world.once("export", make)


def trashed_dataset(world: World) -> Dataset:
    from datasets.services import delete_dataset

    def make() -> Dataset:
        made = create_dataset(project=world.project, name="Old", user=world.owner)
        delete_dataset(dataset=made)
        return made

    return world.once("trashed_dataset", make)


def trashed_item(world: World) -> Item:
    def make() -> Item:
        report = upload.add_many(dataset=dataset(world), files=[("t.png", draw(5))], user=world.owner)
        delete_items(items=report.item_ids, user=world.owner)
        return Item.objects.get(pk=report.item_ids[0])

    return world.once("trashed_item", make)


def second_revision(world: World) -> dict[str, Any]:
    row = annotation(world)
    if row.revision == 1:
        from alp_site.lib.ids import uuid7

        operation = {
            "op_id": str(uuid7()), "type": "update", "annotation": str(row.pk), "base_revision": 1,
            "data": {"label": "wren"},
        }  # fmt: skip
        apply_operations(item=item(world), operations=[operation], user=world.owner)
    return {"revision": 1}


def target(world: World) -> Dataset:
    return world.once("target", lambda: create_dataset(project=world.project, name="Truth", user=world.owner))


def of_project(world: World) -> dict[str, Any]:
    return {"project_id": world.project.pk}


def of_dataset(world: World) -> dict[str, Any]:
    return {"dataset_id": dataset(world).pk}


def of_item(world: World) -> dict[str, Any]:
    return {"item_id": item(world).pk}


def of_first_version(world: World) -> dict[str, Any]:
    first = AnnotationRevision.objects.filter(item=item(world)).order_by("pk").values_list("pk", flat=True)[0]
    return {"item_id": item(world).pk, "version": first}


def png() -> SimpleUploadedFile:
    return SimpleUploadedFile("new.png", draw(77), "image/png")


def zip_file() -> io.BytesIO:
    handle = io.BytesIO(zipped({"q.png": draw(3)}))
    handle.name = "q.zip"
    return handle


ROWS = {
    "datasets": Row(kwargs=of_project, get="oerav", post=Call("oe", body={"name": "New", "labels": ["a"]})),
    "datasets-trash": Row(kwargs=of_project, get="oe"),
    "project-items-query": Row(kwargs=of_project, post=Call("oerav", body={"filter": {}})),
    "ontologies": Row(kwargs=of_project, get="oerav", post=Call("oe", body={"name": "New", "labels": [{"name": "x"}]})),
    "dataset": Row(kwargs=of_dataset, get="oerav", patch=Call("oe", body={"description": "d"}), delete="oe"),
    "dataset-restore": Row(kwargs=lambda world: {"dataset_id": trashed_dataset(world).pk}, post="oe"),
    "dataset-facets": Row(kwargs=of_dataset, get="oerv"),
    "dataset-items": Row(
        kwargs=of_dataset, get="oerav", post=Call("oe", body=lambda world: {"file": png()}, multipart=True)
    ),
    "dataset-items-query": Row(kwargs=of_dataset, post=Call("oerav", body={"filter": {"hidden": False}})),
    "dataset-outlines": Row(
        kwargs=of_dataset, post=Call("oerav", body=lambda world: {"ids": [str(item(world).pk)]})
    ),
    "dataset-items-bulk": Row(
        kwargs=of_dataset, post=Call("oe", body={"action": "subset", "value": "train", "filter": {}})
    ),
    "dataset-items-clone": Row(
        kwargs=of_dataset, post=Call("oe", body=lambda world: {"target": str(target(world).pk), "filter": {}})
    ),
    "imports": Row(
        kwargs=of_dataset, get="oe", post=Call("oe", body=lambda world: {"file": zip_file()}, multipart=True)
    ),
    "import": Row(
        kwargs=lambda world: {"import_id": archive(world).pk}, get=Call("oe", hidden="rav"),
        delete=Call("oe", hidden="rav"),
    ),
    "exports": Row(kwargs=of_dataset, get="oerv"),
    "export-file": Row(kwargs=lambda world: {"export_id": export(world).pk}, get=Call("oerv", hidden="a")),
    "test-sets": Row(
        kwargs=of_dataset, get="oerv", post=Call("oe", body={"name": "T", "filter": {"filter": {"subset": "test"}}})
    ),
    # An annotator sees only items given to them; this one was not.
    "item": Row(
        kwargs=of_item, get=Call("oerv", hidden="a"), delete=Call("oe", hidden="a"),
        patch=Call("oe", body={"metadata": {"user": {"k": 1}}}, hidden="a"),
    ),
    "item-restore": Row(
        kwargs=lambda world: {"item_id": trashed_item(world).pk}, post=Call("oe", hidden="a")
    ),
    "item-stream": Row(kwargs=of_item, get=Call("oerv", hidden="a")),
    "item-thumbnail": Row(kwargs=of_item, get=Call("oerv", hidden="a")),
    "item-tiles": Row(kwargs=lambda world: {"item_id": wide_item(world).pk}, get=Call("oerv", hidden="a")),
    "item-tile": Row(
        kwargs=lambda world: {"item_id": wide_item(world).pk, "level": 0, "column": 0, "row": 0},
        get=Call("oerv", hidden="a"),
    ),
    "item-annotations": Row(
        kwargs=of_item, get=Call("oerv", hidden="a"), post=Call("oer", body={"operations": []}, hidden="a")
    ),
    "item-revisions": Row(kwargs=of_item, get=Call("oerv", hidden="a")),
    "item-versions": Row(kwargs=of_item, get=Call("oerv", hidden="a")),
    "item-version": Row(kwargs=of_first_version, get=Call("oerv", hidden="a")),
    "item-version-restore": Row(kwargs=of_first_version, post=Call("oer", body={}, hidden="a")),
    "annotation-restore": Row(
        kwargs=lambda world: {"annotation_id": annotation(world).pk},
        post=Call("oer", body=second_revision, hidden="a"),
    ),
    "ontology": Row(
        kwargs=lambda world: {"ontology_id": dataset(world).ontology_id}, get="oerav",
        patch=Call("oe", body={"name": "N"}), delete="oe",
    ),
    "labels": Row(
        kwargs=lambda world: {"ontology_id": dataset(world).ontology_id}, post=Call("oe", body={"name": "new"}),
        put=Call("oe", body={"names": ["owl", "wren", "robin"]}),
    ),
    "attributes": Row(
        kwargs=lambda world: {"ontology_id": dataset(world).ontology_id},
        post=Call("oe", body={"key": "k", "kind": "boolean"}),
    ),
    "label": Row(
        kwargs=lambda world: {"label_id": label(world).pk}, patch=Call("oe", body={"color": "#112233"}), delete="oe"
    ),
    "attribute": Row(
        kwargs=lambda world: {"attribute_id": attribute(world).pk}, patch=Call("oe", body={"title": "Wet?"}),
        delete="oe",
    ),
    "test-set": Row(
        kwargs=lambda world: {"test_set_id": test_set(world).pk}, get=Call("oerv", hidden="a"),
        patch=Call("oe", body={"grow": 0.2}, hidden="a"),
    ),
    "test-set-versions": Row(
        kwargs=lambda world: {"test_set_id": test_set(world).pk}, get=Call("oerv", hidden="a"),
        post=Call("oe", hidden="a"),
    ),
    "test-set-version": Row(
        kwargs=lambda world: {"version_id": test_sets.publish_version(test_set=test_set(world)).pk},
        get=Call("oerv", hidden="a"),
    ),
    "test-set-entries": Row(
        kwargs=lambda world: {"version_id": test_sets.publish_version(test_set=test_set(world)).pk},
        get=Call("oerv", hidden="a"),
    ),
}  # fmt: skip
