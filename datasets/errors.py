"""What can go wrong in datasets in a way a caller can act on."""

from __future__ import annotations

from alp_site.lib.errors import AlpError, Conflict, Forbidden, Invalid, NotFound, Stale

__all__ = [
    "ArchiveRefused",
    "AttributeInvalid",
    "DatasetError",
    "EmptyTestSet",
    "FileRefused",
    "GeometryInvalid",
    "LabelInUse",
    "NameTaken",
    "NotFound",
    "OutsideTask",
    "QueryInvalid",
    "RevisionStale",
    "VersionStale",
]


class DatasetError(AlpError):
    code = "dataset_error"


class QueryInvalid(Invalid):
    """A filter that does not say what it means; `data` names the operator, field or value."""

    code = "query_invalid"


class FileRefused(Invalid):
    """One file of a batch that does not go in; `data.reason` is the machine's word for why."""

    code = "file_refused"

    def __init__(self, filename: str, reason: str, message: str) -> None:
        super().__init__(message, filename=filename, reason=reason)
        self.filename = filename
        self.reason = reason


class ArchiveRefused(Invalid):
    """A zip that cannot be read or would unpack to too much."""

    code = "archive_refused"


class NameTaken(Conflict):
    code = "name_taken"


class LabelInUse(Conflict):
    """The label is on annotations: renaming or deleting it would change what people said."""

    code = "label_in_use"


class GeometryInvalid(Invalid):
    code = "geometry_invalid"


class AttributeInvalid(Invalid):
    """An answer that its question does not take; `data` names the annotation, the attribute and what is allowed."""

    code = "attribute_invalid"


class RevisionStale(Stale):
    """An operation on an annotation that has moved on; `data.current` is its present state."""

    code = "revision_stale"


class VersionStale(Stale):
    """`complete` or `approve` carried a content version that is no longer current."""

    code = "version_stale"


class OutsideTask(Forbidden):
    """The work a person was given does not take annotations of this type or label; `data` says which it takes."""

    code = "outside_task"


class EmptyTestSet(Conflict):
    """A test-set version without an approved item would measure nothing."""

    code = "test_set_empty"
