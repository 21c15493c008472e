"""What this app does when others change something."""

from __future__ import annotations

from alp_site.lib import events
from annotation.services import people, shares

IDS_A_QUERY = 500


@events.subscribe("annotation.members", ["member.updated"])
def members_changed(batch: list[events.Event]) -> None:
    """Free what people hold who may no longer work in the project."""
    for project_id in {e.project_id for e in batch if e.project_id}:
        people.free_items_of_strangers(project_id=project_id)


@events.subscribe("annotation.items", ["item.deleted", "item.updated"])
def items_deleted_or_restored(batch: list[events.Event]) -> None:
    """Nobody is asked about an item in the trash; one that comes back is asked about again."""
    item_ids = sorted({item_id for e in batch for item_id in e.ids})
    deleted = any(e.type == "item.deleted" for e in batch)
    for start in range(0, len(item_ids), IDS_A_QUERY):
        part = item_ids[start : start + IDS_A_QUERY]
        if deleted:
            people.retire_items(item_ids=part)
        people.revive_items(item_ids=part)


@events.subscribe("annotation.shares", ["task.item_status"])
def items_finished(batch: list[events.Event]) -> None:
    """Somebody may have finished the last item of their share."""
    ids = sorted({str(pk) for e in batch for pk in e.ids})
    for start in range(0, len(ids), IDS_A_QUERY):
        shares.tell_finished_shares(task_item_ids=ids[start : start + IDS_A_QUERY])
