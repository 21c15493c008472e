"""What can go wrong in a way a caller can act on. One subclass a case; pure, so that pure rooms may raise them."""

from __future__ import annotations

from typing import Any, ClassVar


class AlpError(Exception):
    """Base of every expected failure: a stable code, an HTTP status, data for programs, a sentence for people."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    def body(self) -> dict[str, Any]:
        """The body that REST and the websocket send."""
        return {"error": {"code": self.code, "message": self.message, "data": self.data}}


class Invalid(AlpError):
    """The request is malformed or breaks a rule; ``data`` names the field or operator."""

    code = "invalid"


class NotFound(AlpError):
    """It does not exist, or the caller may not know that it does."""

    code = "not_found"
    status = 404


class Forbidden(AlpError):
    """The caller may see it but not do this."""

    code = "forbidden"
    status = 403


class Conflict(AlpError):
    """The state does not allow it: finished by someone else, a name taken."""

    code = "conflict"
    status = 409


class Stale(AlpError):
    """Written against an old version; ``data`` carries the current one."""

    code = "stale"
    status = 412


class TooLarge(AlpError):
    """Over a size limit; ``data`` names the limit."""

    code = "too_large"
    status = 413


class Busy(AlpError):
    """Try again in a moment."""

    code = "busy"
    status = 503


class UnknownName(Invalid):
    """A registry was asked for a name nobody registered."""

    code = "unknown_name"
