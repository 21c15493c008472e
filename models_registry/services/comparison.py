"""Judging a candidate against an incumbent on the same frozen items: once, for good, and paid for in the ledger."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from datasets.models import TestSetEntry, TestSetVersion
from models_registry.errors import EvaluationFailed, EvaluationMissing
from models_registry.ml import comparison as judge
from models_registry.ml.checks import compare_by_checks, needs_test_set
from models_registry.ml.comparison_config import parse_config
from models_registry.ml.metrics.report import align_classes
from models_registry.ml.paired import Statistic
from models_registry.ml.repeats import gain_over_seeds, seeds_reason
from models_registry.ml.verdict_reasons import held_to, held_to_seeds, waits_for_approval
from models_registry.models import Comparison, Evaluation, MetricSample, Model
from models_registry.selectors.judging import read_table
from models_registry.services import ledger, repeats, shape_evaluation, stages

__all__ = ["compare", "evaluations_of", "gains_over", "start_seeds", "version_for"]


def compare(
    *,
    candidate_id: UUID,
    incumbent_id: UUID,
    test_set_version_id: UUID | None = None,
    config: dict[str, Any] | None = None,
    person_id: UUID | None = None,
    cycle_id: UUID | None = None,
) -> Comparison:
    """The verdict "update model" or "discard" with its report. Slow (bootstrap); not inside a transaction.

    The same models, version and configuration give the stored comparison: a retry spends nothing. Without a version the
    candidate's own is used; without that one too, a configuration of only `checks` judges by training figures.
    Raises EvaluationMissing, EvaluationFailed, RepeatsMissing (``start_seeds`` first), Invalid (configuration, labels,
    projects, no test set).
    """
    candidate = Model.objects.get(pk=candidate_id, deleted_at__isnull=True)
    incumbent = Model.objects.get(pk=incumbent_id, deleted_at__isnull=True)
    version = version_for(candidate, test_set_version_id, config)
    _check(candidate, incumbent, version)
    key = _input_key(candidate, incumbent, version, config or {})
    found = _found(key)
    if found is not None:
        return found
    if version is None:
        verdict = _judge_by_checks(candidate, incumbent, config or {})
    else:
        evaluations = evaluations_of(candidate, incumbent, version)
        verdict = _judge(candidate, incumbent, version, evaluations, config or {})
    with write():
        found = _found(key)
        if found is not None:
            return found
        row = Comparison.objects.create(
            project_id=candidate.project_id,
            candidate=candidate,
            incumbent=incumbent,
            test_set_version=version,
            config=config or {},
            input_key=key,
            verdict=verdict["action"],
            reason=verdict["headline"][:500],
            asks_approval=waits_for_approval(verdict["reasons"]),
            report=verdict,
            created_by_id=person_id,
            cycle_id=cycle_id,
        )
        _tell(row, candidate, person_id)
        return row


def evaluations_of(candidate: Model, incumbent: Model, version: TestSetVersion) -> dict[UUID, Evaluation]:
    """The finished evaluations of both on the version. Raises EvaluationFailed, EvaluationMissing naming the models."""
    rows = Evaluation.objects.filter(model__in=[candidate, incumbent], test_set_version=version)
    by_model = {row.model_id: row for row in rows}
    for model in (candidate, incumbent):
        row = by_model.get(model.pk)
        if row is not None and row.status == Evaluation.Status.FAILED:
            why = (row.error or {}).get("message", "")
            raise EvaluationFailed(f"The evaluation of {model.name} failed: {why}", evaluation=str(row.pk))
    missing = [
        model
        for model in (candidate, incumbent)
        if model.pk not in by_model or by_model[model.pk].status != Evaluation.Status.DONE
    ]
    if missing:
        names = " and ".join(model.name for model in missing)
        raise EvaluationMissing(
            f"Not evaluated on test set version {version.number}: {names}.",
            models=[str(model.pk) for model in missing],
            test_set_version=str(version.pk),
        )
    return by_model


def _judge(
    candidate: Model,
    incumbent: Model,
    version: TestSetVersion,
    evaluations: dict[UUID, Evaluation],
    config: dict[str, Any],
) -> dict[str, Any]:
    tables = {pk: read_table(row.table_id) for pk, row in evaluations.items() if row.table_id}
    rules = parse_config(config)
    rival = all(pk in tables for pk in (candidate.pk, incumbent.pk))
    again = repeats.evaluated_repeats(candidate, rules.seeds, version.pk) if rival else []  # before a look is paid for
    kind = shape_evaluation.shapes_of(candidate, incumbent)
    classes = list(dict.fromkeys(str(name) for table in tables.values() for name in table["classes"]))
    k, entry = 1, None
    if all(model.pk in tables for model in (candidate, incumbent)):
        alpha = parse_config(config).alpha
        entry = ledger.spend(version=version, candidate_id=candidate.pk, incumbent_id=incumbent.pk, alpha=alpha)
        k = entry.k
    if kind is not None:
        verdict = shape_evaluation.compared(
            kind, (candidate, incumbent), tables, (_samples(candidate), _samples(incumbent)), config,
            groups=_groups(version, tables), k=k, seed=version.number,
        )  # fmt: skip
    else:
        items = _test_items(version, tables, classes)
        contenders = [_contender(model, tables.get(model.pk), items, classes) for model in (candidate, incumbent)]
        verdict = judge.compare(contenders[0], contenders[1], items.test, config, k=k, seed=version.number)
    if again:
        seeds = {candidate.pk: tables[candidate.pk], **{one.pk: read_table(str(row.table_id)) for one, row in again}}
        verdict = _over_seeds(
            verdict,
            [candidate, *(one for one, _ in again)],
            incumbent,
            version,
            {**seeds, incumbent.pk: tables[incumbent.pk]},
            config,
        )
    verdict = held_to(verdict, rules, candidate.name, incumbent.name, evaluations[candidate.pk].summary)
    if entry is not None:
        ledger.record_p(entry_id=entry.pk, p=verdict.p)
    ledger_entry = {"spent": entry is not None, "k": k, "chain": str(entry.chain_id) if entry else None}
    return _body(verdict, candidate, incumbent, evaluations, ledger_entry)


def _over_seeds(
    verdict: judge.Verdict,
    seeds: list[Model],
    incumbent: Model,
    version: TestSetVersion,
    tables: dict[UUID, dict[str, Any]],
    config: dict[str, Any],
) -> judge.Verdict:
    """The verdict on the candidate with one more clause: its recipe is better whatever the seed."""
    gains, n, groups = gains_over(seeds, incumbent, version, tables, config)
    found = gain_over_seeds(gains, n, groups=groups, seed=version.number)
    reason = seeds_reason(found, parse_config(config).min_delta)
    return held_to_seeds(verdict, reason, seeds[0].name, incumbent.name)


def gains_over(
    models: list[Model],
    reference: Model,
    version: TestSetVersion,
    tables: dict[UUID, dict[str, Any]],
    config: dict[str, Any],
) -> tuple[list[Statistic], int, NDArray[Any] | None]:
    """Of each model its gain over the reference under weights of the test pictures, how many those are, and their
    groups. tables: of all of them, by model. Raises Invalid: the tables hold other items, the configuration is
    wrong."""
    kind = shape_evaluation.shapes_of(models[0], reference)
    if kind is not None:
        gains, n = shape_evaluation.seed_gains(kind, models, reference, tables, config)
        return gains, n, _groups(version, tables)
    classes = list(dict.fromkeys(str(name) for table in tables.values() for name in table["classes"]))
    items = _test_items(version, tables, classes)
    rivals = [_contender(model, tables[model.pk], items, classes) for model in (*models, reference)]
    return judge.seed_gains(rivals[:-1], rivals[-1], items.test, config)


def _judge_by_checks(candidate: Model, incumbent: Model, config: dict[str, Any]) -> dict[str, Any]:
    """Without a test set: nothing is evaluated and no look at one is paid for."""
    contenders = [
        judge.Contender(model.name, None, trained=bool(model.weights_digest), samples=_samples(model))
        for model in (candidate, incumbent)
    ]
    verdict = compare_by_checks(contenders[0], contenders[1], config)
    verdict = held_to(verdict, parse_config(config), candidate.name, incumbent.name, {})
    return _body(verdict, candidate, incumbent, {}, {"spent": False, "k": verdict.k, "chain": None})


def _body(
    verdict: judge.Verdict,
    candidate: Model,
    incumbent: Model,
    evaluations: dict[UUID, Evaluation],
    ledger_entry: dict[str, Any],
) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(verdict.as_dict()))
    body["candidate"] = _named(candidate, evaluations)
    body["incumbent"] = _named(incumbent, evaluations)
    body["ledger"] = ledger_entry
    return body


class _Items:
    """The items of the version in one order, with their true classes and groups."""

    def __init__(self, ids: list[str], test: judge.TestItems) -> None:
        self.ids = ids
        self.test = test


def _test_items(version: TestSetVersion, tables: dict[UUID, dict[str, Any]], classes: list[str]) -> _Items:
    if not tables:
        return _Items([], judge.TestItems(np.empty(0, dtype=np.int64), classes))
    table = next(iter(tables.values()))
    ids = [str(item) for item in table["items"]]
    place = {name: at for at, name in enumerate(classes)}
    truth = np.array([place[str(table["classes"][at])] for at in table["label"]], dtype=np.int64)
    return _Items(ids, judge.TestItems(truth, classes, _groups(version, tables)))


def _groups(version: TestSetVersion, tables: dict[UUID, dict[str, Any]]) -> NDArray[Any] | None:
    """(n,) the group of each item of the tables; None where every item stands alone."""
    if not tables:
        return None
    ids = [str(item) for item in next(iter(tables.values()))["items"]]
    groups = dict(TestSetEntry.objects.filter(version=version).values_list("item_id", "group_key"))
    names = [groups.get(UUID(item)) or item for item in ids]  # an item without a group is one of its own
    return np.array(names) if len(set(names)) < len(names) else None


def _contender(model: Model, table: dict[str, Any] | None, items: _Items, classes: list[str]) -> judge.Contender:
    probs = None
    if table is not None:
        row_of = {str(item): at for at, item in enumerate(table["items"])}
        if set(row_of) != set(items.ids):
            raise Invalid("The two evaluations do not hold the same items: evaluate both again.", model=str(model.pk))
        rows = table["probs"][[row_of[item] for item in items.ids]]
        probs = align_classes(rows, [str(name) for name in table["classes"]], classes)
    return judge.Contender(model.name, probs, trained=table is not None, samples=_samples(model))


def _samples(model: Model) -> dict[tuple[str, str], list[tuple[float, float]]]:
    samples: dict[tuple[str, str], list[tuple[float, float]]] = {}
    points = MetricSample.objects.filter(model=model).order_by("x")
    for figure, legend, x, y in points.values_list("figure", "legend", "x", "y"):
        samples.setdefault((figure, legend), []).append((x, y))
    return samples


def version_for(candidate: Model, version_id: UUID | None, config: dict[str, Any] | None) -> TestSetVersion | None:
    """The version to compare on: the one named, else the candidate's own. None when there is neither and the
    configuration does without. Raises Invalid: the configuration is wrong, or needs a version."""
    why = needs_test_set(parse_config(config))
    wanted = version_id or candidate.test_set_version_id
    if wanted is None:
        if not why:
            return None
        raise Invalid(
            f"There is no test set to compare on, and this configuration needs one: {why}. Name a test set version, or"
            " configure only 'checks' to compare by training figures.",
            field="test_set_version",
        )
    return TestSetVersion.objects.select_related("test_set__dataset").get(pk=wanted)


def start_seeds(
    *,
    candidate_id: UUID,
    incumbent_id: UUID,
    test_set_version_id: UUID | None = None,
    config: dict[str, Any] | None = None,
    person_id: UUID | None = None,
    cycle_id: UUID | None = None,
) -> list[Model | Evaluation]:
    """Starts the repeats of the candidate that the configuration asks for; what of them is not ready. Nothing where one
    seed is enough, or the incumbent is no rival. Safe to repeat. Raises Invalid as ``compare`` does."""
    seeds = parse_config(config).seeds
    candidate = Model.objects.get(pk=candidate_id, deleted_at__isnull=True)
    incumbent = Model.objects.get(pk=incumbent_id, deleted_at__isnull=True)
    if seeds <= 1 or not incumbent.can_predict:
        return []
    version = version_for(candidate, test_set_version_id, config)
    assert version is not None  # several seeds need one
    _check(candidate, incumbent, version)
    return repeats.ensure_repeats(
        model_id=candidate.pk, seeds=seeds, test_set_version_id=version.pk, person_id=person_id, cycle_id=cycle_id
    )


def _check(candidate: Model, incumbent: Model, version: TestSetVersion | None) -> None:
    if candidate.pk == incumbent.pk:
        raise Invalid("A model cannot be compared with itself.", field="incumbent")
    if incumbent.project_id != candidate.project_id:
        raise Invalid("The two models are of different projects.", field="incumbent")
    if version is not None and version.test_set.dataset.project_id != candidate.project_id:
        raise Invalid("The test set version is not in this project.", field="test_set_version")


def _input_key(candidate: Model, incumbent: Model, version: TestSetVersion | None, config: dict[str, Any]) -> str:
    parts = [
        str(candidate.pk),
        candidate.weights_digest,
        str(incumbent.pk),
        incumbent.weights_digest,
        str(version.pk) if version else "",
        json.dumps(config, sort_keys=True),
    ]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _found(key: str) -> Comparison | None:
    rows = Comparison.objects.select_related("candidate", "incumbent", "test_set_version")
    return rows.filter(input_key=key).first()


def _named(model: Model, evaluations: dict[UUID, Evaluation]) -> dict[str, Any]:
    judged = evaluations.get(model.pk)
    summary = judged.summary if judged else {}
    return {
        "id": str(model.pk),
        "name": model.name,
        "evaluation": str(judged.pk) if judged else None,
        "train_count": model.train_count,
        **{name: summary.get(name) for name in ("latency_ms", "latency_wall_ms", "latency_by")},
    }


def _tell(row: Comparison, candidate: Model, person_id: UUID | None) -> None:
    """The event; and a candidate that fails the gate is put aside with the reason, so that the list says why."""
    fresh = Model.objects.select_for_update().get(pk=candidate.pk)
    if fresh.stage == Model.Stage.CANDIDATE:
        passed = row.verdict == Comparison.Verdict.UPDATE
        stage = Model.Stage.CANDIDATE if passed or row.asks_approval else Model.Stage.ARCHIVED
        words = "passes the gate" if passed else "waits for approval" if row.asks_approval else "kept out"
        text = f"{words}: {row.reason}"
        stages.set_stage(model=fresh, stage=stage, reason=text, person_id=person_id)
    events.publish(
        "comparison.done",
        project_id=row.project_id,
        ids=[str(row.pk)],
        data={
            "verdict": row.verdict,
            "candidate": str(row.candidate_id),
            "incumbent": str(row.incumbent_id),
            "cycle": str(row.cycle_id) if row.cycle_id else None,
        },
    )
