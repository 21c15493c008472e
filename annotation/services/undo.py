"""Taking one's last act back, whatever it was."""

from __future__ import annotations

from uuid import UUID

from alp_site.lib.db import write
from alp_site.people.models import User
from annotation.selectors.labels import labels_of
from annotation.services import review, status
from annotation.services.status import Done, locked, was_done

__all__ = ["undo"]


def undo(*, task_item_id: UUID, person: User, op_id: UUID | None = None) -> Done:
    """Take back a completing, discarding, approving or returning of mine. See `status.undo` and `review.take_back`."""
    with write():
        ti = locked(task_item_id)
        if was_done(ti, person, op_id):
            return Done(ti, labels_of([ti.item_id]).get(ti.item_id), repeated=True)
        if ti.held_back_at is not None:
            review.check_role(ti, person)
            return review.take_back(ti=ti, person=person, op_id=op_id)
        return status.undo(task_item_id=task_item_id, person=person, op_id=op_id)
