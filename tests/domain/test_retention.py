"""How long something is kept: calendar months and days, in the client's zone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retention import Retention

NOW = datetime(2026, 3, 31, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "since"),
    [
        (Retention(months=13), datetime(2025, 2, 28, 11, tzinfo=UTC)),
        (Retention(months=12), datetime(2025, 3, 31, 10, tzinfo=UTC)),
        (Retention(months=3), datetime(2025, 12, 31, 11, tzinfo=UTC)),
        (Retention(days=35), datetime(2026, 2, 24, 11, tzinfo=UTC)),
    ],
)
def test_it_counts_in_the_clients_calendar(kept: Retention, since: datetime) -> None:
    """Paris is on summer time at the one end and not at the other."""
    assert kept.before(NOW, "Europe/Paris") == since


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(2, 120),
)
def test_months_are_never_longer_than_what_was_promised(now: datetime, months: int) -> None:
    since = Retention(months=months).before(now, "UTC")
    assert timedelta(days=28 * months) <= now - since <= timedelta(days=31 * months)
    assert since <= Retention(months=months - 1).before(now, "UTC")
