"""The environment: what is documented is what is read; `prod` refuses to start without its secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from django.test import Client, override_settings

from alp_site.env import ROOT, Env, kept_secret, load_dotenv, variable

GOOD = {
    "ALP_SECRET_KEY": "".join(f"{chr(97 + i % 26)}{i}" for i in range(40)),
    "ALP_ALLOWED_HOSTS": "alp.example.org",
    "DJANGO_SETTINGS_MODULE": "alp_site.settings.prod",
}


def test_env_example_when_compared_with_what_is_read_then_equal() -> None:
    documented = load_dotenv(ROOT / ".env.example")
    assert set(documented) == {variable(field.name) for field in fields(Env)}


def test_env_example_when_copied_unchanged_then_the_defaults_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in load_dotenv(ROOT / ".env.example").items():
        monkeypatch.setenv(name, value)
    default, read = Env(), Env.read()
    assert replace(read, cache_dir=default.cache_dir) == default
    assert read.cache_dir == default.cache_dir.expanduser()


def test_env_when_a_number_is_none_then_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALP_DEFAULT_WORKERS", "many")
    with pytest.raises(SystemExit, match="ALP_DEFAULT_WORKERS must be a whole number"):
        Env.read()


def test_kept_secret_when_asked_again_then_the_same_and_private(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "data")
    assert len(first) > 40
    assert kept_secret(tmp_path / "data") == first
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0


def check_deploy(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("ALP_", "DJANGO_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**clean, "ALP_DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", ["ALP_SECRET_KEY", "ALP_ALLOWED_HOSTS"])
def test_prod_when_a_secret_is_missing_then_refuses_and_names_it(tmp_path: Path, missing: str) -> None:
    done = check_deploy(tmp_path, **{key: value for key, value in GOOD.items() if key != missing})
    assert done.returncode != 0
    assert f"Set {missing}" in done.stderr


def test_prod_when_configured_then_django_finds_nothing_to_warn_of(tmp_path: Path) -> None:
    done = check_deploy(tmp_path, **GOOD)
    assert done.returncode == 0, done.stderr


def test_static_file_when_asked_for_in_full_in_part_or_again_then_it_is_answered_in_one_piece() -> None:
    dist = ROOT / "static" / "dist"
    file = min(dist.glob("assets/*.css"))
    path = f"/static/{file.relative_to(dist)}"
    with override_settings(WHITENOISE_USE_FINDERS=True):
        client = Client()
        whole = client.get(path)
    assert (whole.status_code, whole.streaming, whole.content) == (200, False, file.read_bytes())
    assert whole["Content-Type"].startswith("text/css")
    assert "immutable" in whole["Cache-Control"]
    part = client.get(path, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, file.read_bytes()[2:6])
    again = client.get(path, headers={"If-Modified-Since": whole["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(path).content == b""
