"""The demo's figures: made up, seeded, and always the same for one seed and one day.

What happened on a day depends on the seed and that day alone, so that a later call with another
``today`` adds days and changes none; only cancellations and deals that close meanwhile come true
later. Every week one channel rises or falls visibly.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

_DAY = timedelta(days=1)
_DAYS = 62 * 7
"""A year and ten weeks: what the trend's first week is held against a year ago is there too."""
_LEAD = 120
"""Days of bookings before the first stay, so that the first stays are whole."""

_WEEKDAY = (1.06, 1.04, 1.0, 0.98, 0.96, 0.93, 1.03)
"""Monday to Sunday: people buy and book at the start of the week and on Sunday evening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    name: str
    sessions: float
    """On a common day."""
    conversion: float
    basket: float
    """Euros of one order."""
    cost: float = 0.0
    """Euros of ads on a common day."""


_CHANNELS = (
    _Channel(name="Organic search", sessions=3050, conversion=0.0185, basket=41),
    _Channel(name="Paid search", sessions=1850, conversion=0.0235, basket=39, cost=520),
    _Channel(name="Paid social", sessions=1720, conversion=0.0172, basket=43, cost=640),
    _Channel(name="Direct", sessions=1240, conversion=0.0222, basket=42),
    _Channel(name="Email", sessions=620, conversion=0.0275, basket=37),
    _Channel(name="Affiliates", sessions=300, conversion=0.0168, basket=38, cost=140),
)
_SEGMENTS = (
    ("Online travel agency", 14.0, 0.30, 96.0),
    ("Direct", 8.0, 0.14, 104.0),
    ("Tour operator", 5.0, 0.18, 82.0),
    ("Corporate", 2.5, 0.10, 91.0),
    ("Groups", 1.5, 0.24, 78.0),
)
"""Name, bookings on a common day, share that is cancelled, euros a night."""
_REGIONS = (("EMEA", 0.42), ("North America", 0.33), ("APAC", 0.17), ("LATAM", 0.08))


def write(folder: Path, *, today: date, seed: int) -> None:
    """Write the files that acme and pvcp read, up to the day before ``today``.

    ``folder`` is the demo's own copy of clients/; the files stand in ``<client>/data``.
    """
    _write(folder / "acme/data/shop.csv", _SHOP, rows=_shop(today, seed))
    _write(folder / "acme/data/ads.csv", ("day", "platform", "cost"), rows=_ads(today, seed))
    _write(folder / "pvcp/data/bookings.csv", _BOOKING, rows=_bookings(today, seed))


_SHOP = ("day", "channel", "sessions", "orders", "gross", "refunds")
_BOOKING = ("booking", "booked_on", "arrival", "nights", "rate", "segment", "cancelled_on")


def _write(path: Path, head: Sequence[str], *, rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _days(today: date, count: int) -> Iterator[date]:
    for back in range(count, 0, -1):
        yield today - back * _DAY


def _luck(seed: int, *about: object) -> Random:
    """Return a generator that only the seed and what it is about decide."""
    return Random(f"{seed}:{about}")  # noqa: S311 - figures of a demo


def _season(day: date) -> float:
    """How the time of the year moves a shop: quiet in August, busy before Christmas."""
    return 1.0 + {7: -0.05, 8: -0.12, 11: 0.06, 12: 0.22}.get(day.month, 0.0)


def _growth(day: date) -> float:
    """Seven per cent a year."""
    return 1.0 + 0.07 * (day.toordinal() - date(2026, 1, 1).toordinal()) / 365


def _mover(seed: int, day: date, *, names: Sequence[str]) -> tuple[str, float]:
    """Return who moves in the week of the day, and by what factor."""
    monday = day - day.weekday() * _DAY
    luck = _luck(seed, "mover", monday.toordinal())
    factor = luck.uniform(1.18, 1.30) if luck.random() < 0.4 else luck.uniform(0.70, 0.82)  # noqa: PLR2004
    return luck.choice(names), factor


def _shop(today: date, seed: int) -> Iterator[Sequence[object]]:
    paid = [channel.name for channel in _CHANNELS if channel.cost]
    for day in _days(today, _DAYS):
        luck = _luck(seed, "shop", day.toordinal())
        common = _WEEKDAY[day.weekday()] * _season(day) * _growth(day)
        name, factor = _mover(seed, day, names=paid)
        for channel in _CHANNELS:
            moved = factor if channel.name == name else 1.0
            sessions = round(channel.sessions * common * luck.gauss(1, 0.03))
            orders = round(sessions * channel.conversion * moved * luck.gauss(1, 0.04))
            gross = orders * channel.basket * luck.gauss(1, 0.03)
            refunds = gross * luck.uniform(0.01, 0.03)
            yield day, channel.name, sessions, orders, f"{gross:.2f}", f"{refunds:.2f}"


def _ads(today: date, seed: int) -> Iterator[Sequence[object]]:
    for day in _days(today, _DAYS):
        luck = _luck(seed, "ads", day.toordinal())
        common = _WEEKDAY[day.weekday()] * _season(day) * _growth(day)
        for channel in _CHANNELS:
            if channel.cost:
                cost = channel.cost * common * luck.gauss(1, 0.05)
                yield day, channel.name, f"{cost:.2f}"


def _bookings(today: date, seed: int) -> Iterator[Sequence[object]]:
    names = [name for name, *_ in _SEGMENTS]
    for day in _days(today, _DAYS + _LEAD):
        luck = _luck(seed, "hotel", day.toordinal())
        common = _WEEKDAY[day.weekday()] * _growth(day)
        mover, factor = _mover(seed, day, names=names[:3])
        number = 0
        for name, usual, lost, rate in _SEGMENTS:
            moved = factor if name == mover else 1.0
            for _ in range(max(0, round(luck.gauss(usual * common * moved, usual**0.5 / 2)))):
                number += 1
                yield _booking(
                    luck,
                    f"{day:%y%m%d}-{number:03}",
                    day=day,
                    today=today,
                    segment=(name, lost, rate),
                )


def _booking(
    luck: Random, key: str, *, day: date, today: date, segment: tuple[str, float, float]
) -> Sequence[object]:
    name, lost, usual = segment
    lead = min(int(luck.expovariate(1 / 24)), _LEAD)
    arrival = day + lead * _DAY
    nights = 1 + min(int(luck.expovariate(1 / 2.4)), 13)
    summer = 1.25 if arrival.month in {7, 8} else 1.0
    rate = usual * summer * luck.gauss(1, 0.08)
    gone = day + int(lead * luck.random()) * _DAY if luck.random() < lost else None
    shown = gone if gone is not None and gone < today else ""
    return key, day, arrival, nights, f"{rate:.2f}", name, shown


_DEALS = """
SELECT
    id::BIGINT AS id,
    opened_on::DATE AS opened_on,
    closed_on::DATE AS closed_on,
    stage::VARCHAR AS stage,
    amount::DECIMAL(18, 2) AS amount,
    region::VARCHAR AS region
FROM (VALUES
$rows
) AS deals (id, opened_on, closed_on, stage, amount, region)
"""


def xyz_tables(*, today: date, seed: int) -> dict[str, str]:
    """Return the tables of the project xyz-pipeline: data set and name → DuckDB SQL of its rows.

    They hold the opportunities opened up to the day before ``today``.
    """
    rows = ",\n".join(
        f"({key}, DATE '{opened}', {closed}, '{stage}', {amount:.2f}, '{region}')"
        for key, opened, closed, stage, amount, region in _deals(today, seed)
    )
    return {"crm.opportunities": _DEALS.replace("$rows", rows)}


def _deals(today: date, seed: int) -> Iterator[tuple[int, date, str, str, float, str]]:
    key = 0
    for day in _days(today, _DAYS + _LEAD):
        luck = _luck(seed, "deals", day.toordinal())
        usual = 0.4 if day.weekday() > 4 else 4.2 * _growth(day)  # noqa: PLR2004 - Saturday, Sunday
        for _ in range(max(0, round(luck.gauss(usual, 1.0)))):
            key += 1
            region = luck.choices(_REGIONS, weights=[share for _, share in _REGIONS])[0][0]
            amount = round(luck.lognormvariate(9.2, 0.6), -1)
            end = day + (5 + min(int(luck.expovariate(1 / 32)), _LEAD - 5)) * _DAY
            stage = "won" if luck.random() < 0.38 else "lost"  # noqa: PLR2004
            if end >= today:
                yield key, day, "NULL", "open", amount, region
            else:
                yield key, day, f"DATE '{end}'", stage, amount, region
