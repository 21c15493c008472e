"""The compiler against the oracle: random items, random filters, the same rows on every database."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alp_site.people.models import User
from datasets import query, selectors
from datasets.models import Annotation, Dataset, Item, ItemRef, ItemTag
from tests.datasets.oracle import document, matches

pytestmark = [pytest.mark.django_db, pytest.mark.scale]

TASKS = [str(uuid.UUID(int=0x7000_8000_0000_0000_0001 + n)) for n in range(3)]
IDS = [str(uuid.UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + n)) for n in range(12)]
WORDS = ["a", "b", "ab", "B", "a_b", "a%b", "é", "猫", "1", "true", "x y", "[a]", "a?b", "\U0001f600", "a\\b", "", "\n"]
PATTERNS = ["*", "a*", "*b", "*a*", "a*b", "é*", "*?*", "[*", "a_*", "%*", "*\\b", "**"]
MOMENTS = [f"2024-05-0{d}T00:00:0{s}.{ms:03}Z" for d in (1, 2) for s in (0, 1) for ms in (0, 500)]
NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([0.5, -0.5, 1.0, 2.0, 1e-7, 1e20, 2**53 - 1, -(2**40)]),
    st.integers(-(2**50), 2**50),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.sampled_from(WORDS))
KEYS = st.sampled_from(["k", "m", "K", "é", "0", "a b"])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
FOLDERS = ["/", "/dogs", "/dogs/big", "/cats", "/dogs.x", "/d%gs"]
NAMES = ["a.jpg", "b.png", "A.jpg", "foo.bar.1", "a_b.jpg", "é.png"]


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    refs = draw(
        st.lists(
            st.tuples(st.sampled_from(TASKS), st.sampled_from(["task", "assignment", "cycle"])), unique=True, max_size=3
        )
    )
    return {
        "place": (draw(st.sampled_from(FOLDERS)), draw(st.sampled_from(NAMES))),
        "type": draw(st.sampled_from(["file", "file", "file", "dir"])),
        "hidden": draw(st.booleans()),
        "subset": draw(st.sampled_from(["", "train", "validation", "test"])),
        "mimetype": draw(st.sampled_from(["image/png", "image/jpeg", "image/webp"])),
        "size": draw(st.integers(1, 5)),
        "width": draw(st.integers(1, 4)),
        "created": draw(st.sampled_from(MOMENTS)),
        "metadata": draw(
            st.fixed_dictionaries({}, optional={"user": st.dictionaries(KEYS, JSON, max_size=3), "x": JSON})
        ),
        "creator": draw(st.booleans()),
        "tags": draw(st.sets(st.sampled_from(["night", "rain"]))),
        "refs": [(*ref, draw(st.sampled_from(["", "completed", "approved", "discard"]))) for ref in refs],
        "labels": draw(st.lists(st.tuples(st.sampled_from(["cat", "dog"]), st.booleans()), max_size=3)),
        "version": draw(st.integers(0, 2)),
        "approved": draw(st.sampled_from([None, 0, 1, 2])),
    }


def build(dataset: Dataset, user: User, drawn: list[dict[str, Any]]) -> None:
    rows, others = [], []
    for n, d in enumerate(drawn):
        folder, name = d["place"]
        moment = dt.datetime.fromisoformat(d["created"])
        is_file = d["type"] == "file"
        row = Item(
            pk=uuid.UUID(IDS[n]), dataset=dataset, filename=f"{folder.rstrip('/')}/{n}{name}", name=f"{n}{name}",
            dir=folder,
            type=d["type"], hidden=d["hidden"], annotated=bool(d["labels"]), subset=d["subset"],
            mimetype=d["mimetype"] if is_file else "", size=d["size"] if is_file else 0,
            width=d["width"] if is_file else 0, height=7 if is_file else 0, metadata=d["metadata"],
            creator=user if d["creator"] else None, created_at=moment, updated_at=moment, content_version=d["version"],
            approved_version=d["approved"],
        )  # fmt: skip
        rows.append(row)
        others += [ItemTag(item=row, name=tag) for tag in d["tags"]]
        for ref, kind, status in d["refs"]:
            others.append(
                ItemRef(
                    item=row, kind=kind, ref_id=ref, status=status, updated_at=moment, person=user if status else None
                )
            )
        for label, by_model in d["labels"]:
            others.append(
                Annotation(
                    item=row, type="class", label=label, model_id=TASKS[0] if by_model else None,
                    model_name="m" if by_model else "",
                    confidence=0.5 if by_model else None, created_at=moment, updated_at=moment,
                )
            )  # fmt: skip
    Item.objects.bulk_create(rows)
    for kind in (ItemTag, ItemRef, Annotation):
        kind.objects.bulk_create([o for o in others if isinstance(o, kind)])


def asked(values: st.SearchStrategy[Any], *, ordered: bool = True, patterns: bool = False) -> st.SearchStrategy[Any]:
    """A scalar, or an object of operators, for a field with such values."""
    equal = st.one_of(values, st.sampled_from(PATTERNS)) if patterns else values
    choices = [
        equal,
        st.fixed_dictionaries({"$eq": equal}),
        st.fixed_dictionaries({"$ne": equal}),
        st.fixed_dictionaries({"$in": st.lists(equal, max_size=3)}),
        st.fixed_dictionaries({"$nin": st.lists(equal, max_size=3)}),
        st.fixed_dictionaries({"$exists": st.booleans()}),
    ]
    if ordered:
        bounds = values.filter(lambda v: v is not None and not isinstance(v, (bool, list)))
        for one, two in (("$gt", "$lte"), ("$gte", "$lt")):
            choices.append(st.fixed_dictionaries({}, optional={one: bounds, two: bounds}).filter(bool))
    return st.one_of(choices)


TEXT = st.one_of(st.sampled_from([*WORDS, *NAMES]), st.none())
REF_ID = asked(st.sampled_from([*TASKS, "5d0783852dbc15306a59ef6c"]), ordered=False)
STATUS = asked(st.sampled_from(["completed", "approved", "x"]), ordered=True, patterns=True)
FOLDER_PATTERNS = ["/dogs/**", "/dogs/*", "/**", "/*", "*.jpg", "/*/*.jpg", "/dogs/**/*.jpg", "/d*", "*dogs*", "/dogs"]
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id": asked(st.sampled_from(IDS)),
    "name": asked(st.sampled_from([*WORDS, *[f"{n}{x}" for n in range(3) for x in NAMES]]), patterns=True),
    "filename": asked(st.sampled_from(["/dogs/0a.jpg", "/1b.png", *FOLDER_PATTERNS]), ordered=False),
    "dir": asked(st.sampled_from([*FOLDERS, "/dogs/", *FOLDER_PATTERNS]), ordered=False),
    "type": asked(st.sampled_from(["file", "dir"]), ordered=False),
    "hidden": asked(st.booleans(), ordered=False),
    "annotated": asked(st.booleans(), ordered=False),
    "annotationsCount": asked(st.integers(0, 3)),
    "subset": asked(st.one_of(st.none(), st.sampled_from(["train", "test", "v*"])), ordered=False),
    "label": st.one_of(
        asked(st.one_of(st.none(), st.sampled_from(["cat", "dog", "c*"])), ordered=False),
        st.lists(st.sampled_from(["cat", "dog"]), unique=True, max_size=2),
    ),
    "createdAt": asked(st.sampled_from([*MOMENTS, "2024-05-02", "2024-05-01T12:00:00+02:00"])),
    "creator": asked(st.one_of(st.none(), st.sampled_from(["engineer@example.org", "e*", "x"])), ordered=False),
    "groundTruth": asked(st.booleans(), ordered=False),
    "changedSinceApproval": asked(st.booleans(), ordered=False),
    "metadata.system.mimetype": asked(
        st.one_of(st.none(), st.sampled_from(["image/png", "image*", "*/jpeg"])), ordered=False
    ),
    "metadata.system.size": asked(st.one_of(st.none(), st.integers(0, 5), st.sampled_from([2.5, 3.0, -0.5, 1e20]))),
    "metadata.system.width": asked(st.one_of(st.integers(0, 4), st.just(1.5))),
    "metadata.system.tags.train": asked(st.one_of(st.none(), st.booleans()), ordered=False),
    "metadata.system.tags.night": asked(st.one_of(st.none(), st.booleans()), ordered=False),
    "metadata.system.annotationStatus": st.one_of(
        asked(st.one_of(st.none(), st.sampled_from(["completed", "approved"])), ordered=False),
        st.lists(st.sampled_from(["completed", "approved", "discard"]), unique=True, max_size=2),
    ),
    "metadata.system.refs": st.one_of(
        st.just([]), st.none(), st.fixed_dictionaries({"$exists": st.booleans()}),
        st.fixed_dictionaries(
            {"$match": st.fixed_dictionaries({}, optional={
                "id": REF_ID, "type": st.sampled_from(["task", "cycle"]),
                "metadata": st.fixed_dictionaries({"status": STATUS}), "metadata.status": STATUS,
            })}
        ),
    ),
    "metadata.system.refs.id": REF_ID,
    "metadata.system.refs.metadata.status": STATUS,
}  # fmt: skip
JSON_FIELDS = asked(
    st.one_of(SCALARS, st.lists(JSON, max_size=2)).filter(lambda v: not isinstance(v, dict)), patterns=True
)
JSON_IN = st.fixed_dictionaries({"$in": st.lists(SCALARS, max_size=3)})
PATHS = st.sampled_from(
    [
        "metadata.user.k",
        "metadata.user.m",
        "metadata.user.é.k",
        "metadata.user.k.0",
        "metadata.user.a b",
        "metadata.x",
        "metadata.x.k",
    ]
)


def flat(value: Any) -> bool:
    """Lists inside $in are not part of the language."""
    if isinstance(value, dict) and ("$in" in value or "$nin" in value):
        return not any(isinstance(v, (list, dict)) for v in value.get("$in", value.get("$nin")))
    return True


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.integers(0, 2)) == 0:
        path, test = draw(PATHS), draw(JSON_FIELDS.filter(flat))
    else:
        path = draw(st.sampled_from(sorted(FIELDS)))
        test = draw(FIELDS[path])
    if draw(st.booleans()):
        return {path: test}
    first, *rest = path.split(".")
    for part in reversed(rest):
        test = {part: test}
    return {first: test}


FILTERS = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"$and": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"$or": st.lists(inner, min_size=1, max_size=3)}),
        st.tuples(inner, inner).map(lambda two: {"$or": [two[0]], "$and": [two[1]]}),
    ),
    max_leaves=5,
)


# The failing filter is in the message; shrinking ten items and sixteen filters takes minutes.
@pytest.mark.thorough
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(drawn=st.lists(items(), min_size=1, max_size=10), filters=st.lists(FILTERS, min_size=8, max_size=16))
def test_query_when_compiled_then_finds_what_the_oracle_finds(
    dataset: Dataset, engineer: User, drawn: list[dict[str, Any]], filters: list[dict[str, Any]]
) -> None:
    mark = transaction.savepoint()
    try:
        build(dataset, engineer, drawn)
        rows = list(Item.objects.filter(dataset=dataset).select_related("dataset", "creator"))
        docs = {p["id"]: document(p) for p in selectors.item_payloads(rows)}
        base = selectors.items_of(dataset)
        for one in filters:
            found = {str(pk) for pk in query.compile({"filter": one}).queryset(base).values_list("pk", flat=True)}
            expected = {pk for pk, doc in docs.items() if matches(one, doc)}
            assert found == expected, (one, [docs[pk] for pk in found ^ expected])
            inverse = {"filter": {}, "except": {"query": {"filter": one}}}
            rest = {str(pk) for pk in query.compile(inverse).queryset(base).values_list("pk", flat=True)}
            assert rest == docs.keys() - expected
    finally:
        transaction.savepoint_rollback(mark)
