"""Tests: fast hashing, a data folder of the run's own, the queue rung by hand (lib.testing.settle)."""

# ruff: noqa: E402
import atexit
import os
import shutil
import tempfile
from pathlib import Path

# A reader of the outbox waits for the oldest transaction open anywhere on its server: where tests run beside each other
# on PostgreSQL, each worker of xdist takes its own server of TEST_DATABASE_URLS and TEST_REDIS_URLS (as .ci/run does).
for _name in ("DATABASE_URL", "REDIS_URL"):
    if _urls := os.environ.get(f"TEST_{_name}S", "").split():
        os.environ[_name] = _urls[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))]

from alp_site.env import ENV
from alp_site.settings.base import *  # noqa: F403
from alp_site.settings.base import DATABASES, REST_FRAMEWORK

DATA_DIR = Path(tempfile.mkdtemp(prefix=f"alp-test-{os.getpid()}-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REST_FRAMEWORK = {**REST_FRAMEWORK, "TEST_REQUEST_DEFAULT_FORMAT": "json"}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if not ENV.database_url:
    # A file, not :memory:, so that threads of a test see one database and WAL behaves as in the field.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
ALP_RING_QUEUE = False
WHITENOISE_USE_FINDERS = False  # every new client would look through all files of the front end
FRONTEND_BUILD_REQUIRED = False  # templates are tested without a build; the journeys have one
