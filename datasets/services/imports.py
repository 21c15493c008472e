"""A zip into a dataset: received as a blob, unpacked by a job entry by entry, safe against what archives can do."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from alp_site.lib import events, jobs, storage
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.lib.models import Job
from alp_site.people.models import User
from datasets.errors import ArchiveRefused, FileRefused
from datasets.models import Dataset, Import, ImportState
from datasets.services import paths, upload
from datasets.services._common import now_ms

__all__ = ["cancel", "on_job_end", "receive_zip", "run_import"]

MAX_ARCHIVE = 50 * 1024**3
MAX_ENTRIES = 200_000
MAX_UNPACKED = 200 * 1024**3
REFUSED_KEPT = 1_000
CHUNK = 64
_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def receive_zip(
    *, dataset: Dataset, name: str, stream: Iterable[bytes], user: User, mode: str = "skip", directory: str = "/"
) -> Import:
    """Takes the archive and rings a job to unpack it. Raises ArchiveRefused for what is no readable zip, Invalid."""
    upload.check_mode(mode)
    try:
        folder = paths.directory(directory)
    except FileRefused as error:
        raise Invalid(error.message, field="directory") from None
    received = storage.receive(stream, max_bytes=MAX_ARCHIVE)
    try:
        with zipfile.ZipFile(received.path) as archive:
            entries = len(_entries(archive))
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, ArchiveRefused) as error:
        with write():
            storage.retain({received.sha256: received.size})
            storage.release([received.sha256])
        reason = error.message if isinstance(error, ArchiveRefused) else "This is not a zip we can read."
        raise ArchiveRefused(reason, filename=name[:200]) from None
    with write():
        storage.retain({received.sha256: received.size}, mimetype="application/zip")
        row = Import.objects.create(
            dataset=dataset, name=name[:255], archive=received.sha256, directory=folder, mode=mode, creator=user,
            total=entries,
        )  # fmt: skip
        job = jobs.enqueue(
            "datasets.import", key=f"datasets.import:{row.pk}", payload={"import": str(row.pk)},
            project_id=dataset.project_id, title=f"Import {row.name} into {dataset.name}", created_by=user.pk,
        )  # fmt: skip
        row.job_id = job.pk
        row.save(update_fields=["job_id"])
    return row


def cancel(row: Import) -> None:
    """Asks the job to stop; items that are in stay in. Safe to repeat."""
    if row.job_id:
        jobs.request_cancel(row.job_id)


def run_import(run: jobs.Run) -> None:
    """Unpacks from where an earlier run stopped: rows, counts and cursor of a chunk move in one transaction."""
    row = Import.objects.select_related("dataset", "creator").get(pk=run.payload["import"])
    if row.state not in (ImportState.QUEUED, ImportState.RUNNING):
        return
    with zipfile.ZipFile(storage.path(row.archive)) as archive:
        entries = _entries(archive)
        while row.cursor < len(entries):
            run.stop_if_cancelled()
            chunk = entries[row.cursor : row.cursor + CHUNK]
            prepared = _prepared(archive, chunk, row)
            with run.commit():
                results = upload.store(dataset=row.dataset, chunk=prepared, user=row.creator, mode=row.mode)
                _count(row, results, len(chunk))
            run.progress(row.cursor, len(entries), f"{row.added} added, {row.refused_count} refused")
    with run.commit():
        _end(row, ImportState.DONE)
        run.finish()


def on_job_end(job: Job) -> None:
    """The job failed or was cancelled, in its transaction: the import says so."""
    row = Import.objects.select_related("dataset").filter(pk=job.payload.get("import")).first()
    if row is not None and row.state in (ImportState.QUEUED, ImportState.RUNNING):
        row.error = job.error
        _end(row, ImportState.CANCELLED if job.state == "cancelled" else ImportState.FAILED)


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files inside. Raises ArchiveRefused for a bomb: too many, too large, or entries that share their bytes."""
    found = [e for e in archive.infolist() if not e.is_dir() and not _is_junk(e.filename)]
    if len(found) > MAX_ENTRIES:
        raise ArchiveRefused(f"The archive holds more than {MAX_ENTRIES} files.", limit=MAX_ENTRIES)
    if sum(e.file_size for e in found) > MAX_UNPACKED:
        raise ArchiveRefused("The archive would unpack to too much.", limit=MAX_UNPACKED)
    end = 0
    for entry in sorted(found, key=lambda e: e.header_offset):
        if entry.header_offset < end:
            raise ArchiveRefused("Files of the archive overlap.")
        end = entry.header_offset + entry.compress_size
    return found


def _is_junk(name: str) -> bool:
    return name.startswith(_JUNK[0]) or name.rsplit("/", 1)[-1] in _JUNK[1:]


def _prepared(archive: zipfile.ZipFile, chunk: list[zipfile.ZipInfo], row: Import) -> list[upload.Prepared]:
    """What is to be skipped for its name is not unpacked."""
    names = {entry.filename: target for entry in chunk if (target := _target(entry.filename, row.directory))}
    there = upload.known(row.dataset, names.values()) if row.mode == "skip" else {}
    found = []
    for entry in chunk:
        item_id = there.get(names.get(entry.filename, ""))
        if item_id is None:
            found.append(_prepare(archive, entry, row.directory))
        else:
            found.append(upload.Prepared(entry.filename, entry.filename, there=item_id))
    return found


def _target(name: str, directory: str) -> str:
    """Where an entry goes; "" for a name that will be refused."""
    try:
        return paths.join(directory, paths.normal_path(name))
    except FileRefused:
        return ""


def _prepare(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, directory: str) -> upload.Prepared:
    name = entry.filename
    if stat.S_ISLNK(entry.external_attr >> 16):
        return _refused(name, "link", "A link, not a file.")
    if entry.flag_bits & 0x1:
        return _refused(name, "encrypted", "The entry is encrypted.")
    try:
        target = paths.join(directory, paths.normal_path(name))
        return upload.prepare(upload.NewFile(target, _bytes(archive, entry)), shown=name)
    except FileRefused as error:
        return upload.Prepared(name[:1024], name[:1024], error=error)
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError, ValueError) as error:
        return _refused(name, "corrupt", f"The entry cannot be unpacked: {str(error)[:120]}.")


def _refused(name: str, reason: str, message: str) -> upload.Prepared:
    return upload.Prepared(name[:1024], name[:1024], error=FileRefused(name[:200], reason, message))


def _bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Never more than the byte limit of a file, whatever the header promises."""
    with archive.open(entry) as handle:
        while chunk := handle.read(256 * 1024):
            yield chunk


def _count(row: Import, results: list[upload.UploadResult], entries: int) -> None:
    refused = [r.body() for r in results if r.status == "refused"]
    row.cursor += entries
    row.state = ImportState.RUNNING
    row.added += sum(r.status == "added" for r in results)
    row.overwritten += sum(r.status == "overwritten" for r in results)
    row.skipped += sum(r.status == "skipped" for r in results)
    row.refused_count += len(refused)
    row.refused = (row.refused + refused)[:REFUSED_KEPT]
    row.save()


def _end(row: Import, state: str) -> None:
    row.state, row.finished_at = state, now_ms()
    row.save()
    storage.release([row.archive])
    data: dict[str, Any] = {"import": str(row.pk), "state": state}
    events.publish("dataset.updated", project_id=row.dataset.project_id, ids=[row.dataset_id], data=data)
