"""Every write about people. Callers ask `permissions` first; services hold the rules that no role may break."""

from alp_site.people.services.login import check_login_allowed, clear_login_failures, record_login_failure
from alp_site.people.services.members import add_member, change_role, remove_member
from alp_site.people.services.projects import create_project, delete_project, update_project
from alp_site.people.services.tokens import authenticate_token, create_token, revoke_token
from alp_site.people.services.users import create_user, invite_path, update_user

__all__ = [
    "add_member",
    "authenticate_token",
    "change_role",
    "check_login_allowed",
    "clear_login_failures",
    "create_project",
    "create_token",
    "create_user",
    "delete_project",
    "invite_path",
    "record_login_failure",
    "remove_member",
    "revoke_token",
    "update_project",
    "update_user",
]
