"""`manage.py demo`: a project on real photographs, its pipeline running; started again it finds what is there."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from alp_site.lib.errors import AlpError
from alp_site.lib.packages import PackageUnavailable
from alp_site.people.models import Role
from pipelines.demo.pictures import SOURCES
from pipelines.demo.world import DOMAIN, PASSWORD, Plan, World, build

WHAT = {
    Role.OWNER: "everything",
    Role.ENGINEER: "datasets, pipelines, models",
    Role.REVIEWER: "reviews and approves",
    Role.ANNOTATOR: "labels",
    Role.VIEWER: "looks",
}


class Command(BaseCommand):
    help = "Makes the demo project, or finds it: photographs, a frozen test set, a seed model, a running pipeline."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", choices=SOURCES.names(), default="cifar10")
        parser.add_argument("--strategy", default="auto")
        parser.add_argument("--pool", type=int, help="pictures in the pool")
        parser.add_argument("--validation", type=int, help="pictures that say when training has learnt enough")
        parser.add_argument("--test", type=int, help="pictures of the frozen test set")
        parser.add_argument("--budget", type=int, help="pictures a round, and new labels between two trainings")
        parser.add_argument(
            "--beside", action="store_true", help="a further project, made while the server runs: says little"
        )
        parser.add_argument("--offline", action="store_true", help="drawn shapes: needs no network")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()

        def say(text: str) -> None:
            if options["beside"]:
                return
            self.stdout.write(f"{time.perf_counter() - started:6.1f} s  {text}")
            self.stdout.flush()

        call_command("migrate", verbosity=0, interactive=False)
        plan = plan_of("shapes" if options["offline"] else options["data"], options)
        try:
            world = build(plan, say, beside=True)
        except PackageUnavailable as error:
            if options["beside"]:
                self.stdout.write(f"The second demo, {plan.pictures.title}, was left out: {error.message}")
                return
            raise CommandError(f"{error.message} With --offline the demo draws shapes instead.") from error
        except AlpError as error:
            raise CommandError(error.message) from error
        if options["beside"]:
            self.stdout.write(f"A second project is ready: {world.project.name}. The same people are in it.")
            return
        say(f"the project {world.project.name!r} is ready; the pool is predicted by the workers once they run")
        self._introduce(world)

    def _introduce(self, world: World) -> None:
        self.stdout.write("")
        self.stdout.write(f"Project: {world.project.name}. Sign in as (password of all: {PASSWORD})")
        for role in Role.values:
            self.stdout.write(f"  {role + '@' + DOMAIN:<24} {WHAT[Role(role)]}")
        self.stdout.write("")
        if world.plan.pictures.task == "classification":
            self.stdout.write(
                "Another demo draws boxes around digits: make demo brings it in a minute or two, beside the"
            )
            self.stdout.write("server; by hand it is manage.py demo --data digit_scenes.")
        if not getattr(settings, "ALP_RING_QUEUE", True):
            self.stdout.write("Jobs are not rung here (ALP_RING_QUEUE is off).")


def plan_of(name: str, options: dict[str, Any]) -> Plan:
    """The demo's sizes, or what the command line says."""
    source = SOURCES.get(name)
    sizes: dict[str, Any] = {
        key: source.defaults[key] for key in ("pool", "validation", "test", "seed_labels", "budget")
    }
    sizes.update({key: options[key] for key in ("pool", "validation", "test", "budget") if options.get(key)})
    return Plan(
        source=name, project=f"Demo: {source.title}", every=sizes["budget"], strategy=options["strategy"], **sizes
    )
