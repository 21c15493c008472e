"""The clock of a house in a test: it leaps where a machine's clock is set, and runs on."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

import pytest
from django.utils import timezone

from alp_site.lib import db


class HouseClock:
    """Every clock of the house, the database's too, is this far from the true one."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        house = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # typed as Self
                return datetime.now(tz) + house.ahead

        patch.setattr("django.utils.timezone.datetime", Shifted)  # under every `now`, the tables' defaults too
        patch.setattr(db, "clock", timezone.now)

    def set_ahead(self, seconds: float) -> None:
        """By so many seconds; negative: behind."""
        self.ahead = timedelta(seconds=seconds)

    def run_on(self, seconds: float) -> None:
        """So much time passes."""
        self.ahead += timedelta(seconds=seconds)
