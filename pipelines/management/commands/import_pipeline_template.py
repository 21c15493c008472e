"""`manage.py import_pipeline_template FILE`: a pipeline from a file of ours or of another product."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alp_site.lib.errors import AlpError
from alp_site.people.models import Project, User
from pipelines.services.interchange import Imported, import_pipeline, read_pipeline


class Command(BaseCommand):
    help = "Makes a draft pipeline from a pipeline file, and says what of it could not be taken over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what would become of it")
        parser.add_argument("--project", default="", help="the project's id, or its name if only one has it")
        parser.add_argument("--name", default="", help="the pipeline's name (default: the file's)")
        parser.add_argument("--user", default="", help="e-mail of the person it is made for")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = json.loads(options["file"].read_text("utf-8"))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except ValueError as error:
            raise CommandError(f"{options['file']} is not JSON: {error}.") from None
        project = self._project(options["project"])
        if project is None and not options["dry_run"]:
            raise CommandError("Say into which project: --project ID, or look first with --dry-run.")
        user = User.objects.filter(email__iexact=options["user"]).first() if options["user"] else None
        if options["user"] and user is None:
            raise CommandError(f"Nobody here has the e-mail {options['user']}.")
        try:
            if options["dry_run"] or project is None:
                self._tell(read_pipeline(document, project))
            else:
                made = import_pipeline(project=project, document=document, name=options["name"], user=user)
                self._tell(made)
                assert made.pipeline is not None
                self.stdout.write(f"Made the draft {made.name!r}: /p/{project.pk}/pipelines/{made.pipeline.pk}/")
        except AlpError as error:
            raise CommandError(error.message) from None

    @staticmethod
    def _project(wanted: str) -> Project | None:
        if not wanted:
            return None
        live = Project.objects.filter(deleted_at=None)
        found = [project for project in live if wanted in (str(project.pk), project.name)]
        if len(found) != 1:
            raise CommandError(f"{len(found)} projects are called {wanted!r}: give the id of one.")
        return found[0]

    def _tell(self, found: Imported) -> None:
        graph = found.graph
        self.stdout.write(
            f"{found.name}: {len(graph.nodes)} nodes, {len(graph.connections)} connections, "
            f"{len(graph.triggers)} triggers, {len(graph.variables)} variables"
        )
        for note in found.notes:
            self.stdout.write(f"  {note.level.replace('_', ' ')}: {note.where}: {note.message}")
        for problem in found.problems:
            self.stdout.write(f"  {problem.level}: {problem.message}")
        if not found.notes and not found.problems:
            self.stdout.write("  Everything was taken over.")
