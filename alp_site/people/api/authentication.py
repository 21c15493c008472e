"""How a REST request says who it is: a session (with CSRF), or `Authorization: Bearer alp_…`."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from alp_site.people.models import AccessToken, User
from alp_site.people.services import authenticate_token


class TokenAuthentication(BaseAuthentication):
    """Personal access tokens. `request.auth` is the AccessToken; a bound one shows its project only."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = authenticate_token(key.strip())
        if token is None:
            raise AuthenticationFailed("This access token is unknown or revoked.")
        user = token.user
        user.role_cache = {}
        user.token_project_id = token.project_id
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PageSession(SessionAuthentication):
    """The session, if it is that of the person whose page asks (`X-ALP-User`, which every page of ours sends): after
    somebody else signed in in this browser, what an open page still has to save is not theirs."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        page_of = request.headers.get("X-ALP-User")
        if found is not None and page_of and page_of != str(found[0].pk):
            raise AuthenticationFailed("This page is somebody else's. Sign in as them, or reload it.")
        return found


class PageSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = PageSession
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
