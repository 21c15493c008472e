"""Pages of people, and `project_page`, the frame around every page of a project."""

from alp_site.people.pages.errors import forbidden, not_found, server_error
from alp_site.people.pages.frame import ProjectRequest, boot_for, project_page
from alp_site.people.pages.signin import InviteView, PasswordView, SignInView
from alp_site.people.pages.views import api_reference, index, project_settings, projects

__all__ = [
    "InviteView",
    "PasswordView",
    "ProjectRequest",
    "SignInView",
    "api_reference",
    "boot_for",
    "forbidden",
    "index",
    "not_found",
    "project_page",
    "project_settings",
    "projects",
    "server_error",
]
