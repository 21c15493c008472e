"""What can go wrong with people, one class a case a caller can act on."""

from alp_site.lib.errors import AlpError, Conflict, Invalid


class EmailTaken(Conflict):
    code = "email_taken"


class AlreadyMember(Conflict):
    code = "already_member"


class LastOwner(Conflict):
    """A project always keeps one owner."""

    code = "last_owner"


class WeakPassword(Invalid):
    code = "weak_password"


class TooManyAttempts(AlpError):
    """Too many failed log-ins; `data.seconds` says when to come back."""

    code = "too_many_attempts"
    status = 429


class Broken(AlpError):
    """A fault of ours; the log has the traceback."""

    code = "server_error"
    status = 500
