"""`manage.py run_loop`: the loop without people, in a database and data folder of its own; prints one JSON object."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from alp_site.lib.errors import AlpError
from models_registry.services.acquisition import list_strategies
from pipelines.demo import loop
from pipelines.demo.folder import TASKS, folder_source
from pipelines.demo.pictures import SOURCES, Source
from pipelines.demo.world import Plan

MARK = "ALP_LOOP_DIR"
SIZES = ("pool", "validation", "test", "seed_labels", "budget", "rounds")


class Command(BaseCommand):
    help = "Turns the active-learning loop headless: the answer key plays annotator and reviewer."

    def add_arguments(self, parser: CommandParser) -> None:
        known = ", ".join(SOURCES.names())
        parser.add_argument("--data", default="cifar10", help=f"{known}, or a folder with images and COCO files")
        parser.add_argument("--task", choices=list(TASKS), help="default: what the data is for")
        names = [row["name"] for row in list_strategies()]
        parser.add_argument("--strategy", choices=names, default="auto")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--adapter", default="", help="default: what suits the data")
        parser.add_argument("--random-share", type=float, default=0.1, help="control arm of each round")
        parser.add_argument("--config", default="{}", help="JSON: changes to the adapter's configuration")
        parser.add_argument("--json-only", action="store_true", help="no progress on stderr")
        for name in SIZES:
            parser.add_argument(f"--{name.replace('_', '-')}", type=int, help="default: what suits the data")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = os.environ.get(MARK)
        if folder is None:
            again_elsewhere()
        assert folder is not None
        try:
            self.stdout.write(json.dumps(self._run(options)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, options: dict[str, Any]) -> dict[str, Any]:
        settings.ALP_RING_QUEUE = False  # jobs are run here, one after another
        started = time.perf_counter()

        def say(text: str) -> None:
            if not options["json_only"]:
                self.stderr.write(f"{time.perf_counter() - started:6.1f} s  {text}")

        fresh_database()
        say("made a database")
        source = source_of(options["data"], options["task"])
        sizes: dict[str, Any] = {
            name: options[name] if options[name] is not None else source.defaults[name] for name in SIZES
        }
        rounds = sizes.pop("rounds")
        plan = Plan(
            source=source.name,
            project=f"Loop over {source.title}",
            every=sizes["budget"],
            keep_open=1,
            strategy=options["strategy"],
            seed=options["seed"],
            random_share=options["random_share"],
            adapter=options["adapter"],
            configuration=json.loads(options["config"]),
            **sizes,
        )
        report = loop.run(plan, rounds, say)
        report["seconds"] = round(time.perf_counter() - started, 1)
        return report


def source_of(data: str, task: str | None) -> Source:
    """The source by its name, or of a folder. Raises CommandError where it does not fit the task."""
    try:
        if data not in SOURCES and Path(data).is_dir():
            return folder_source(Path(data).resolve(), task or next(iter(TASKS)))
        source = SOURCES.get(data)
    except AlpError as error:
        raise CommandError(error.message) from error
    if task and task != source.task:
        raise CommandError(f"{source.title} is for {source.task}, not for {task}.")
    return source


def fresh_database() -> None:
    """An empty, migrated database: a copy of the last one made from the same migrations, else a new one."""
    target = Path(str(settings.DATABASES["default"]["NAME"]))
    digest = hashlib.sha256(django.get_version().encode())
    for path in sorted(settings.BASE_DIR.glob("*/migrations/*.py")) + sorted(
        settings.BASE_DIR.glob("*/*/migrations/*.py")
    ):
        digest.update(path.read_bytes())
    kept = Path(settings.CACHE_DIR) / "databases" / f"{digest.hexdigest()[:32]}.sqlite3"
    if kept.is_file():
        shutil.copyfile(kept, target)
        return
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    kept.parent.mkdir(parents=True, exist_ok=True)
    temp = kept.with_name(f".{kept.name}.{os.getpid()}")
    with sqlite3.connect(target) as source, sqlite3.connect(temp) as copy:
        source.backup(copy)
    temp.replace(kept)


def again_elsewhere() -> None:
    """Starts this command anew in an environment with its own database and data folder; does not return."""
    folder = tempfile.mkdtemp(prefix="alp-loop-")
    env = {
        **os.environ,
        MARK: folder,
        "ALP_DATA_DIR": folder,
        "ALP_SQLITE_FILE": str(Path(folder) / "alp.sqlite3"),
        "ALP_SQLITE_SYNCHRONOUS": "OFF",
        "ALP_LOG_LEVEL": os.environ.get("ALP_LOG_LEVEL", "WARNING"),
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.argv], env)  # noqa: S606  ourselves, with our own arguments
