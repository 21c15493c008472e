"""The sentences of a verdict, the same for every kind of task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from models_registry.ml.checks import TOLERANCE
from models_registry.ml.comparison_config import CompareConfig
from models_registry.ml.verdict import Contender, Measure, Reason, Verdict

__all__ = [
    "guard_reasons",
    "headline",
    "held_to",
    "held_to_seeds",
    "metric_reason",
    "percent",
    "points",
    "untrained_verdict",
    "waits_for_approval",
]

APPROVAL = "approval_needed"


def metric_reason(measure: Measure, min_delta: float) -> Reason:
    """The clause by the deciding metric: better by more than ``min_delta``."""
    values = f"{percent(measure.incumbent)} → {percent(measure.candidate)}"
    change = f"{_title(measure.name)} {values} ({points(measure.gain)})"
    if measure.gain - min_delta > TOLERANCE:
        more = f", more than the {points(min_delta)} asked for" if min_delta else ""
        return Reason("better", f"{change}{more}.", True)
    if abs(measure.gain) <= TOLERANCE:
        return Reason("tie", f"{change}: a tie keeps the current best.", False)
    if measure.gain < 0:
        return Reason("worse", f"{change}: worse.", False)
    return Reason("gain_too_small", f"{change}: not more than the {points(min_delta)} asked for.", False)


def guard_reasons(per_class: list[dict[str, Any]], rules: CompareConfig, what: str = "recall") -> list[Reason]:
    """One clause for each guarded class: the lower bound of the change in ``what`` is above minus the margin."""
    reasons = []
    for row in per_class:
        if not row["guarded"]:
            continue
        bound = f"{what} change at least {points(row['lower_bound'])} (95 %), allowed {points(-rules.guard_margin)}"
        state = "not worse" if row["ok"] else "may be worse"
        reasons.append(
            Reason("guard_kept" if row["ok"] else "guard_broken", f"{row['name']} {state}: {bound}.", row["ok"])
        )
    return reasons


def headline(
    won: bool, candidate: str, incumbent: str, measure: Measure, reasons: list[Reason], test_facts: str,
    *, test: str = "paired test of single answers",
) -> str:  # fmt: skip
    """What was decided and why, in one sentence. ``test_facts``: the test's p and its bar; ``test``:
    what it is called."""
    sure = f"95 % interval {points(measure.low)} to {points(measure.high)}"
    change = f"{_title(measure.name)} {percent(measure.incumbent)} → {percent(measure.candidate)}, {sure}"
    if won:
        return f"{candidate} is better: {change}."
    failed = next(reason for reason in reasons if not reason.passed)
    if failed.code == "not_significant" and measure.low > 0:
        # The interval is of the metric, the test of single answers: alone, "may be chance" would contradict it.
        doubt = f"but the {test} allows for chance ({test_facts})"
        return f"{incumbent} stays, {candidate} is kept out: {change}, {doubt}."
    why = {
        "tie": "a tie",
        "worse": "the candidate is worse",
        "gain_too_small": "the gain is too small",
        "checks_lost": "too few checks won",
        "not_significant": f"the difference may be chance ({test_facts})",
        "guard_broken": "a guarded class may be worse",
        "too_few": "too few test images to tell",
    }[failed.code]
    return f"{incumbent} stays, {why}: {change}."


def untrained_verdict(
    candidate: Contender, incumbent: Contender, rules: CompareConfig, *, n: int, k: int, alpha_k: float,
    metrics: dict[str, dict[str, float]] | None = None,
) -> Verdict:  # fmt: skip
    """No test: an untrained model is no rival, and none may be promoted. metrics: what is known of the candidate."""
    won = candidate.trained
    if won:
        reason = Reason("untrained_base", f"{incumbent.name} was never trained; a trained model beats it.", True)
    else:
        reason = Reason("untrained_candidate", f"{candidate.name} was never trained and cannot be promoted.", False)
    return Verdict(
        action="update model" if won else "discard",
        winner="candidate" if won else "incumbent",
        headline=reason.text,
        reasons=[reason],
        metrics=metrics or {},
        measures=[],
        metric=rules.metric,
        gain=None,
        interval=None,
        p=None,
        alpha_k=alpha_k,
        k=k,
        only_candidate=0,
        only_incumbent=0,
        per_class=[],
        smallest_gain=None,
        n=n,
        unreadable=0,
    )


def held_to(
    verdict: Verdict, rules: CompareConfig, candidate: str, incumbent: str, measured: Mapping[str, Any]
) -> Verdict:
    """The verdict with what is asked for beside the figures: a latency budget, a person's approval. measured: of the
    candidate ``latency_ms`` and, beside it, ``latency_wall_ms`` (``ml.latency``); not known, it breaks a budget."""
    reasons = [*_latency_reasons(rules, candidate, measured)]
    if rules.approval:
        text = "A person must approve: no pipeline promotes it, the button does."
        reasons.append(Reason(APPROVAL, text, False))
    broken = next((reason for reason in reasons if not reason.passed), None)
    if broken is None or verdict.action == "discard":
        # One that is kept out anyway is not to be approved: nobody is told to.
        return replace(verdict, reasons=[*verdict.reasons, *(one for one in reasons if one.code != APPROVAL)])
    why = "it waits for a person's approval" if broken.code == APPROVAL else f"{incumbent} stays all the same"
    said = verdict.headline if broken.code == APPROVAL else f"{broken.text} {verdict.headline}"
    return replace(
        verdict,
        action="discard",
        winner="incumbent",
        headline=f"{said.removesuffix('.')}; {why}.",
        reasons=[*verdict.reasons, *reasons],
    )


def held_to_seeds(verdict: Verdict, reason: Reason, candidate: str, incumbent: str) -> Verdict:
    """The verdict with the clause over several seeds, which may keep out what one seed alone would promote."""
    reasons = [*verdict.reasons, reason]
    if reason.passed or verdict.action == "discard":
        return replace(verdict, reasons=reasons)
    said = f"{incumbent} stays, {candidate} is kept out: {reason.text[0].lower()}{reason.text[1:]}"
    return replace(verdict, action="discard", winner="incumbent", headline=said, reasons=reasons)


def waits_for_approval(reasons: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a report's only open clause is the approval."""
    return [reason["code"] for reason in reasons if not reason["passed"]] == [APPROVAL]


def _latency_reasons(rules: CompareConfig, candidate: str, measured: Mapping[str, Any]) -> list[Reason]:
    if rules.latency_ms is None:
        return []
    allowed = f"{rules.latency_ms:g} ms are allowed"
    latency_ms, wall_ms = measured.get("latency_ms"), measured.get("latency_wall_ms")
    if latency_ms is None:
        text = f"How long {candidate} takes for a picture is not known (evaluated before that was measured); {allowed}."
        return [Reason("latency_unknown", text, False)]
    passed = latency_ms <= rules.latency_ms
    text = f"{candidate} takes {_milliseconds(latency_ms)} for a picture, {allowed}."
    if measured.get("latency_by") == "processor" and wall_ms is not None:
        told = f"{_milliseconds(latency_ms)} of a processor for a picture ({_milliseconds(wall_ms)} by the clock)"
        text = f"{candidate} takes {told}, {allowed}."
    return [Reason("fast_enough" if passed else "too_slow", text, passed)]


def _milliseconds(value: float) -> str:
    return f"{value:.3g} ms" if value < 100 else f"{value:.0f} ms"


def _title(metric: str) -> str:
    if metric == "average_precision":
        return "Mean average precision"
    return metric[0].upper() + metric[1:].replace("_", " ")


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def points(share: float) -> str:
    """A difference in percentage points, signed."""
    return f"{100 * share:+.1f} points"
