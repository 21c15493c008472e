"""What can go wrong in people's work, one class a thing a caller can act on."""

from __future__ import annotations

from alp_site.lib.errors import AlpError, Conflict, Invalid


class TaskClosed(Conflict):
    """The task takes no more work: it is completed or archived."""

    code = "task_closed"


class FinishedByOther(Conflict):
    """Someone else finished it first; ``data`` carries who, when and with which label, for the side-by-side view."""

    code = "finished_by_other"


class HeldByOther(Conflict):
    """Someone else holds the item at this moment."""

    code = "held_by_other"


class AlreadyConsumed(Conflict):
    """What came after has already used the answer, so it cannot be taken back here."""

    code = "already_consumed"


class WithAnnotator(Conflict):
    """The item was sent back: it returns to review when its annotator has answered."""

    code = "with_annotator"


class NoAnnotator(Conflict):
    """Nobody labelled this item in a task, so there is nobody to send it back to."""

    code = "no_annotator"


class OpenIssues(Conflict):
    """An issue on the item is still open."""

    code = "open_issues"


class LabelMissing(Invalid):
    """Completing needs a label: chosen now, or already on the item."""

    code = "label_missing"


class NotReady(AlpError):
    """The annotations are not complete. ``data.annotations`` lists each that lacks something, ``[{"annotation", "type",
    "label", "lacks": [{"code", "attribute"?, "title"?, "message"}]}]``; ``data.nothing``: there is none at all."""

    code = "not_ready"
    status = 422


class NoAnswerKey(Conflict):
    """The project has no answer key, or it does not know these images."""

    code = "no_answer_key"
