"""What a version said of a picture that somebody showed it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.errors import NotFound
from alp_site.lib.models import Job, JobState

__all__ = ["KIND", "answer_path", "standing"]

KIND = "models.try"


def answer_path(job_id: UUID) -> Path:
    """Where the answer of the job is kept for a while."""
    return storage.derived_path("tries", job_id.hex[::-1], ".json")


def standing(*, model_id: UUID, job_id: UUID) -> dict[str, Any]:
    """``{"state", "message", "answer"}`` of a try of this version. Raises NotFound: none such, or too long ago."""
    job = Job.objects.filter(pk=job_id, kind=KIND).first()
    if job is None or job.payload["model"] != str(model_id):
        raise NotFound("There is no such try.")
    answer = None
    if job.state == JobState.DONE:
        try:
            answer = json.loads(answer_path(job.pk).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotFound("The answer is no longer kept: try again.") from None
    failed = job.state in (JobState.FAILED, JobState.CANCELLED)
    message = (job.error or "It was cancelled.") if failed else ""
    return {"state": job.state, "message": message, "answer": answer}
