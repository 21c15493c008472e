"""What can go wrong with models, in ways a caller can act on."""

from __future__ import annotations

from alp_site.lib.errors import Conflict, Invalid, NotFound


class UnknownField(Invalid):
    """A name template asks for a field that is not offered; ``data["field"]`` names it."""

    code = "unknown_field"


class EmptySubset(Invalid):
    """A subset that training or evaluating needs has no approved item; ``data["subset"]`` names it."""

    code = "empty_subset"


class OverlappingSubsets(Invalid):
    """Train, validation and test share items; ``data["pairs"]`` says which and how many."""

    code = "overlapping_subsets"


class WrongStatus(Conflict):
    """The model's status does not allow this; ``data["status"]`` carries it."""

    code = "wrong_status"


class NotTrained(Conflict):
    """The model has no weights to predict with."""

    code = "not_trained"


class ApprovalNeeded(Conflict):
    """The rule it was judged by asks for a person to promote it; ``data["comparison"]`` names the verdict."""

    code = "approval_needed"


class EvaluationMissing(Conflict):
    """A comparison needs both evaluations on the test set version; ``data["models"]`` lists those without one."""

    code = "evaluation_missing"


class RepeatsMissing(Conflict):
    """A comparison over several seeds needs repeats that are not there yet; ``data``: model, seeds, ready."""

    code = "repeats_missing"


class EvaluationFailed(Conflict):
    """An evaluation that a comparison needs has failed; ``data["evaluation"]`` names it."""

    code = "evaluation_failed"


class ModelNotFound(NotFound):
    """No such model in this project."""

    code = "model_not_found"


class NotEncoded(Conflict):
    """The picture's encoding for the smart tool is not there yet: ask for it first."""

    code = "not_encoded"
