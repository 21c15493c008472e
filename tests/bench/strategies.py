"""Strategies against random on the whole headless loop: AUBC and labels to target, paired over seeds.

``BENCH_DATA`` (digits or cifar10), ``BENCH_SEEDS``, ``BENCH_ROUNDS``, ``BENCH_STRATEGIES`` (comma-separated) change
the sizes. Prints JSON lines, then the table for the README on stderr. Each run is kept in ``BENCH_FOLDER``, where a
repeated bench finds it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from models_registry.ml.curves import curve, summarise
from tests.bench import number, report, say

ROOT = Path(__file__).resolve().parents[2]
DATA = os.environ.get("BENCH_DATA", "digits")
SEEDS = number("SEEDS", 10 if DATA == "digits" else 5)
ROUNDS = number("ROUNDS", 8)
STRATEGIES = [name for name in os.environ.get("BENCH_STRATEGIES", "auto,margin,random").split(",") if name]
METRIC = "accuracy"


def main() -> None:
    folder = Path(os.environ.get("BENCH_FOLDER") or tempfile.mkdtemp(prefix="alp-strategies-"))
    folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    runs = {name: [one_run(folder, name, seed) for seed in range(SEEDS)] for name in STRATEGIES}
    figures = {who: compared(runs, who) for who in ("candidate", "best")}
    for who, summary in figures.items():
        for name, told in summary["strategies"].items():
            report(
                f"strategies.{DATA}.{name}.{who}.aubc", round(told["aubc"], 4), METRIC,
                baseline=round(summary["strategies"][summary["baseline"]]["aubc"], 4), ratio=told["ratio"],
                note=json.dumps({**told, "target": summary["target"], "claims": summary["claims"]}),
            )  # fmt: skip
    seconds = round(time.perf_counter() - started, 1)
    report(
        f"strategies.{DATA}.seconds", seconds, "s", note=f"{len(STRATEGIES)} strategies, {SEEDS} seeds, {ROUNDS} rounds"
    )
    say(table(runs, figures["candidate"], compared(runs, "candidate", frozen=False)))


def one_run(folder: Path, strategy: str, seed: int) -> dict[str, Any]:
    """The report of one headless loop, from the folder if it was run before."""
    path = folder / f"{DATA}-{strategy}-{seed}-{ROUNDS}.json"
    if not path.is_file():
        command = [
            sys.executable, "manage.py", "run_loop", "--data", DATA, "--strategy", strategy, "--seed", str(seed),
            "--rounds", str(ROUNDS), "--json-only",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        path.write_text(done.stdout, "utf-8")
        say(f"{strategy}, seed {seed}: {json.loads(done.stdout)['seconds']} s")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def points(run: dict[str, Any], who: str, *, frozen: bool = True) -> tuple[list[float], list[float]]:
    """Labels paid for at each round, and the figure of the model of that round (the best one's where it made none).

    ``frozen``: whether the validation and test labels drawn beforehand count, as they do in every curve shown.
    """
    before = 0 if frozen else run["config"]["validation"] + run["config"]["test"]
    labels = [row["labels"] - before for row in run["rounds"]]
    values = [(row[who] or row["best"])[METRIC] for row in run["rounds"]]
    return labels, values


def compared(runs: dict[str, list[dict[str, Any]]], who: str, *, frozen: bool = True) -> dict[str, Any]:
    """Figures of each strategy against random. ``candidate`` is the model trained on the labels of that round."""
    curves = {}
    for name, found in runs.items():
        labels = points(found[0], who, frozen=frozen)[0]
        curves[name] = curve(labels, [points(run, who)[1] for run in found])
    return summarise(curves, baseline="random" if "random" in curves else STRATEGIES[0])


def table(runs: dict[str, list[dict[str, Any]]], figures: dict[str, Any], asked: dict[str, Any]) -> str:
    """Markdown: AUBC, last accuracy, labels to the accuracy random ends with; intervals over seeds, 95 %."""
    claim = "" if figures["claims"] else " Too few seeds to claim anything."
    lines = [
        f"{DATA}: {SEEDS} seeds, {ROUNDS} rounds, target {figures['target']:.3f}.{claim}",
        "",
        (
            "| strategy | AUBC | gain over random | last accuracy | labels to target "
            "| ratio to random | ratio, validation and test aside |"
        ),
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, told in figures["strategies"].items():
        last = sum(points(run, "candidate")[1][-1] for run in runs[name]) / len(runs[name])
        needed = "null" if told["labels_to_target"] is None else f"{told['labels_to_target']:.0f}"
        cells = [
            name,
            _with_interval(told["aubc"], told["aubc_interval"]),
            _with_interval(told["aubc_gain"], told["aubc_gain_interval"]),
            f"{last:.3f}",
            needed,
            _with_interval(told["ratio"], told["ratio_interval"]),
            _with_interval(asked["strategies"][name]["ratio"], asked["strategies"][name]["ratio_interval"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _with_interval(value: float | None, interval: list[float] | None) -> str:
    if value is None:
        return "null"
    return f"{value:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else " [null]")


if __name__ == "__main__":
    main()
