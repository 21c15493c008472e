"""What this app does when others change something."""

from __future__ import annotations

from uuid import UUID

from alp_site.lib import events
from models_registry.services.score_notes import APPROVED, COPIED, SCORED, mark_due


@events.subscribe("models.scores", ["item.approved", "item.updated", "task.item_status"])
def something_was_said(batch: list[events.Event]) -> None:
    """What people hand in and what becomes ground truth is compared with what others said of it."""
    approved = [UUID(str(pk)) for event in batch if event.type == "item.approved" for pk in event.ids]
    handed_in = [
        UUID(entry["item"]) for event in batch if event.type == "task.item_status" for entry in event.data["entries"]
    ]
    mark_due(item_ids=approved)
    mark_due(item_ids=handed_in, only=COPIED | APPROVED)  # of the others nothing is known to be true yet
    changed = [UUID(str(pk)) for event in batch if event.type == "item.updated" for pk in event.ids]
    mark_due(item_ids=changed, only=SCORED)
