"""People in the middle of it: cycles cancelled, executions run again, loose ends sent on, while everything goes wrong.

What must hold whatever they do: counters are the rows' counts; an execution ends once; a cancelled cycle does nothing
more until someone takes it up again; every execution but the first came by connections that its source says it took,
or was sent or run again by hand; and nothing is stuck.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.engine.graph import from_json
from pipelines.engine.state import (
    DONE,
    EXECUTION_STATUSES,
    FAILED,
    OPEN,
    Cancel,
    CycleState,
    Env,
    Refused,
    Rerun,
    Send,
    Took,
    step,
)
from tests.pure.engine.simulation import House, random_graph, recount

YES = {"action": "yes"}


class Peopled(House):
    """A house in which people act at any moment. ``took``: what each execution said it left by."""

    def __init__(self, graph: dict[str, Any], cycles: int, rng: random.Random) -> None:
        self.took: dict[str, list[str]] = {}
        self.acts, self.sent = count(1), 0
        super().__init__(graph, cycles, rng)

    def feed(self, cycle: str, event: Any) -> bool:
        before = self.cycles[cycle]
        done = super().feed(cycle, event)
        if done:  # the same step once more, for the command that the house does not keep
            env = Env(self.graph, new_id=lambda: "x", passes=self.env.passes, wiring=self.env.wiring)
            for command in step(before, event, env)[1]:
                if isinstance(command, Took):
                    self.took.setdefault(command.execution_id, []).extend(command.connections)
        if before.stopped and not isinstance(event, (Rerun, Send)):
            assert self.cycles[cycle] == before, "a cancelled cycle stands still"
        return done

    def cancel(self) -> None:
        self.feed(self.rng.choice(list(self.cycles)), Cancel())

    def rerun(self) -> None:
        self._with_any(lambda e: Rerun(e.id))

    def send(self) -> None:
        def event(e: Any) -> Send:
            node = self.rng.choice([n.id for n in self.graph.nodes if n.id != "n0"] or ["n0"])
            ports = sorted(self.graph.connected_ports(node))
            values = dict.fromkeys(ports[:1], f"{e.id}/by-hand")
            return Send(e.id, node, values, f"sent:{next(self.acts)}")

        self.sent += bool(self._with_any(event))

    def _with_any(self, make: Callable[[Any], Any]) -> bool:
        found = [(key, e) for key, c in self.cycles.items() for e in c.executions.values()]
        cycle, e = self.rng.choice(found)
        done = self.feed(cycle, make(e))
        if not done:
            assert e.status in OPEN or (e.status != DONE and not isinstance(make(e), Rerun))
        return done

    def moves(self) -> list[Callable[[], None]]:
        return [*super().moves(), self.cancel, self.rerun, self.send]


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), blocks=st.integers(1, 6), cycles=st.integers(1, 3), chaos=st.integers(20, 200))
def test_whatever_people_do_the_books_are_right_and_nothing_is_stuck(
    seed: int, blocks: int, cycles: int, chaos: int
) -> None:
    rng = random.Random(seed)
    house = Peopled(random_graph(rng, blocks), cycles, rng)
    for _ in range(chaos):
        rng.choice(house.moves())()
        for state in house.cycles.values():
            counts = {name: getattr(state.counts, name) for name in EXECUTION_STATUSES}
            assert Counter({name: n for name, n in counts.items() if n}) == recount(state)
    for key, state in house.cycles.items():
        if state.stopped:
            assert not state.counts.open
            for e in state.executions.values():  # what failed before a cancel stays failed: nobody retries it
                assert e.status not in OPEN
        else:
            _let_it_rest(house, key)
    assert set(house.committed.values()) <= {1}
    for state in house.cycles.values():
        for e in state.executions.values():
            _came_rightly(house, state, e)


def _let_it_rest(house: Peopled, key: str) -> None:
    """Without people, retries and answers bring it to its end."""
    for _ in range(2000):
        if not (house.cycles[key].counts.open or house.cycles[key].counts.failed):
            return
        house.sweep()
        for node_id in {*house.bells}:
            house.take(node_id)
        house.bells.clear()
        while house.hands:
            house.commit(house.hands.pop())
        while house.answers:
            house.answer(0, twice=False)
    raise AssertionError("stuck")


def _came_rightly(house: Peopled, state: CycleState, e: Any) -> None:
    if e.source is None or e.key.startswith(("sent:", "again:")):
        return
    ways = [house.graph.connection_by_id[name] for name in house.took[e.source]]
    assert any(c.target_node == e.node_id for c in ways), f"{e.id} came by no connection of {e.source}"
    assert state.executions[e.source].status in (DONE, FAILED)


def test_what_is_sent_on_arrives_once_with_its_connection_and_wakes_a_cancelled_cycle() -> None:
    graph = from_json(
        {
            "nodes": [{"id": "a", "type": "x"}, {"id": "b", "type": "x"}],
            "connections": [
                {"id": "go", "source": {"node": "a", "port": "v"}, "target": {"node": "b", "port": "v"}, **YES},
            ],
        }
    )  # fmt: skip
    from pipelines.engine.state import Claim, Create, Finish, Start

    ids = count(1)
    env = Env(graph, new_id=lambda: f"e{next(ids)}")
    state, _ = step(CycleState("c"), Start("a", {"v": 1}, "s"), env)
    refused = step(state, Send("e1", "b", {"v": 1}, "k"), env)[1]
    assert any(isinstance(command, Refused) for command in refused), "what runs has nothing to send"
    state, _ = step(state, Claim("e1", "t"), env)
    state, commands = step(state, Finish("e1", "t", {"v": 1}, "no"), env)
    assert Took("e1", ()) in commands
    assert state.status == "done"
    state, commands = step(state, Send("e1", "b", {"v": 1}, "k", ("go",)), env)
    assert Took("e1", ("go",)) in commands
    (made,) = (command.execution for command in commands if isinstance(command, Create))
    assert (made.node_id, made.arrived, made.source, made.key) == ("b", {"v": 1}, "e1", "k")
    state, _ = step(state, Cancel(), env)
    assert state.status == "cancelled"
    state, _ = step(state, Send("e1", "b", {"v": 1}, "k2", ("go",)), env)
    assert state.status == "running"
