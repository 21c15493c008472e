"""Addresses of people. `root_urlpatterns` stand at the root, the other two under /api/v1/ and /p/<project_id>/."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from alp_site.people import pages
from alp_site.people.api import members, projects, tokens
from alp_site.people.api.schema import SchemaView

api_urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("me/", projects.MeView.as_view(), name="me"),
    path("health/", projects.HealthView.as_view(), name="health"),
    path("projects/", projects.ProjectListView.as_view(), name="projects"),
    path("projects/<uuid:project_id>/", projects.ProjectDetailView.as_view(), name="project"),
    path("projects/<uuid:project_id>/members/", members.MemberListView.as_view(), name="members"),
    path("projects/<uuid:project_id>/tokens/", tokens.ProjectTokenListView.as_view(), name="project-tokens"),
    path("members/<uuid:member_id>/", members.MemberDetailView.as_view(), name="member"),
    path("tokens/", tokens.TokenListView.as_view(), name="tokens"),
    path("tokens/<uuid:token_id>/", tokens.TokenDetailView.as_view(), name="token"),
]

page_urlpatterns = [
    path("settings/", pages.project_settings, name="project-settings"),
]

root_urlpatterns = [
    path("", pages.index, name="index"),
    path("projects/", pages.projects, name="projects"),
    path("api/", pages.api_reference, name="api-reference"),
    path("accounts/login/", pages.SignInView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/invite/<uidb64>/<token>/", pages.InviteView.as_view(), name="invite"),
    path("accounts/password/", pages.PasswordView.as_view(), name="password"),
]
