"""Judging by stored training figures: a clause beside the test set, or all there is to go by where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alp_site.lib.errors import Invalid
from models_registry.ml.comparison_config import Check, CompareConfig, parse_config
from models_registry.ml.verdict import Contender, Reason, Verdict

TOLERANCE = 1e-12  # "more than min_delta" must not turn on the last bit of a float


def needs_test_set(rules: CompareConfig) -> str:
    """Why this configuration cannot do without a test set, "" if it can: only checks are about training alone."""
    if not rules.checks:
        return "it has no 'checks', so a metric on the test set decides"
    if rules.guard_labels or rules.guard_every:
        return "'guard' looks at the recall of classes on the test set"
    if rules.latency_ms is not None:
        return "'latency_ms' is measured when a model is evaluated"
    if rules.seeds > 1:
        return "'seeds' compares figures on the test set"
    return ""


def compare_by_checks(candidate: Contender, incumbent: Contender, config: Mapping[str, Any] | None = None) -> Verdict:
    """The verdict by training figures alone, without any test of significance; the headline says so. An untrained
    model is no rival, and none may be promoted. Raises Invalid: configuration, one that needs a test set, figures."""
    rules = parse_config(config)
    why = needs_test_set(rules)
    if why:
        raise Invalid(f"This comparison needs a test set: {why}.", field="test_set_version")
    if not candidate.trained:
        reason = Reason("untrained_candidate", f"{candidate.name} was never trained and cannot be promoted.", False)
    elif not incumbent.trained:
        reason = Reason("untrained_base", f"{incumbent.name} was never trained; a trained model beats it.", True)
    else:
        reason = checks_reason(candidate, incumbent, rules)
    said = f"{candidate.name} is better" if reason.passed else f"{incumbent.name} stays"
    return Verdict(
        action="update model" if reason.passed else "discard",
        winner="candidate" if reason.passed else "incumbent",
        headline=f"{said}, by training figures alone (no test set, so chance is not ruled out): {reason.text}",
        reasons=[reason],
        metrics={},
        measures=[],
        metric="checks",
        gain=None,
        interval=None,
        p=None,
        alpha_k=rules.alpha,
        k=1,
        only_candidate=0,
        only_incumbent=0,
        per_class=[],
        smallest_gain=None,
        n=0,
        unreadable=0,
    )


def checks_reason(candidate: Contender, incumbent: Contender, rules: CompareConfig) -> Reason:
    """The clause by stored training figures. Raises Invalid naming a figure that a model has no samples of."""
    won, told = 0, []
    for check in rules.checks:
        new, old = _sample(candidate, check), _sample(incumbent, check)
        gain = new - old if check.maximize else old - new
        passed = gain - check.min_delta > TOLERANCE
        won += passed
        told.append(f"{check.figure}/{check.legend} {old:.4g} → {new:.4g} {'won' if passed else 'lost'}")
    share = won / len(rules.checks)
    enough = {"any": won > 0, "all": won == len(rules.checks)}.get(str(rules.wins))
    if enough is None:
        enough = share - float(rules.wins) >= -TOLERANCE
    text = f"{won} of {len(rules.checks)} checks won, {rules.wins} asked for: {'; '.join(told)}."
    return Reason("checks_won" if enough else "checks_lost", text, bool(enough))


def _sample(model: Contender, check: Check) -> float:
    key = (check.figure, check.legend)
    points = sorted(model.samples.get(key, ()))
    if not points:
        have = ", ".join(sorted("/".join(one) for one in model.samples)) or "none"
        raise Invalid(
            f"{model.name} has no samples of {'/'.join(key)}. It has: {have}.", field="checks", model=model.name
        )
    if not -len(points) <= check.x_index < len(points):
        raise Invalid(
            f"x_index {check.x_index}: {model.name} has {len(points)} samples of {'/'.join(key)}.", field="checks"
        )
    return float(points[check.x_index][1])
