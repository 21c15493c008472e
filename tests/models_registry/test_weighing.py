"""Examples weighed by who annotated them: from agreement scores, frozen with the version, read by its training."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from alp_site.people.models import Project, User
from datasets.models import Annotation
from datasets.services import approval, labels
from models_registry.models import ItemScore, Model
from models_registry.selectors import annotators
from models_registry.services import artifacts
from tests.models_registry.conftest import CLASSES, Shapes
from tests.models_registry.test_scores import compare, handed_in

pytestmark = pytest.mark.django_db
Make = Callable[..., Model]
ClientAs = Callable[[str], APIClient]
SCORED = {"annotator_weights": "scores"}
WEIGHT = (3 + 3 * 0.5 + 5) / (6 + 5)
"""Of three right and three wrong classes, whose attributes agree: a score of a half each."""


@pytest.fixture
def half_wrong(shapes: Shapes, project: Project, annotator: User, reviewer: User) -> list[Any]:
    """Six training pictures that the annotator labelled, every other one wrongly, which the reviewer put right."""
    items = shapes.items["train"][:6]
    for at, item in enumerate(items):
        true = shapes.truth[item.pk]
        said = true if at % 2 else next(name for name in CLASSES if name != true)
        labels.set_class_label(item_id=item.pk, label=None, author_user=annotator)
        labels.set_class_label(item_id=item.pk, label=said, author_user=annotator)
        handed_in(item, annotator)
        labels.set_class_label(item_id=item.pk, label=true, author_user=reviewer)
    approval.approve(item_ids=[item.pk for item in items], approver=reviewer)
    compare(project)
    return items


def weights_of(model: Model) -> dict[str, float]:
    """Item -> weight, as frozen."""
    rows = artifacts.read_json(model, "lineage.json")["train"]
    weights = artifacts.read_json(model, "example_weights.json")["train"]
    return {row[0]: weight for row, weight in zip(rows, weights, strict=True)}


def test_examples_weigh_what_the_scores_of_their_annotators_say(
    half_wrong: list[Any], make_version: Make, annotator: User, client_as: ClientAs
) -> None:
    assert ItemScore.objects.filter(kind="person", person=annotator).count() == 6
    model = make_version(configuration_changes=SCORED)
    weights = weights_of(model)
    own = {str(item.pk) for at, item in enumerate(half_wrong) if at % 2}
    assert {item for item, weight in weights.items() if weight < 1} == own  # the reviewer, with no score, has the rest
    assert [weights[item] for item in own] == [pytest.approx(WEIGHT)] * 3
    [person] = artifacts.read_json(model, "example_weights.json")["people"]
    assert (person["id"], person["scores"], person["mean"]) == (str(annotator.pk), 6, 0.75)
    assert model.lineage["annotators"] == {"people": 1, "weighed": 3}
    url = f"/api/v1/models/{model.pk}/"
    seen = client_as("viewer").get(f"{url}lineage/items/")
    assert seen.status_code == 200
    assert "people" not in json.dumps(seen.json())
    assert client_as("viewer").get(f"{url}artifacts/example_weights.json/").status_code == 403
    assert client_as("engineer").get(f"{url}artifacts/example_weights.json/").status_code == 200


def test_nobody_weighs_less_than_the_floor_and_without_the_option_nothing_is_kept(
    half_wrong: list[Any], make_version: Make
) -> None:
    floored = make_version(configuration_changes={**SCORED, "annotator_floor": 0.9})
    assert min(weights_of(floored).values()) == 0.9
    assert not make_version().artifacts.filter(name="example_weights.json").exists()
    assert "annotators" not in make_version().lineage


def test_a_training_goes_by_what_was_frozen(
    half_wrong: list[Any], make_version: Make, train_now: Make, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models_registry.services import training

    plain = train_now(seed=5)
    first = make_version(seed=5, configuration_changes=SCORED)
    ItemScore.objects.filter(kind="person").delete()  # what is said later changes nothing of it
    training.start_training(model_id=first.pk)
    from alp_site.lib import jobs

    jobs.run_pending()
    first.refresh_from_db()
    assert first.weights_digest not in ("", plain.weights_digest)
    without_scores = train_now(seed=5, configuration_changes=SCORED)
    assert set(weights_of(without_scores).values()) == {1.0}
    assert without_scores.weights_digest == plain.weights_digest


def test_a_picture_weighs_the_mean_of_who_drew_on_it(
    half_wrong: list[Any], project: Project, annotator: User, reviewer: User
) -> None:
    from models_registry.selectors.ground_truth import Drawing, ShapeExample, ShapeSubset

    by = {row.updated_by_id: row for row in Annotation.objects.filter(item__in=half_wrong, deleted_at=None)}
    drawn = [Drawing(str(by[one.pk].pk), 1, "box", "disc", None) for one in (annotator, reviewer)]
    subset = ShapeSubset([ShapeExample("a", "x", tuple(drawn)), ShapeExample("b", "y", ())])
    weighing = annotators.weigh(project.pk, subset, 0.1)
    assert weighing.weights == [pytest.approx((WEIGHT + 1) / 2), 1.0]
