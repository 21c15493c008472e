"""Static files: workers live by the headers of their own script."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from django.test import RequestFactory, override_settings

from alp_site.lib.middleware import POLICY
from alp_site.lib.static import StaticFiles


@pytest.mark.parametrize(("name", "isolated"), [("worker.js", True), ("runtime.mjs", True), ("page.css", False)])
def test_static_when_a_script_is_served_then_it_may_be_the_worker_of_an_isolated_page(
    tmp_path: Path, name: str, isolated: bool
) -> None:
    (tmp_path / name).write_text("content")
    with override_settings(STATICFILES_DIRS=[tmp_path], DEBUG=False, WHITENOISE_USE_FINDERS=True):
        served = StaticFiles(lambda request: None)  # type: ignore[arg-type,return-value]
        served.add_files(str(tmp_path), prefix="/static/")
        answer = served(RequestFactory().get(f"/static/{name}"))
        answer = asyncio.run(answer) if asyncio.iscoroutine(answer) else answer
    assert answer.content == b"content"
    assert answer.headers.get("Cross-Origin-Embedder-Policy") == ("require-corp" if isolated else None)
    assert answer.headers.get("Content-Security-Policy") == (POLICY if isolated else None)
