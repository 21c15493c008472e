"""Evaluations are frozen, comparisons are paid for, promotions keep their history."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from django.db import connection
from sklearn import metrics as reference

from alp_site.lib import jobs
from alp_site.lib.errors import Invalid
from alp_site.lib.models import Event, Job
from alp_site.people.models import Project, User
from datasets.models import Item, TestSetVersion
from datasets.services import approval, labels, test_sets
from models_registry.errors import ApprovalNeeded, EvaluationFailed, EvaluationMissing, NotTrained, WrongStatus
from models_registry.ml.adapters.small_cnn import SmallCnn
from models_registry.models import Comparison, ComparisonLedger, Evaluation, Model, PromotionLog
from models_registry.selectors import catalogue, figures, judging
from models_registry.services import comparison, evaluation, ledger, promotion, versions

from .conftest import CLASSES, Maker, Shapes, evaluated

pytestmark = pytest.mark.django_db
Train = Callable[..., Model]
TIMED = ("latency_ms", "latency_wall_ms", "latency_by")


def test_evaluation_agrees_with_scikit_learn(train_now: Train, frozen: TestSetVersion) -> None:
    row = evaluated(train_now(), frozen)
    table = judging.read_table(str(row.table_id))
    truth, said = table["label"], table["predicted"]
    assert row.summary["n"] == 24
    assert row.summary["accuracy"] == pytest.approx(reference.accuracy_score(truth, said), abs=1e-6)
    assert row.summary["balanced_accuracy"] == pytest.approx(reference.balanced_accuracy_score(truth, said), abs=1e-6)
    assert row.summary["macro_f1"] == pytest.approx(reference.f1_score(truth, said, average="macro"), abs=1e-6)
    one_hot = np.eye(3)[truth]
    average = reference.average_precision_score(one_hot, table["probs"].astype(float), average="macro")
    assert row.summary["average_precision"] == pytest.approx(average, abs=1e-6)
    assert row.metrics["confusion_matrix"] == reference.confusion_matrix(truth, said).tolist()
    low, high = row.summary["accuracy_interval"]
    assert low <= row.summary["accuracy"] <= high


def test_evaluation_reads_the_frozen_labels(
    train_now: Train, frozen: TestSetVersion, shapes: Shapes, owner: User
) -> None:
    model = train_now()
    first = evaluated(model, frozen).metrics["confusion_matrix"]
    Evaluation.objects.all().delete()
    for item in shapes.items["test"]:
        labels.set_class_label(item_id=item.pk, label="disc", author_user=owner)
    approval.approve(item_ids=[item.pk for item in shapes.items["test"]], rule="answer key")
    assert evaluated(model, frozen).metrics["confusion_matrix"] == first


def test_evaluation_is_reused(train_now: Train, frozen: TestSetVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    model, twin = train_now(seed=1), train_now(seed=1)
    row = evaluated(model, frozen)
    monkeypatch.setattr(SmallCnn, "predict", None)  # a second run would fail
    again = evaluation.request_evaluation(model_id=model.pk, test_set_version_id=frozen.pk)
    assert again.pk == row.pk
    shared = evaluation.request_evaluation(model_id=twin.pk, test_set_version_id=frozen.pk)
    assert (shared.status, shared.summary, shared.table_id) == ("done", row.summary, row.table_id)
    assert shared.table is not None
    shared.table.refresh_from_db()
    assert shared.table.refs == 2


def test_evaluation_job_twice_and_retry_after_failure(
    train_now: Train, frozen: TestSetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = train_now()
    real = evaluation.evaluate_classification

    def broken(*_: Any) -> None:
        raise Invalid("no such luck")

    monkeypatch.setattr(evaluation, "evaluate_classification", broken)
    row = evaluation.request_evaluation(model_id=model.pk, test_set_version_id=frozen.pk)
    jobs.run_pending()
    row.refresh_from_db()
    assert (row.status, row.error) == ("failed", {"code": "invalid", "message": "no such luck"})
    monkeypatch.setattr(evaluation, "evaluate_classification", real)
    row = evaluated(model, frozen)
    table, finished = row.table_id, row.finished_at
    Job.objects.filter(pk=row.job_id).update(state="queued")
    jobs.run_pending()
    row.refresh_from_db()
    assert (row.table_id, row.finished_at) == (table, finished)
    statuses = [event.data["status"] for event in Event.objects.filter(type="evaluation.status").order_by("id")]
    assert statuses == ["pending", "running", "failed", "pending", "running", "done"]


def test_evaluation_of_an_untrained_base_is_done_at_once(base: Model, frozen: TestSetVersion) -> None:
    row = evaluation.request_evaluation(model_id=base.pk, test_set_version_id=frozen.pk)
    assert (row.status, row.summary["untrained"]) == ("done", True)


def test_evaluation_of_an_unfinished_version_is_refused(make_version: Train, frozen: TestSetVersion) -> None:
    with pytest.raises(NotTrained):
        evaluation.request_evaluation(model_id=make_version().pk, test_set_version_id=frozen.pk)


def test_items_behind_the_figures(train_now: Train, frozen: TestSetVersion) -> None:
    row = evaluated(train_now(configuration_changes={"epochs": 1}), frozen)
    matrix = np.array(row.metrics["confusion_matrix"])
    for i, truth in enumerate(CLASSES):
        for j, said in enumerate(CLASSES):
            page = judging.evaluated_items(row, truth=truth, predicted=said, only="", offset=0, limit=50)
            assert page["total"] == matrix[i, j]
            assert all((item["truth"], item["predicted"]) == (truth, said) for item in page["items"])
    wrong = judging.evaluated_items(row, truth=None, predicted=None, only="wrong", offset=0, limit=50)
    assert wrong["total"] == matrix.sum() - np.trace(matrix)
    sure = [item["confidence"] for item in wrong["items"]]
    assert sure == sorted(sure, reverse=True)


# ---- comparison


def test_comparison_says_who_won_and_spends_one_look(pair: tuple[Model, Model], frozen: TestSetVersion) -> None:
    good, weak = pair
    row = comparison.compare(candidate_id=good.pk, incumbent_id=weak.pk, test_set_version_id=frozen.pk)
    report = row.report
    mine = judging.read_table(str(good.evaluations.get().table_id))["correct"]
    theirs = judging.read_table(str(weak.evaluations.get().table_id))["correct"]
    assert report["only_candidate"] == int((mine & ~theirs).sum())
    assert report["only_incumbent"] == int((theirs & ~mine).sum())
    assert (report["k"], report["alpha_k"]) == (1, pytest.approx(0.025))
    assert report["smallest_gain"] > 0
    assert row.verdict == ("update model" if report["p"] < 0.025 and report["gain"] > 0 else "discard")
    entry = ComparisonLedger.objects.get()
    assert (entry.k, entry.p) == (1, pytest.approx(report["p"]))


def test_comparison_retry_spends_nothing(pair: tuple[Model, Model], frozen: TestSetVersion) -> None:
    good, weak = pair
    ask = {"candidate_id": good.pk, "incumbent_id": weak.pk, "test_set_version_id": frozen.pk}
    first = comparison.compare(**ask)
    assert comparison.compare(**ask).pk == first.pk
    Comparison.objects.all().delete()  # died between the ledger and the report
    assert comparison.compare(**ask).report["k"] == 1
    assert comparison.compare(**ask, config={"precision_recall": {"metric": "accuracy"}}).report["k"] == 1
    assert ComparisonLedger.objects.count() == 1
    back = comparison.compare(candidate_id=weak.pk, incumbent_id=good.pk, test_set_version_id=frozen.pk)
    assert (back.verdict, back.report["k"]) == ("discard", 2)
    assert Model.objects.get(pk=weak.pk).stage == "archived"


def test_comparison_trained_beats_untrained_base(train_now: Train, base: Model, frozen: TestSetVersion) -> None:
    model = train_now(configuration_changes={"epochs": 1})
    evaluated(model, frozen)
    evaluated(base, frozen)
    row = comparison.compare(candidate_id=model.pk, incumbent_id=base.pk, test_set_version_id=frozen.pk)
    assert row.verdict == "update model"
    assert row.report["reasons"][0]["code"] == "untrained_base"
    assert not ComparisonLedger.objects.exists()


def test_comparison_tie_keeps_the_incumbent(train_now: Train, frozen: TestSetVersion) -> None:
    one, same = train_now(seed=1), train_now(seed=1)
    evaluated(one, frozen)
    evaluated(same, frozen)
    row = comparison.compare(candidate_id=same.pk, incumbent_id=one.pk, test_set_version_id=frozen.pk)
    assert (row.verdict, row.report["reasons"][0]["code"]) == ("discard", "tie")


def test_comparison_needs_both_evaluations(train_now: Train, frozen: TestSetVersion) -> None:
    one, two = train_now(seed=1), train_now(seed=2)
    evaluated(one, frozen)
    ask = {"candidate_id": two.pk, "incumbent_id": one.pk, "test_set_version_id": frozen.pk}
    with pytest.raises(EvaluationMissing) as caught:
        comparison.compare(**ask)
    assert caught.value.data["models"] == [str(two.pk)]
    Evaluation.objects.create(model=two, test_set_version=frozen, status="failed", error={"message": "no memory"})
    with pytest.raises(EvaluationFailed, match="no memory"):
        comparison.compare(**ask)
    assert not ComparisonLedger.objects.exists()


@pytest.mark.parametrize("config", [{"iou": 1}, {"wins": "any"}, {"checks": [{"figure": "loss"}]}, {"alpha": 2}])
def test_comparison_bad_configuration_is_refused(pair: tuple[Model, Model], config: dict[str, Any]) -> None:
    good, weak = pair
    with pytest.raises(Invalid):
        comparison.compare(candidate_id=good.pk, incumbent_id=weak.pk, config=config)
    assert not ComparisonLedger.objects.exists()


def test_comparison_by_checks_on_training_figures(pair: tuple[Model, Model]) -> None:
    good, weak = pair
    config = {"wins": "all", "checks": [{"figure": "loss", "legend": "validation", "maximize": False}]}
    row = comparison.compare(candidate_id=good.pk, incumbent_id=weak.pk, config=config)
    assert row.report["reasons"][0]["code"] == "checks_won"
    with pytest.raises(Invalid, match="no samples"):
        comparison.compare(
            candidate_id=good.pk, incumbent_id=weak.pk, config={"checks": [{"figure": "nope", "legend": "x"}]}
        )


CHECKS = {"wins": "any", "checks": [{"figure": "loss", "legend": "validation", "maximize": False}]}


@pytest.fixture
def without_test_set(train_now: Train) -> tuple[Model, Model]:
    """A good candidate and a weak incumbent that know of no test set and were never evaluated."""
    weak, good = train_now(configuration_changes={"epochs": 1}, seed=2), train_now(seed=3)
    Model.objects.update(test_set_version=None)
    return good, weak


def test_comparison_when_only_checks_are_configured_then_no_test_set_is_asked_for(
    without_test_set: tuple[Model, Model],
) -> None:
    good, weak = without_test_set
    row = comparison.compare(candidate_id=good.pk, incumbent_id=weak.pk, config=CHECKS)
    assert (row.verdict, row.test_set_version) == ("update model", None)
    assert [reason["code"] for reason in row.report["reasons"]] == ["checks_won"]
    assert row.report["ledger"]["spent"] is False
    assert "no test set, so chance is not ruled out" in row.reason
    assert not Evaluation.objects.exists()
    assert comparison.compare(candidate_id=good.pk, incumbent_id=weak.pk, config=CHECKS).pk == row.pk
    back = comparison.compare(candidate_id=weak.pk, incumbent_id=good.pk, config=CHECKS)
    assert (back.verdict, back.report["reasons"][0]["code"]) == ("discard", "checks_lost")


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({}, "it has no 'checks'"),
        ({"precision_recall": {"metric": "accuracy"}}, "it has no 'checks'"),
        ({**CHECKS, "guard": {"labels": ["red"]}}, "'guard' looks at the recall"),
        ({**CHECKS, "guard": {"every": True}}, "'guard' looks at the recall"),
        ({**CHECKS, "latency_ms": 50}, "'latency_ms' is measured"),
    ],
)
def test_comparison_when_the_configuration_needs_a_test_set_and_there_is_none_then_it_says_why(
    without_test_set: tuple[Model, Model], config: dict[str, Any], why: str
) -> None:
    good, weak = without_test_set
    with pytest.raises(Invalid, match=why) as caught:
        comparison.compare(candidate_id=good.pk, incumbent_id=weak.pk, config=config)
    assert "Name a test set version" in caught.value.message
    assert caught.value.data["field"] == "test_set_version"
    assert not Comparison.objects.exists()


def test_comparison_by_checks_when_the_incumbent_was_never_trained_then_the_candidate_wins(
    train_now: Train, base: Model
) -> None:
    model = train_now()
    Model.objects.update(test_set_version=None)
    row = comparison.compare(candidate_id=model.pk, incumbent_id=base.pk, config=CHECKS)
    assert (row.verdict, row.report["reasons"][0]["code"]) == ("update model", "untrained_base")
    back = comparison.compare(candidate_id=base.pk, incumbent_id=model.pk, config=CHECKS)
    assert (back.verdict, back.report["reasons"][0]["code"]) == ("discard", "untrained_candidate")


# ---- what is asked for beside the figures


@pytest.fixture
def winner(train_now: Train, base: Model, frozen: TestSetVersion) -> tuple[Model, Model]:
    """A candidate that wins for certain, against a base that never learnt; both evaluated."""
    model = train_now(configuration_changes={"epochs": 1})
    for one in (model, base):
        evaluated(one, frozen)
    return model, base


def test_comparison_holds_a_candidate_to_its_latency_budget(winner: tuple[Model, Model]) -> None:
    model, base = winner
    row = model.evaluations.get()
    assert row.summary["latency_ms"] > 0
    assert row.summary["latency_by"] == "processor"
    assert {name: row.metrics[name] for name in TIMED} == {name: row.summary[name] for name in TIMED}

    def judged(budget: float, took: float | None) -> Comparison:
        model.evaluations.update(summary={**row.summary, "latency_ms": took, "latency_wall_ms": 790.0})
        Comparison.objects.all().delete()
        Model.objects.filter(pk=model.pk).update(stage="candidate")
        return comparison.compare(candidate_id=model.pk, incumbent_id=base.pk, config={"latency_ms": budget})

    said = {code: judged(50, took) for code, took in (("too_slow", 80.0), ("latency_unknown", None))}
    for code, found in said.items():
        assert (found.verdict, found.report["winner"]) == ("discard", "incumbent")
        assert [one["code"] for one in found.report["reasons"] if not one["passed"]] == [code]
    told = f"{model.name} takes 80 ms of a processor for a picture (790 ms by the clock), 50 ms are allowed."
    assert told in said["too_slow"].reason
    assert {name: said["too_slow"].report["candidate"][name] for name in TIMED} == {
        "latency_ms": 80.0, "latency_wall_ms": 790.0, "latency_by": "processor",
    }  # fmt: skip
    assert Model.objects.get(pk=model.pk).stage == "archived"
    kept = judged(100, 80.0)  # whatever a busy machine made of it by the clock
    assert (kept.verdict, kept.report["reasons"][-1]["code"]) == ("update model", "fast_enough")


def test_comparison_when_a_person_must_approve_then_no_pipeline_promotes_it(
    winner: tuple[Model, Model], client_as: Any
) -> None:
    model, base = winner
    row = comparison.compare(candidate_id=model.pk, incumbent_id=base.pk, config={"approval": True})
    assert (row.verdict, row.report["reasons"][-1]["code"]) == ("discard", "approval_needed")
    assert row.reason.endswith("it waits for a person's approval.")
    fresh = Model.objects.get(pk=model.pk)
    assert (fresh.stage, fresh.stage_reason[:19]) == ("candidate", "waits for approval:")
    with pytest.raises(ApprovalNeeded):
        promotion.promote(model_id=model.pk, comparison_id=row.pk)
    assert not PromotionLog.objects.exists()
    api, judged = client_as("engineer"), f"/api/v1/projects/{model.project_id}/comparisons/"
    assert [one["waits"] for one in api.get(judged).json()["items"]] == [True]
    answer = api.post(f"/api/v1/models/{model.pk}/promote/", {"comparison": str(row.pk)}, format="json")
    assert (answer.status_code, answer.json()["stage"]) == (200, "best")
    assert [one["waits"] for one in api.get(judged).json()["items"]] == [False]
    assert PromotionLog.objects.get().person is not None


def test_comparison_when_the_candidate_loses_anyway_then_nobody_is_asked_to_approve(
    winner: tuple[Model, Model], frozen: TestSetVersion
) -> None:
    model, base = winner
    ask = {"candidate_id": base.pk, "incumbent_id": model.pk, "test_set_version_id": frozen.pk}
    row = comparison.compare(**ask, config={"approval": True})
    assert [reason["code"] for reason in row.report["reasons"]] == ["untrained_candidate"]


def test_promote_with_a_comparison_of_others_is_refused(winner: tuple[Model, Model], train_now: Train) -> None:
    model, base = winner
    other = train_now(configuration_changes={"epochs": 1}, seed=5)
    row = comparison.compare(candidate_id=model.pk, incumbent_id=base.pk)
    with pytest.raises(Invalid, match="not one of"):
        promotion.promote(model_id=other.pk, comparison_id=row.pk)


def test_comparison_guards_every_class_of_the_test_set_when_asked(pair: tuple[Model, Model]) -> None:
    good, weak = pair
    row = comparison.compare(
        candidate_id=weak.pk, incumbent_id=good.pk, config={"guard": {"every": True, "margin": 0.1}}
    )
    guarded = [reason["text"] for reason in row.report["reasons"] if reason["code"].startswith("guard_")]
    assert [text.split()[0] for text in guarded] == list(CLASSES)
    assert all("allowed -10.0 points" in text for text in guarded)
    assert all(one["guarded"] for one in row.report["per_class"])


def test_ledger_goes_on_across_versions_that_share_items(
    pair: tuple[Model, Model], frozen: TestSetVersion, shapes: Shapes, make_shapes: Maker, owner: User
) -> None:
    good, weak = pair

    def spend(version: TestSetVersion) -> int:
        entry = ledger.spend(version=version, candidate_id=good.pk, incumbent_id=weak.pk, alpha=0.05)
        return entry.k

    assert spend(frozen) == 1
    Item.objects.filter(pk__in=[item.pk for item in shapes.items["test"][:8]]).update(subset="")
    grown = test_sets.publish_version(test_set=frozen.test_set, user=owner)
    assert grown.number == 2
    assert spend(grown) == 2
    assert spend(grown) == 2
    Item.objects.filter(pk__in=[item.pk for item in shapes.items["test"][8:]]).update(subset="")
    Item.objects.filter(pk__in=[item.pk for item in shapes.items["test"][:8]]).update(subset="test")
    fresh = test_sets.publish_version(test_set=frozen.test_set, user=owner)
    assert spend(fresh) == 3  # a third of version 1 is not the half of it, but all of these items were in version 1


@pytest.mark.django_db(transaction=True)
def test_ledger_concurrent_looks_take_different_k(train_now: Train, frozen: TestSetVersion, base: Model) -> None:
    others = [
        versions.register_base_model(project_id=base.project_id, name=f"m{at}", adapter="small_cnn", labels=["a", "b"])
        for at in range(6)
    ]

    def look(model: Model) -> int:
        try:
            return ledger.spend(version=frozen, candidate_id=model.pk, incumbent_id=base.pk, alpha=0.05).k
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(look, [*others, *others]))
    assert sorted(set(taken)) == [1, 2, 3, 4, 5, 6]
    assert taken[:6] == taken[6:]


# ---- promotion


def test_promote_and_roll_back(train_now: Train, owner: User, project: Project) -> None:
    one, two, three = (train_now(seed=seed, configuration_changes={"epochs": 1}) for seed in (1, 2, 3))
    for model in (one, two, three):
        promotion.promote(model_id=model.pk, person_id=owner.pk)
    assert promotion.promote(model_id=three.pk) is None  # repeated
    stages = dict(Model.objects.filter(pk__in=[one.pk, two.pk, three.pk]).values_list("pk", "stage"))
    assert stages == {one.pk: "archived", two.pk: "archived", three.pk: "best"}
    assert promotion.rollback(model_id=three.pk, person_id=owner.pk).model_id == two.pk
    assert promotion.rollback(model_id=two.pk).model_id == one.pk
    with pytest.raises(WrongStatus):
        promotion.rollback(model_id=one.pk)
    history = figures.best_history(project.pk)
    steps = [("promote", one), ("promote", two), ("promote", three), ("rollback", two), ("rollback", one)]
    assert [(entry["kind"], entry["name"]) for entry in history] == [(kind, model.name) for kind, model in steps]
    assert Model.objects.filter(project=project, stage="best").count() == 1


def test_promote_an_untrained_base_only_first(base: Model, train_now: Train) -> None:
    promotion.promote(model_id=base.pk)
    model = train_now(configuration_changes={"epochs": 1})
    promotion.promote(model_id=model.pk)
    with pytest.raises(NotTrained):
        promotion.promote(model_id=base.pk)
    assert PromotionLog.objects.count() == 2


def test_archive_keeps_the_best(train_now: Train) -> None:
    model = train_now(configuration_changes={"epochs": 1})
    promotion.promote(model_id=model.pk)
    with pytest.raises(WrongStatus):
        promotion.archive(model_id=model.pk)


def test_labels_vs_metric_counts_every_label(train_now: Train, frozen: TestSetVersion, project: Project) -> None:
    model = train_now()
    assert figures.labels_vs_metric(project.pk)[0]["accuracy"] is None
    row = evaluated(model, frozen)
    point = figures.labels_vs_metric(project.pk)[0]
    assert (point["labels"], point["train"]) == (30 + 12 + 24, 30)
    assert point["accuracy"] == row.summary["accuracy"]
    assert point["stage"] == "candidate"


def test_an_evaluation_tells_its_code_and_hands_out_what_was_said_of_every_item(
    train_now: Train, frozen: TestSetVersion, client_as: Callable[[str], Any]
) -> None:
    row = evaluated(train_now(), frozen)
    client = client_as("viewer")
    body = client.get(f"/api/v1/evaluations/{row.pk}/").json()
    assert body["software"] == catalogue.software()
    assert body["software"]["alp.ml"]
    assert body["seconds"] >= 0
    assert body["table"] is True
    answer = client.get(f"/api/v1/evaluations/{row.pk}/table/")
    assert answer["Content-Disposition"].endswith('on test set version 1.npz"')
    with np.load(io.BytesIO(answer.getvalue()), allow_pickle=False) as content:
        assert len(content["items"]) == row.summary["n"] == 24
        assert float(np.mean(content["correct"])) == pytest.approx(row.summary["accuracy"])
