"""Triggers that watch a figure: drift of what comes in, and what a training is expected to bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils.timezone import now

from alp_site.lib import jobs
from alp_site.lib.ids import uuid7
from alp_site.lib.models import OPEN_STATES, Job
from datasets.models import Item
from models_registry.models import Evaluation, Model, Prediction
from models_registry.selectors.shifting import answers_on_test_set
from pipelines.demo.world import World
from pipelines.engine.measures import Reading
from pipelines.models import Cycle, Trigger, TriggerFiring
from pipelines.services.measuring import look_at_all, look_at_figure
from pipelines.services.pipelines import problems_of, publish_pipeline, save_pipeline

pytestmark = pytest.mark.django_db
READS = {"model": {"variable": "Best Model"}, "dataset": {"variable": "Raw Dataset"}}
OF_TRUTH = {**READS, "dataset": {"variable": "Ground Truth Dataset"}}
WINDOW = 20


def watch(world: World, **spec: Any) -> Trigger:
    """The lower flow is started by a figure, as the editor says it."""
    pipeline = world.pipeline
    pipeline.refresh_from_db()
    one = {"id": "figure", "node": "create_new_model", "kind": "measure", "overlap": "allow", "spec": spec}
    save_pipeline(pipeline=pipeline, graph={**pipeline.draft, "triggers": [*pipeline.draft["triggers"], one]})
    publish_pipeline(pipeline=pipeline)
    return Trigger.objects.select_related("pipeline").get(pipeline=pipeline, key="figure")


def look(trigger: Trigger) -> Reading:
    """One look, and the cycles it starts; the work of their nodes is left."""
    trigger.refresh_from_db()
    reading = look_at_figure(trigger)
    for job in Job.objects.filter(kind="pipelines.fire", state__in=OPEN_STATES):
        jobs.run_job(str(job.pk), heartbeat=False)
    trigger.refresh_from_db()
    return reading


def cycles(trigger: Trigger) -> int:
    return Cycle.objects.filter(trigger=trigger).count()


def came(world: World, answers: Sequence[Sequence[float]], *, ago: timedelta = timedelta(seconds=-1)) -> None:
    """New raw items that the best model has given these scores."""
    some = Item.objects.filter(dataset=world.raw, type="file").first()
    assert some is not None
    start = Item.objects.count()
    for number, scores in enumerate(answers):
        name = f"{start + number}.png"
        item = Item.objects.create(
            dataset=world.raw,
            filename=f"/new/{name}",
            name=name,
            dir="/new",
            blob=some.blob,
            created_at=now() - ago,
            updated_at=now(),
        )
        Prediction.objects.create(
            model=world.seed_model, item=item, label=world.seed_model.labels[int(np.argmax(scores))],
            confidence=max(scores), margin=0.5, entropy=0.5, probs=np.array(scores, dtype="<f4").tobytes(),
            weights_digest=world.seed_model.weights_digest, input_key=uuid7().bytes,
        )  # fmt: skip


def as_before(world: World, count: int) -> list[list[float]]:
    """Answers drawn from those on the test set."""
    said = answers_on_test_set(world.seed_model)
    assert said is not None
    return [[float(p) for p in said[index]] for index in np.random.default_rng(0).integers(0, len(said), count)]


def one_kind(world: World, count: int) -> list[list[float]]:
    classes = len(world.seed_model.labels)
    return [[0.97] + [0.03 / (classes - 1)] * (classes - 1)] * count


def test_pictures_of_another_kind_start_a_training_once_a_window(world: World) -> None:
    trigger = watch(world, measure="data_drift", window=WINDOW, **READS)
    came(world, one_kind(world, WINDOW - 1))
    assert look(trigger).words == f"{WINDOW - 1} of {WINDOW} new items were predicted by {world.seed_model.name}"
    came(world, one_kind(world, 1))
    reading = look(trigger)
    assert reading.value is not None
    assert reading.value > 0.3
    assert (reading.fires, cycles(trigger)) == (True, 1)
    assert look(trigger).fires
    assert cycles(trigger) == 1, "a window is answered once, however often it is looked at"
    assert trigger.state["words"].startswith(
        f"window 1 of {WINDOW} new items lies {reading.value:.2f} from the test set"
    )


def test_pictures_as_before_start_nothing_nor_do_those_from_before_the_model(world: World) -> None:
    trigger = watch(world, measure="data_drift", window=WINDOW, **READS)
    came(world, one_kind(world, WINDOW), ago=timedelta(days=1))
    assert look(trigger).value is None, "these were there before the model was the best"
    came(world, as_before(world, WINDOW))
    reading = look(trigger)
    assert reading.value is not None
    assert (reading.fires, cycles(trigger)) == (False, 0)


def test_a_second_window_trains_again_only_where_there_is_something_new_to_learn(world: World) -> None:
    trigger = watch(world, measure="data_drift", window=WINDOW, **READS)
    came(world, one_kind(world, WINDOW))
    look(trigger)
    came(world, one_kind(world, WINDOW))
    assert look(trigger).fires
    notes = list(TriggerFiring.objects.filter(trigger=trigger).order_by("id").values_list("state", "note"))
    assert notes == [("done", ""), ("skipped", "Nothing changed since the last time.")]
    assert cycles(trigger) == 1


def version(world: World, train: int, figure: float) -> Model:
    """A trained version of the line, of so many pictures and so good on the test set."""
    model = Model.objects.get(pk=world.seed_model.pk)
    model.pk, model.number, model.stage, model._state.adding = uuid7(), Model.objects.count() + 1, "", True
    model.name, model.train_count = f"v{model.number}", train
    model.save()
    Evaluation.objects.create(
        model=model, test_set_version=world.version, status="done", summary={"accuracy": figure}, finished_at=now()
    )
    return model


def best_of(world: World, train: int, figure: float) -> None:
    """The best model's own size and figure."""
    Model.objects.filter(pk=world.seed_model.pk).update(train_count=train)
    Evaluation.objects.filter(model=world.seed_model).update(summary={"accuracy": figure})


def test_a_gain_that_the_curve_promises_starts_a_training_once_for_what_is_there(world: World) -> None:
    trigger = watch(world, measure="estimated_gain", gain=0.02, **OF_TRUTH)
    assert look(trigger).words == "1 of 3 sizes of training set were evaluated on one test set"
    there = Item.objects.filter(dataset=world.truth, subset="train").count()
    size = there / 4  # errors of n^-0.5: 0.4, 0.4 / sqrt 2, 0.2
    version(world, round(size), 0.6)
    version(world, round(2 * size), 1 - 0.4 / 2**0.5)
    best_of(world, round(4 * size), 0.8)
    still = look(trigger)
    assert (still.value, still.fires) == (0.0, False), "all there is was trained on"
    best_of(world, round(2 * size), 1 - 0.4 / 2**0.5)
    version(world, round(4 * size), 0.8)
    reading = look(trigger)
    assert reading.value == pytest.approx(0.4 / 2**0.5 - 0.2, abs=1e-6)
    assert (reading.fires, cycles(trigger)) == (True, 1)
    assert trigger.state["tried"] == {"model": str(world.seed_model.pk), "items": there}
    again = look(trigger)
    assert (again.value, again.fires, cycles(trigger)) == (0.0, False, 1), "it was tried with these"


def test_figures_on_another_test_set_or_of_another_line_draw_no_curve(world: World) -> None:
    trigger = watch(world, measure="estimated_gain", **OF_TRUTH)
    best_of(world, 40, 0.8)
    version(world, 10, 0.6)
    other = version(world, 20, 0.7)
    assert look(trigger).value is not None
    Model.objects.filter(pk=other.pk).update(family=uuid7())
    assert look(trigger).words == "2 of 3 sizes of training set were evaluated on one test set"


def test_it_is_looked_at_by_the_sweep_while_it_listens_and_says_what_it_saw(world: World) -> None:
    trigger = watch(world, measure="data_drift", **READS)
    assert look_at_all() == 1
    (job,) = Job.objects.filter(kind="pipelines.measure")
    jobs.run_job(str(job.pk), heartbeat=False)
    trigger.refresh_from_db()
    assert trigger.state["words"] == f"0 of 200 new items were predicted by {world.seed_model.name}"
    Trigger.objects.filter(pk=trigger.pk).update(active=False)
    assert look_at_all() == 0


def test_variables_it_reads_must_be_there_and_of_their_type(world: World) -> None:
    pipeline = world.pipeline
    pipeline.refresh_from_db()

    def codes(**reads: Any) -> set[tuple[str, str | None]]:
        spec = {"measure": "data_drift", **READS, **reads}
        one = {"id": "figure", "node": "create_new_model", "kind": "measure", "spec": spec}
        triggers = [t for t in pipeline.draft["triggers"] if t["id"] != "figure"]
        save_pipeline(pipeline=pipeline, graph={**pipeline.draft, "triggers": [*triggers, one]})
        pipeline.refresh_from_db()
        return {(p.code, p.trigger) for p in problems_of(pipeline) if p.level == "error"}

    assert codes() == set()
    assert codes(model={"variable": "Nobody"}) == {("unknown_variable", "figure")}
    assert codes(model={"variable": "Raw Dataset"}) == {("type_mismatch", "figure")}
    assert codes(model={}) == {("bad_trigger", "figure")}
