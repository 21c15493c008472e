"""The state machine, one promise a test."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

import pytest

from pipelines.engine.graph import from_json
from pipelines.engine.plan import arrivals
from pipelines.engine.state import (
    Answer,
    AnswerFailed,
    Cancel,
    Claim,
    Command,
    Counts,
    Create,
    CycleState,
    Env,
    Event,
    Fail,
    Finish,
    LoopLimit,
    Park,
    Refused,
    Rerun,
    Retry,
    Start,
    cycle_status,
    step,
)


def env(*links: str, **extra: Any) -> Env:
    """``env("a>b", "a.out>b.x:yes")``: ports default to ``item``; after the colon the action."""
    ends = [(*text.partition(":")[0].split(">"), text.partition(":")[2] or None) for text in links]
    connections = [
        {"source": _end(source), "target": _end(target), "action": action} for source, target, action in ends
    ]
    nodes = {part["node"] for c in connections for part in (c["source"], c["target"])} | {"a"}
    graph = from_json({"nodes": [{"id": n, "type": "x"} for n in sorted(nodes)], "connections": connections})
    ids = count(1)
    return Env(graph, new_id=lambda: f"e{next(ids)}", **extra)


def _end(text: str) -> dict[str, str]:
    name, _, port = text.partition(".")
    return {"node": name, "port": port or "item"}


def play(e: Env, events: Iterable[Event]) -> tuple[CycleState, list[Command]]:
    state, commands = CycleState("c"), []
    for event in events:
        state, new = step(state, event, e)
        commands += new
    return state, commands


def statuses(state: CycleState) -> dict[str, str]:
    return {f"{e.id}@{e.node_id}": e.status for e in state.executions.values()}


BEGIN = Start("a", {"item": 1}, "start")
DONE_A = [BEGIN, Claim("e1", "w"), Finish("e1", "w", {"item": 1})]


def test_finishing_starts_what_follows_once() -> None:
    state, _ = play(env("a>b"), DONE_A)
    assert statuses(state) == {"e1@a": "done", "e2@b": "ready"}
    assert state.status == "running"


def test_duplicate_delivery_changes_nothing() -> None:
    e = env("a>b")
    once, _ = play(e, DONE_A)
    again, commands = step(once, DONE_A[-1], e)
    assert again == once
    assert isinstance(commands[0], Refused)


def test_late_commit_of_a_worker_that_lost_the_lease_is_refused() -> None:
    e = env("a>b")
    state, commands = play(e, [BEGIN, Claim("e1", "w1"), Claim("e1", "w2"), Finish("e1", "w1", {"item": 1})])
    assert isinstance(commands[-1], Refused)
    assert state.executions["e1"].status == "running"
    assert state.executions["e1"].losses == 1
    state, _ = step(state, Finish("e1", "w2", {"item": 1}), e)
    assert statuses(state) == {"e1@a": "done", "e2@b": "ready"}


def test_join_waits_for_every_connected_port() -> None:
    e = env("a>b", "a>c", "b>d.x", "c>d.y")
    state, _ = play(e, [*DONE_A, Claim("e2", "w"), Finish("e2", "w", {"item": "left"})])
    assert "d" not in {x.node_id for x in state.executions.values()}
    for event in (Claim("e3", "w"), Finish("e3", "w", {"item": "right"})):
        state, _ = step(state, event, e)
    (joined,) = (x for x in state.executions.values() if x.node_id == "d")
    assert joined.arrived == {"x": "left", "y": "right"}


def test_one_execution_into_two_ports_is_one_arrival() -> None:
    state, _ = play(env("a.p>b.x", "a.q>b.y"), [BEGIN, Claim("e1", "w"), Finish("e1", "w", {"p": 1, "q": 2})])
    assert [x.arrived for x in state.executions.values() if x.node_id == "b"] == [{"x": 1, "y": 2}]


def test_connections_into_one_port_are_alternatives() -> None:
    state, _ = play(env("a.p>b", "a.q>b"), [BEGIN, Claim("e1", "w"), Finish("e1", "w", {"p": 1, "q": 2})])
    assert [x.arrived for x in state.executions.values() if x.node_id == "b"] == [{"item": 1}, {"item": 2}]


def test_action_and_missing_output_close_connections() -> None:
    e = env("a>b:yes", "a>c:no", "a>d", "a.other>f")
    found = arrivals(e.graph, "a", {"item": 1}, "yes", lambda c, v: True)
    assert [x.node for x in found] == ["b", "d"]


def test_condition_is_asked_with_the_value() -> None:
    graph = {
        "nodes": [{"id": "a", "type": "x"}, {"id": "b", "type": "x"}],
        "connections": [{"source": _end("a"), "target": _end("b"), "condition": '{"name": "n"}'}],
    }
    asked: list[Any] = []
    arrivals(from_json(graph), "a", {"item": 7}, None, lambda c, v: bool(asked.append((c.condition, v))))
    assert asked == [('{"name": "n"}', 7)]


def test_wait_and_answer() -> None:
    e = env("a>b:completed")
    waiting, _ = play(e, [BEGIN, Claim("e1", "w"), Park("e1", "w")])
    assert waiting.status == "waiting"
    state, _ = step(waiting, Answer("e1", {"item": 1}, "completed"), e)
    assert statuses(state) == {"e1@a": "done", "e2@b": "ready"}
    same, commands = step(state, Answer("e1", {"item": 1}, "completed"), e)
    assert same == state
    assert isinstance(commands[0], Refused)


def test_requirement_answered_starts_over_even_when_it_failed() -> None:
    for answer in (Answer("e1", {"item": 1}), AnswerFailed("e1")):
        state, _ = play(env("a>b"), [BEGIN, Claim("e1", "w"), Park("e1", "w", requires=True), answer])
        assert statuses(state) == {"e1@a": "ready"}


def test_failed_wait_fails_the_execution() -> None:
    state, _ = play(env("a>b"), [BEGIN, Claim("e1", "w"), Park("e1", "w"), AnswerFailed("e1")])
    assert state.status == "failed"


def test_retry_keeps_the_execution_and_rerun_makes_a_new_one() -> None:
    failed = [BEGIN, Claim("e1", "w"), Fail("e1", "w")]
    state, _ = play(env("a>b"), [*failed, Retry("e1")])
    assert statuses(state) == {"e1@a": "ready"}
    state, _ = play(env("a>b"), [*failed, Rerun("e1")])
    assert statuses(state) == {"e1@a": "cancelled", "e2@a": "ready"}
    assert state.executions["e2"].arrived == {"item": 1}


def test_cancel_ends_what_is_open_and_late_results_are_refused() -> None:
    e = env("a>b", "a>c")
    state, commands = play(e, [*DONE_A, Claim("e2", "w"), Cancel(), Finish("e2", "w", {"item": 1})])
    assert statuses(state) == {"e1@a": "done", "e2@b": "cancelled", "e3@c": "cancelled"}
    assert state.status == "cancelled"
    assert isinstance(commands[-1], Refused)


def test_rerun_of_the_source_when_no_connection_takes_the_action() -> None:
    begun = [BEGIN, Claim("e1", "w"), Finish("e1", "w", {"item": 1}, "ok")]
    lost = [Claim("e2", "w"), Finish("e2", "w", {"item": 1}, "changed", again=True)]
    state, _ = play(env("a>b:ok"), [*begun, *lost])
    assert statuses(state) == {"e1@a": "done", "e2@b": "done", "e3@a": "ready"}
    state, _ = play(env("a>b:ok", "b>c:changed"), [*begun, *lost])
    assert statuses(state) == {"e1@a": "done", "e2@b": "done", "e3@c": "ready"}


def test_every_pass_of_a_loop_is_a_new_execution_up_to_the_limit() -> None:
    e = env("a>a", max_hops=3)
    state, found = play(e, [BEGIN]), []
    cycle = state[0]
    for number in range(1, 5):
        for event in (Claim(f"e{number}", "w"), Finish(f"e{number}", "w", {"item": 1})):
            cycle, commands = step(cycle, event, e)
            found += commands
    assert statuses(cycle) == {"e1@a": "done", "e2@a": "done", "e3@a": "done", "e4@a": "failed"}
    assert LoopLimit("a") in found
    assert sum(isinstance(c, Create) for c in found) == 3


@pytest.mark.parametrize(
    ("counts", "stopped", "status"),
    [
        (Counts(), False, "pending"), (Counts(ready=1), False, "pending"), (Counts(ready=1, done=1), False, "running"),
        (Counts(running=1, waiting=1), False, "running"), (Counts(waiting=2, done=1), False, "waiting"),
        (Counts(waiting=1, failed=1), False, "waiting"), (Counts(done=2, failed=1), False, "failed"),
        (Counts(done=2), False, "done"), (Counts(cancelled=1, done=1), True, "cancelled"),
        (Counts(cancelled=1, done=1), False, "done"), (Counts(ready=1, waiting=1), False, "running"),
    ],
)  # fmt: skip
def test_status_of_a_cycle_comes_from_its_counters(counts: Counts, stopped: bool, status: str) -> None:
    assert cycle_status(counts, stopped=stopped) == status
