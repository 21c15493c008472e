"""The log of a version and its status: one place that writes both and tells the world."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from alp_site.lib import events
from alp_site.lib.db import write
from models_registry.models import Model, ModelLog

__all__ = ["note", "set_stage", "set_status"]


def note(*, model_id: UUID, text: str, person_id: UUID | None = None) -> None:
    """Appends a line to the version's log. Joins an open transaction."""
    with write():
        ModelLog.objects.create(model_id=model_id, kind="note", text=text, person_id=person_id)


def set_status(
    *, model: Model, status: str, text: str = "", person_id: UUID | None = None, fields: dict[str, Any] | None = None
) -> None:
    """Changes the status and the given columns, logs it and publishes model.status. Joins an open transaction."""
    with write():
        for name, value in (fields or {}).items():
            setattr(model, name, value)
        model.status = status
        model.save(update_fields=["status", "updated_at", *(fields or {})])
        ModelLog.objects.create(model=model, kind="status", status=status, text=text, person_id=person_id)
        publish_status(model)


def set_stage(
    *, model: Model, stage: str, reason: str, person_id: UUID | None = None, told: dict[str, Any] | None = None
) -> None:
    """Changes the stage with its reason; the log keeps both. Joins an open transaction. told: more for the event."""
    with write():
        model.stage, model.stage_reason = stage, reason[:300]
        model.save(update_fields=["stage", "stage_reason", "promoted_at", "updated_at"])
        ModelLog.objects.create(model=model, kind="stage", status=stage, text=reason, person_id=person_id)
        events.publish(
            "model.stage",
            project_id=model.project_id,
            ids=[str(model.pk)],
            data={"stage": stage, "name": model.name, "reason": reason, **(told or {})},
        )


def publish_status(model: Model) -> None:
    """The event that pages, waiting nodes and triggers react to."""
    events.publish(
        "model.status",
        project_id=model.project_id,
        ids=[str(model.pk)],
        data={"status": model.status, "stage": model.stage, "name": model.name},
    )
