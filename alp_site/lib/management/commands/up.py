"""`manage.py up`: the whole house in one terminal: web server and both worker clusters."""

from __future__ import annotations

import socket
import sys
import threading
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from alp_site.lib.management.commands.cluster import QUEUE_VARIABLE, numeric_environment
from alp_site.lib.supervisor import Child, Supervisor, manage

FIRST_PORT = 8000
PORTS = 100
SLOW_START_SECONDS = 60.0


class Command(BaseCommand):
    help = "Runs the web server and the worker clusters `default` and `ml` until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, help=f"default: the first free one from {FIRST_PORT}")
        parser.add_argument("--no-migrate", action="store_true", help="do not bring the database up to date first")

    def handle(self, *args: Any, **options: Any) -> None:
        host: str = options["host"]
        port: int = options["port"] or first_free_port(host)
        if not is_free(host, port):
            raise CommandError(f"Port {port} of {host} is in use; choose another with --port.")
        if not options["no_migrate"]:
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        connections.close_all()
        self._lock = threading.Lock()
        self._url = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}/"  # noqa: S104  a comparison
        self._is_up = False
        self._started = time.monotonic()
        self._host, self._port = host, port
        Supervisor(self._children(host, port), self._say).run(self._announce)
        self._say("up", "stopped")

    def _children(self, host: str, port: int) -> list[Child]:
        web = Child("web", manage("web", "--host", host, "--port", str(port)))
        clusters = [
            # Checks were this process's: a worker need not load the pages and the API for them.
            Child(
                name,
                manage("cluster", "--name", name, "--skip-checks"),
                {QUEUE_VARIABLE: name, **numeric_environment(name)},
            )
            for name in ("default", "ml")
        ]
        return [web, *clusters]

    def _announce(self) -> None:
        """Says once where to go, as soon as the server answers."""
        if self._is_up:
            return
        if not is_free(self._host, self._port):
            self._is_up = True
            self._say("up", f"ALP is at {self._url}  (Ctrl-C ends it)")
        elif time.monotonic() - self._started > SLOW_START_SECONDS:
            self._started = time.monotonic()
            self._say("up", "the web server has not answered yet; see its lines above")

    def _say(self, name: str, line: str) -> None:
        with self._lock:
            sys.stdout.write(f"{name:>7} | {line}\n")
            sys.stdout.flush()


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def first_free_port(host: str) -> int:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        if is_free(host, port):
            return port
    raise CommandError(f"No free port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1}; choose one with --port.")
