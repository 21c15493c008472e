"""Work in the background: nodes, firings, counts; and the duties of the sweep."""

from __future__ import annotations

from alp_site.lib import jobs
from pipelines.services import (
    again,
    chance,
    code,
    deliveries,
    execution,
    firing,
    many,
    measuring,
    reset,
    resuming,
    rounds,
    sweep,
    waits,
)
from pipelines.services.again import SEND_JOB
from pipelines.services.code import TEST_JOB
from pipelines.services.deliveries import DELIVER_JOB
from pipelines.services.ledger import NODE_JOB
from pipelines.services.looking import LOOK_JOB
from pipelines.services.many import MANY_JOB
from pipelines.services.measuring import MEASURE_JOB
from pipelines.services.reset import RESET_JOB
from pipelines.services.resuming import RESUME_JOB
from pipelines.services.rounds import SELECT_JOB
from pipelines.services.triggers import COUNT_JOB, FIRE_JOB
from pipelines.services.waits import ANSWER_JOB


@jobs.handler(NODE_JOB, max_attempts=5)
def run_node(run: jobs.Run) -> None:
    execution.run_node(run)


@jobs.handler(FIRE_JOB, max_attempts=5)
def go_through(run: jobs.Run) -> None:
    firing.go_through(run)


@jobs.handler(COUNT_JOB, max_attempts=5)
def count(run: jobs.Run) -> None:
    firing.count_ground_truth(run)


@jobs.handler(MEASURE_JOB, max_attempts=5)
def look_at_figure(run: jobs.Run) -> None:
    measuring.take_look(run)


@jobs.handler(ANSWER_JOB, max_attempts=5)
def take_answers(run: jobs.Run) -> None:
    with run.commit():
        waits.answer_status(run.payload["statuses"], run.payload.get("executions"))


@jobs.handler(LOOK_JOB, max_attempts=5)
def look(run: jobs.Run) -> None:
    sweep.look(run)


@jobs.handler(RESET_JOB, max_attempts=5)
def forget_runs(run: jobs.Run) -> None:
    reset.forget_runs(run)


@jobs.handler(SEND_JOB, max_attempts=5)
def send_loose(run: jobs.Run) -> None:
    again.send_loose(run)


@jobs.handler(MANY_JOB, max_attempts=5)
def act_on_many(run: jobs.Run) -> None:
    many.act_on_many(run)


@jobs.handler(RESUME_JOB, max_attempts=5)
def resume(run: jobs.Run) -> None:
    resuming.resume_when_cancelled(run)


@jobs.periodic("pipelines.ring", 3)
def ring() -> None:
    sweep.ring_unrung()


@jobs.periodic("pipelines.clocks", 3)
def clocks() -> None:
    sweep.run_clocks()


@jobs.periodic("pipelines.recount", 30)
def recount() -> None:
    sweep.recount()
    sweep.heal_clocks()


@jobs.periodic("pipelines.measures", 60)
def look_at_figures() -> None:
    measuring.look_at_all()


@jobs.periodic("pipelines.waits", 30)
def check_waits() -> None:
    sweep.check_waits()


@jobs.periodic("pipelines.firings", 3600)
def drop_entries() -> None:
    sweep.drop_entries()
    sweep.drop_minutes()


@jobs.handler(SELECT_JOB, queue="ml", max_attempts=3)
def select_round(run: jobs.Run) -> None:
    rounds.run_round(run)


@jobs.handler(TEST_JOB, max_attempts=2)
def test_code(run: jobs.Run) -> None:
    code.run_test(run)


@jobs.periodic("pipelines.code_tests", 3600)
def drop_code_tests() -> None:
    code.drop_tests()


@jobs.handler(DELIVER_JOB, max_attempts=5)
def deliver(run: jobs.Run) -> None:
    deliveries.deliver(run)


@jobs.periodic("pipelines.deliveries", 3600)
def drop_deliveries() -> None:
    deliveries.drop_deliveries()


@jobs.periodic("pipelines.rounds", 10)
def look_at_rounds() -> None:
    rounds.look_everywhere()


@jobs.handler(chance.CHANCE_JOB, max_attempts=5, on_end=chance.check_ended)
def compare_with_chance(run: jobs.Run) -> None:
    chance.take_step(run)


@jobs.periodic("pipelines.chance", 60)
def look_at_checks() -> None:
    chance.look_at_checks()
