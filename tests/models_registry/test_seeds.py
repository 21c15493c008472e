"""Comparisons over several seeds: repeats of the candidate are made, trained, judged and counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient
from sklearn import metrics as reference

from alp_site.lib import jobs
from alp_site.lib.db import now
from datasets.models import TestSetVersion
from models_registry.ml import comparison as judge
from models_registry.ml import verdict
from models_registry.ml.repeats import SeedGain
from models_registry.models import ComparisonLedger, Model
from models_registry.selectors import figures, judging
from models_registry.selectors.versions import repeats_of
from models_registry.services import comparison

pytestmark = pytest.mark.django_db

SEEDS = {"seeds": 3}


def test_a_comparison_over_several_seeds_makes_and_counts_repeats(
    pair: tuple[Model, Model], frozen: TestSetVersion, client_as: Callable[[str], APIClient]
) -> None:
    good, weak = pair
    ask = {"candidate": str(good.pk), "incumbent": str(weak.pk), "config": SEEDS}
    url = f"/api/v1/projects/{good.project_id}/comparisons/"
    client = client_as("engineer")
    for ready in (1, 1):  # asking twice starts nothing twice
        answer = client.post(url, ask, format="json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "repeats_missing")
        assert answer.json()["error"]["data"]["ready"] == ready
    assert not ComparisonLedger.objects.exists()  # no look was paid for
    repeats = repeats_of(good)
    assert [one.seed for one in repeats] == [good.seed + 1, good.seed + 2]
    jobs.run_pending()
    assert client.post(url, ask, format="json").status_code == 409  # trained; now they are evaluated
    jobs.run_pending()
    report = client.post(url, ask, format="json").json()["report"]
    said = next(one for one in report["reasons"] if one["code"].startswith("seeds_"))
    rows = [judging.read_table(str(one.evaluations.get().table_id)) for one in (good, *repeats_of(good), weak)]
    averages = [reference.average_precision_score(np.eye(3)[row["label"]], row["probs"].astype(float)) for row in rows]
    assert f"over 3 seeds {100 * (np.mean(averages[:3]) - averages[3]):+.1f} points" in said["text"]
    assert ComparisonLedger.objects.count() == 1
    for one in repeats_of(good):
        assert (one.stage, one.status, one.labels, one.configuration) == (
            "archived", "trained", good.labels, good.configuration,
        )  # fmt: skip
        assert one.weights_digest != good.weights_digest
    drawn = figures.labels_vs_metric(good.project_id)
    assert not {str(one.pk) for one in repeats} & {point["model"] for point in drawn}


def test_a_deleted_repeat_is_made_again_with_its_seed_and_an_untrained_rival_needs_none(
    pair: tuple[Model, Model], base: Model, frozen: TestSetVersion
) -> None:
    good, weak = pair
    asked = {"candidate_id": good.pk, "incumbent_id": weak.pk, "config": SEEDS}
    assert comparison.start_seeds(**{**asked, "incumbent_id": base.pk}) == []
    assert comparison.start_seeds(**{**asked, "config": {}}) == []
    assert len(comparison.start_seeds(**asked)) == 2
    Model.objects.filter(pk=repeats_of(good)[0].pk).update(deleted_at=now())
    comparison.start_seeds(**asked)
    assert sorted(one.seed for one in repeats_of(good)) == [good.seed + 1, good.seed + 2]


def test_what_one_seed_wins_is_kept_out_where_the_seeds_differ(
    pair: tuple[Model, Model], frozen: TestSetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, weak = pair
    asked = {"candidate_id": good.pk, "incumbent_id": weak.pk, "config": SEEDS}
    for _ in range(2):
        comparison.start_seeds(**asked)
        jobs.run_pending()
    passed = verdict.Reason("better", "Better.", True)
    compare = judge.compare

    def won(*given: Any, **more: Any) -> verdict.Verdict:
        return replace(compare(*given, **more), action="update model", winner="candidate", reasons=[passed])

    monkeypatch.setattr(judge, "compare", won)
    worse = SeedGain([0.1, -0.1, 0.0], 0.0, -0.2)
    monkeypatch.setattr(comparison, "gain_over_seeds", lambda *given, **more: worse)
    row = comparison.compare(**asked)
    assert row.verdict == "discard"
    assert "kept out: may be luck of the seed" in row.reason
