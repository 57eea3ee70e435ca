"""Which day it is does not hang on the zone that happens to be active."""

from __future__ import annotations

from datetime import UTC, date, datetime
from unittest.mock import patch

import pytest
from django.utils import timezone

from voltward.records import days


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Los_Angeles"])
def test_it_is_beijings_day_on_pages_and_in_jobs(zone: str) -> None:
    evening = datetime(2026, 11, 28, 16, 5, tzinfo=UTC)
    with patch.object(timezone, "now", lambda: evening), timezone.override(zone):
        assert days.today() == date(2026, 11, 29)
    with patch.object(timezone, "now", lambda: evening.replace(hour=15)), timezone.override(zone):
        assert days.today() == date(2026, 11, 28)
