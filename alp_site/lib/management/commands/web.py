"""`manage.py web`: the web server: pages, API, websockets, static files."""

from __future__ import annotations

import logging
import signal
import sys
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand, CommandParser

from alp_site.lib.jobs import pulse
from alp_site.lib.procs import collect_seldom, die_with_starter

SHUTDOWN_SECONDS = 3
SWITCH_SECONDS = 0.001
"""How long a thread may keep the others from running: a save gives the interpreter away at each of its statements."""


class Command(BaseCommand):
    help = "Runs the web server until it is told to stop (SIGTERM, Ctrl-C)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_starter()
        sys.setswitchinterval(SWITCH_SECONDS)
        collect_seldom()
        # Open websockets are closed at shutdown, which uvicorn takes for an unfinished task.
        logging.getLogger("uvicorn.error").addFilter(lambda record: "timeout graceful shutdown" not in str(record.msg))
        # uvicorn raises the signal that ended it once more when it is done: an end we can still act upon.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        beat = pulse.start("web")
        try:
            uvicorn.run(
                "alp_site.asgi:application",
                host=options["host"],
                port=options["port"],
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        finally:
            beat.stop()
            beat.join(5)
