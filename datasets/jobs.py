"""What the queue and the sweep call; three lines each."""

from __future__ import annotations

from alp_site.lib import jobs
from datasets.services import annotations as operations
from datasets.services import bulk, exports, imports, items, test_sets, thumbnails, tiles

DAY = 24 * 3600.0


@jobs.handler("datasets.import", on_end=imports.on_job_end)
def import_archive(run: jobs.Run) -> None:
    imports.run_import(run)


@jobs.handler("datasets.bulk")
def bulk_action(run: jobs.Run) -> None:
    bulk.run_bulk(run)


@jobs.handler("datasets.clone")
def clone(run: jobs.Run) -> None:
    bulk.run_clone(run)


@jobs.handler(thumbnails.JOB)
def make_thumbnails(run: jobs.Run) -> None:
    thumbnails.make_wanted(run)


@jobs.periodic("datasets.thumbnails", 60.0)
def ring_thumbnails() -> None:
    thumbnails.ring_wanted()


@jobs.handler(tiles.JOB)
def make_tiles(run: jobs.Run) -> None:
    tiles.make_wanted(run)


@jobs.periodic("datasets.tiles", 60.0)
def ring_tiles() -> None:
    tiles.ring_wanted()


@jobs.periodic("datasets.trash", 6 * 3600.0)
def empty_trash() -> None:
    items.purge_trash()
    exports.purge_exports(items.TRASH_KEPT)


@jobs.periodic("datasets.operations", DAY)
def forget_operations() -> None:
    operations.forget_operations()


@jobs.periodic("datasets.test_sets", 600.0)
def grow_test_sets() -> None:
    test_sets.grow_test_sets()
