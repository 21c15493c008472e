"""What can go wrong with pipelines, one class a case a caller can act on."""

from __future__ import annotations

from alp_site.lib.errors import Conflict, Invalid, Stale


class GraphInvalid(Invalid):
    """The pipeline cannot start; ``data.problems`` lists why, coded and with the place."""

    code = "graph_invalid"


class UnknownVariable(Invalid):
    """The pipeline has no variable of this name."""

    code = "unknown_variable"


class VariableValueError(Invalid):
    """The value does not fit the variable's type, or names something outside the project."""

    code = "bad_value"


class WrongStatus(Conflict):
    """The pipeline, cycle or execution is in a state that does not allow this."""

    code = "wrong_status"


class BadSignature(Invalid):
    """A webhook's message is not signed as it must be. Says no more: whoever asks may be anybody."""

    code = "bad_signature"


class DraftMoved(Stale):
    """Someone saved the graph since it was loaded; ``data.version`` is the current one."""

    code = "draft_moved"


class TooDeep(Conflict):
    """A trigger answered an event that triggers caused more than eight times over."""

    code = "too_deep"


class UnknownTemplate(Invalid):
    """There is no pipeline template of this name."""

    code = "unknown_template"
