"""Operations many at a time, answers to the ontology's questions, and annotations as text."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import ids
from alp_site.people.models import User
from datasets import selectors
from datasets.models import Annotation, AnnotationRevision, Item
from datasets.services import approve
from datasets.services.annotations import restore_revision
from datasets.services.ontologies import add_attribute, delete_attribute, update_attribute
from tests.datasets.test_annotations import Fill, apply, op

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


@pytest.fixture
def item(fill: Fill) -> Item:
    return fill(1)[0]


BOX = {"xyxy": [1, 1, 6, 6]}


def test_a_batch_costs_as_many_queries_as_one_operation_of_its_kinds(item: Item, engineer: User) -> None:
    def batch(count: int) -> int:
        keys = [str(ids.uuid7()) for _ in range(count)]
        made = [op("create", key, type="box", label="wren", geometry=BOX) for key in keys]
        with CaptureQueriesContext(connection) as creating:
            assert {a["status"] for a in apply(item, engineer, *made)} == {200}
        changed = [op("update", key, 1, label="robin", attributes={"note": key}) for key in keys]
        with CaptureQueriesContext(connection) as changing:
            assert {a["status"] for a in apply(item, engineer, *changed)} == {200}
        rows = Annotation.objects.filter(pk__in=keys)
        assert {(r.label, r.revision, r.attributes["note"] == str(r.pk)) for r in rows} == {("robin", 2, True)}
        assert AnnotationRevision.objects.filter(annotation__in=keys).count() == 2 * count
        return len(creating) + len(changing)

    assert batch(60) == batch(1)


def test_new_ids_that_other_items_have_are_told_from_those_that_are_free(
    item: Item, fill: Fill, engineer: User
) -> None:
    other = fill(2)[1]
    used, free = str(ids.uuid7()), str(ids.uuid7())
    assert apply(other, engineer, op("create", used, label="wren"))[0]["status"] == 200
    answers = apply(
        item, engineer, op("create", used, type="box", label="wren", geometry=BOX),
        op("create", free, type="box", label="wren", geometry=BOX),
        op("create", free, type="box", label="wren", geometry=BOX),
    )  # fmt: skip
    assert [a["status"] for a in answers] == [409, 200, 409]


@pytest.fixture
def asked(item: Item) -> Item:
    """The item's ontology asks one question of each kind."""
    ontology = item.dataset.ontology
    assert ontology is not None
    add_attribute(ontology=ontology, key="ripe", kind="options", title="Ripeness", values=["green", "ripe"])
    add_attribute(ontology=ontology, key="marks", kind="options", multi=True, values=["spot", "scar"])
    add_attribute(ontology=ontology, key="size", kind="range", value_range={"min": 1, "max": 5})
    add_attribute(ontology=ontology, key="share", kind="range", value_range={"min": 0, "max": 1, "step": 0.1})
    add_attribute(ontology=ontology, key="whole", kind="boolean")
    add_attribute(ontology=ontology, key="note", kind="text")
    return item


@pytest.mark.parametrize(
    ("attribute", "value", "says"),
    [
        ("ripe", "rotten", "“Ripeness” of 'wren' takes green, ripe, not 'rotten'."),
        ("ripe", ["ripe"], "takes green, ripe"),
        ("marks", "spot", "takes a list of options"),
        ("marks", ["spot", "dent"], "takes spot, scar, not 'dent'"),
        ("marks", ["spot", "spot"], "no option twice"),
        ("size", 9, "takes 1 to 5, not 9"),
        ("size", "3", "takes a number, not '3'"),
        ("size", True, "takes a number"),
        ("share", 0.25, "takes 0 to 1 in steps of 0.1, not 0.25"),
        ("whole", 1, "takes yes or no"),
        ("note", 7, "takes a text"),
    ],
)
def test_an_answer_that_its_question_does_not_take_is_refused_by_name_and_the_others_apply(
    asked: Item, engineer: User, attribute: str, value: Any, says: str
) -> None:
    key = str(ids.uuid7())
    wrong = op("create", key, type="box", label="wren", geometry=BOX, attributes={attribute: value})
    right = op(
        "create",
        type="box",
        label="wren",
        geometry=BOX,
        attributes={"ripe": "ripe", "size": 5, "share": 0.1 + 0.2, "other": [1]},
    )
    refused, made = apply(asked, engineer, wrong, right)
    assert (refused["status"], refused["error"]["code"]) == (400, "attribute_invalid")
    assert says in refused["error"]["message"]
    data = refused["error"]["data"]
    assert (data["annotation"], data["attribute"], data["value"]) == (key, attribute, value)
    assert data["allowed"]["kind"] == {"ripe": "options", "marks": "options", "size": "range", "share": "range"}.get(
        attribute, {"whole": "boolean", "note": "text"}.get(attribute)
    )
    assert made["status"] == 200
    assert not Annotation.objects.filter(pk=key).exists()


def test_answers_that_were_right_once_stay_when_the_questions_change(asked: Item, engineer: User) -> None:
    answers = {"ripe": "green", "marks": ["spot"], "size": 2.5, "whole": False, "note": "", "gone": None}
    made = apply(asked, engineer, op("create", type="box", label="wren", geometry=BOX, attributes=answers))[0]
    key = made["annotation"]["id"]
    ontology = asked.dataset.ontology
    assert ontology is not None
    update_attribute(attribute=ontology.attributes.get(key="ripe"), values=["ripe", "soft"])
    delete_attribute(attribute=ontology.attributes.get(key="marks"))
    moved = op("update", key, 1, geometry={"xyxy": [2, 2, 7, 7]}, attributes={**answers, "size": 3})
    assert apply(asked, engineer, moved)[0]["status"] == 200
    back = op("update", key, 2, attributes={**answers, "ripe": "soft"})
    assert apply(asked, engineer, back)[0]["status"] == 200
    again = apply(asked, engineer, op("update", key, 3, attributes=answers))[0]
    assert again["error"]["data"]["allowed"]["values"] == ["ripe", "soft"]
    # Bringing a saved state back takes it as it was.
    restored = restore_revision(annotation=Annotation.objects.get(pk=key), revision=1, user=engineer)
    assert restored["annotation"]["attributes"] == answers


def test_annotations_as_text_say_what_their_payloads_say(fill: Fill, engineer: User, reviewer: User) -> None:
    item, empty = fill(2)
    model = {"model_id": str(uuid.uuid4()), "model_name": "Fin“der”\n1", "confidence": 0.25}
    answers = apply(
        item, engineer, op("create", type="box", label="wren", geometry=BOX, attributes={"a": [1, True, 1.5, "é\""]}),
        op("create", type="box", label="robin", geometry=BOX, metadata={"z": 3, "user": {"x": None}}, **model),
        op("create", label="robin", source_prediction=str(uuid.uuid4())),
        op("create", type="box", label="wren", geometry=BOX),
    )  # fmt: skip
    keys = [answer["annotation"]["id"] for answer in answers]
    apply(item, reviewer, op("delete", keys[3], 1), op("update", keys[0], 1, label="robin"))
    item.refresh_from_db()
    approve(item_ids=[item.pk], approver=reviewer)
    apply(item, reviewer, op("update", keys[1], 1, geometry={"xyxy": [2, 2, 5, 5]}))
    with CaptureQueriesContext(connection) as captured:
        texts = selectors.annotation_texts([item.pk, empty.pk])
    assert len(captured) == 1
    rows = Annotation.objects.filter(item=item, deleted_at=None).select_related("creator").order_by("pk")
    shown = json.loads(texts[item.pk])
    assert [repr(one) for one in shown] == [repr(one) for one in selectors.annotation_payloads(rows)]
    assert {one["approved"] for one in shown} == {True, False}
    assert texts[empty.pk] == "[]"
