"""What no database should be asked to keep is refused at the door, for every route."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.parsers import MultiPartParser
from rest_framework.views import APIView

from alp_site.lib.parsers import PlainJSONParser
from alp_site.people.models import Project
from datasets.api.uploads import MultipartStream
from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db
WRONG = {
    '{"name": "a\\u0000b"}': "name: a text holds a zero byte",
    '{"settings": {"x": ["\\ud800"]}}': "settings.x.0: a text holds",
    '{"settings": {"n": 9223372036854775808}}': "settings.n: a number does not fit 64 bits",
    '{"settings": ' + "[" * 200_000 + "]" * 200_000 + "}": "nested too deeply",
}


def views(found: Any) -> list[type[APIView]]:
    if isinstance(found, URLResolver):
        return [view for inner in found.url_patterns for view in views(inner)]
    assert isinstance(found, URLPattern)
    view = getattr(found.callback, "cls", None)
    return [view] if isinstance(view, type) and issubclass(view, APIView) else []


def test_every_view_reads_json_through_the_one_parser() -> None:
    parsers = {parser for view in views(get_resolver()) for parser in view.parser_classes}
    # The last takes one file and reads no field.
    assert parsers == {PlainJSONParser, MultipartStream, MultiPartParser}


@pytest.mark.parametrize("body", WRONG, ids=["nul", "surrogate", "number", "deep"])
def test_body_when_a_value_cannot_be_kept_then_its_place_is_named(body: str, client_as: ClientAs) -> None:
    answer = client_as("owner").post("/api/v1/projects/", body, content_type="application/json")
    assert answer.status_code == 400
    assert WRONG[body] in answer.json()["error"]["message"]
    assert Project.objects.count() == 2


def test_body_when_it_holds_an_emoji_as_two_escapes_then_it_is_kept(client_as: ClientAs) -> None:
    body = '{"name": "\\ud83d\\udc26 birds"}'
    answer = client_as("owner").post("/api/v1/projects/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["name"]) == (201, "\U0001f426 birds")


@pytest.mark.parametrize("address", ["/api/v1/projects/?after=%00", "/p/a%00b/"])
def test_address_when_it_holds_a_zero_byte_then_refused(address: str, client_as: ClientAs) -> None:
    assert client_as("owner").get(address).status_code == 400
