"""A client whose one report draws on four sources: Google Analytics, Google Ads, a sheet of targets
and its own shop, each behind the double that stands in for it, the bot behind its walls.
"""

import csv
import json
import shutil
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from bot.demo import ads, ga4, ga4data, google, googleads, sheets
from bot.demo.slack import workspace
from tests.scenario import many

CHANNEL = "C0HALDEN01"
PROPERTY, COPIED = "314159265", "358979323"
"""The client's own, and a neighbour's, which its robot may read as well."""
CLIENT = Path(__file__).parent / "halden/client.yaml"
"""As docs/sources.md shows it."""
_PROJECT = "halden-reports"
_ROBOT = f"reports@{_PROJECT}.iam.gserviceaccount.com"
_CUSTOMER, _MANAGER = "2718281828", "1618033988"
_SHEET = "1HaldenTargets_0123456789"
_WEEKS = 12
_WEEKDAYS = (104, 101, 97, 96, 92, 108, 118)
"""Monday to Sunday, in hundredths of a common day."""
_CHANNELS = {"Organic Search": 930, "Paid Search": 640, "Direct": 410, "Email": 190, "Referral": 70}
_CAMPAIGNS = {"Brand": 210, "City bikes": 540, "Spare parts": 160}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One paid order of the shop."""

    day: date
    number: int
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Four:
    """The stage, its doubles, and what was put into them."""

    on: many.Stage
    analytics: ga4.Ga4Double
    platform: googleads.GoogleAdsDouble
    visits: Sequence[ga4data.Row]
    spent: Sequence[ads.Day]
    orders: Sequence[Order]
    targets: Mapping[date, Decimal]
    """Monday → what the week should bring in."""

    @property
    def file(self) -> Path:
        """The client's."""
        return self.on.place.clients / "halden/client.yaml"


@asynccontextmanager
async def open_four(folder: Path) -> AsyncGenerator[Four]:
    """Everything around the bot; the clock stands two minutes before Monday 06:00."""
    async with many.open_many(folder, 0) as on:
        members = {on.slack.workspace.bot_user, many.OPERATOR, "U0TOM", "U0MALIK"}
        on.slack.workspace.add_channel(
            workspace.Channel(id=CHANNEL, name="halden", members=members)
        )
        with ExitStack() as stack:
            made = _filled(on, stack)
            _write(made)
            yield made


def _filled(on: many.Stage, stack: ExitStack) -> Four:
    """Start the doubles with what was measured, and tell the bot where they are."""
    analytics = stack.enter_context(ga4.Ga4Double(on.accounts))
    platform = googleads.GoogleAdsDouble(on.accounts, developer_token="demo" + "-developer")
    stack.enter_context(platform)
    plan = stack.enter_context(sheets.SheetsDouble(on.accounts))
    days = [on.monday.date() - timedelta(days=back) for back in range(_WEEKS * 7, 0, -1)]
    made = Four(
        on=on,
        analytics=analytics,
        platform=platform,
        visits=[row for day in days for row in _visits(day)],
        spent=[one for day in days for one in _spent(day)],
        orders=[one for day in days for one in _orders(day)],
        targets={day: 42_000 + Decimal(1_150 * week) for week, day in enumerate(days[::7])},
    )
    _measured(made, plan)
    doubles = {"ga4": analytics.url, "google_ads": platform.url, "google_sheets": plan.url}
    reached = [urlsplit(url).netloc for url in (*doubles.values(), on.accounts.url)]
    on.settings = {
        **_keys(on.accounts),
        "REPORTOPS_DOUBLES": ",".join(f"{kind}={url}" for kind, url in doubles.items()),
        "REPORTOPS_EGRESS_PRIVATE": ",".join(reached),
        "REPORTOPS_STAGGER": "0",
    }
    return made


def _keys(accounts: google.GoogleDouble) -> Mapping[str, str]:
    """A key of the robot's own for each source, as an operator would have them."""
    names = ("HALDEN_GA4", "HALDEN_GOOGLE_ADS", "HALDEN_SHEETS")
    keys = {name: accounts.service_account(_ROBOT, _PROJECT) for name in names}
    keys["HALDEN_GOOGLE_ADS"]["developer_token"] = "demo" + "-developer"
    return {name: json.dumps(key) for name, key in keys.items()}


def _measured(made: Four, plan: sheets.SheetsDouble) -> None:
    for number, name in ((PROPERTY, "Halden Bikes"), (COPIED, "Skerry Outdoor")):
        made.analytics.property(
            ga4.Property(
                number=number,
                project=_PROJECT,
                name=name,
                zone="Europe/Paris",
                currency="EUR",
                sites=(f"https://{name.split()[0].lower()}.example",),
            )
        )
        made.analytics.load(number, made.visits)
    made.platform.readers.add(_ROBOT)
    account = ads.Account(id=_CUSTOMER, name="Halden Bikes", owner=_MANAGER, days=(*made.spent,))
    made.platform.add(account)
    plan.share(_SHEET, _PROJECT, title="Halden Bikes: targets")
    weeks = [(f"{day:%G-W%V}", float(target)) for day, target in made.targets.items()]
    plan.fill(_SHEET, "Weeks!A1:B60", cells=[("Week", "Target"), *weeks])


def _write(made: Four) -> None:
    shutil.copytree(CLIENT.parent, made.file.parent)
    with (made.file.parent / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("day", "number", "total"))
        rows.writerows((one.day, one.number, one.total) for one in made.orders)


def _common(day: date, of: int, *, mark: int) -> int:
    """Return what so much on a common day comes to on this one: always the same for one day."""
    number = day.toordinal()
    mood = 94 + (number * 37 + mark * 53) % 13 + (number // 7 * 29 + mark * 31) % 11
    return of * _WEEKDAYS[day.weekday()] * mood // 10_000


def _visits(day: date) -> Iterable[ga4data.Row]:
    for mark, (name, sessions) in enumerate(_CHANNELS.items()):
        count = _common(day, sessions, mark=mark)
        yield {
            "date": str(day),
            "sessionDefaultChannelGroup": name,
            "sessions": count,
            "keyEvents": count * (27 + mark) // 1000,
        }


def _spent(day: date) -> Iterable[ads.Day]:
    for mark, (name, euros) in enumerate(_CAMPAIGNS.items()):
        clicks = _common(day, euros, mark=mark + 7)
        yield ads.Day(
            day=day,
            campaign=str(mark + 1),
            name=name,
            spend=Decimal(clicks * (118 + mark)) / 100,
            impressions=clicks * 31,
            clicks=clicks,
        )


def _orders(day: date) -> Iterable[Order]:
    for number in range(_common(day, 52, mark=17)):
        cents = 4_990 + (number * 7_919 + day.toordinal() * 104_729) % 19_000
        yield Order(day=day, number=number, total=Decimal(cents) / 100)
