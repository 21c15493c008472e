"""`manage.py create_user ada@example.org --name Ada`: the first person of a new house; others are invited by owners."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alp_site.lib.errors import AlpError
from alp_site.people.services import create_user


class Command(BaseCommand):
    help = (
        "Makes an account. The password is asked for, or read as one line from standard input when that is no terminal."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            user = create_user(email=options["email"], name=options["name"], password=password)
        except AlpError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{user.email} can sign in now.")
