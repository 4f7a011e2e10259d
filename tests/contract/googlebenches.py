"""The benches of Google's services that are asked by requests; doubles and sign-in as there."""

import json
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import errors
from bot.demo import ga4, google, googleapi, sheets
from bot.domain import period, run, spec
from bot.kinds import mask
from bot.kinds.typed import google as credential
from bot.worker.sources import base
from tests import samples
from tests.contract import benches

PROPERTY = "123456789"
SPREADSHEET = "1AbcTargets_of-Acme0123456789"
ROWS = (
    {"date": "2026-11-08", "country": "France", "sessions": 64},
    {"date": "2026-11-09", "country": "France", "sessions": 32, "totalRevenue": 1},
    {"date": "2026-11-15", "country": "Chile", "sessions": 16, "totalRevenue": 2},
    {"date": "2026-11-16", "country": "France", "sessions": 1, "totalRevenue": "10.25"},
    {"date": "2026-11-20", "country": "日本", "sessions": 2, "totalRevenue": "20.50"},
    {"date": "2026-11-22", "country": "France", "sessions": 4, "totalRevenue": "0.01"},
    {"date": "2026-11-23", "country": "France", "sessions": 8, "totalRevenue": 9},
)
"""Two weeks of a property, with a day on each side."""
MONDAY = 46342
"""16 November 2026, as a sheet counts days."""
TARGETS = (
    ("Week of", "Target", "Budget", "Note", ""),
    (MONDAY - 7, 40000, 950.5, "", "scratch"),
    (MONDAY, 48000, 1000.25, "Black Friday opens – “Été”"),
    (),
    (MONDAY + 7, "#REF!", "", "next"),
)
NOTHING: Mapping[str, object] = {}
"""That a question differs in."""


@dataclass(slots=True, kw_only=True)
class Bench(benches.Bench):
    """One open source over one double."""

    accounts: google.GoogleDouble
    api: googleapi.Api
    request: Mapping[str, object]
    """A question that it can answer for the week of 16 November."""

    def signed(self, told: Mapping[str, str]) -> None:
        """Open it with this credential from now on."""
        text = json.dumps(told)
        self.shut()
        self.access = replace(
            self.access, credential=credential.parse(text), mask=mask.Mask([text])
        )

    def shut(self) -> None:
        """Let it be opened anew."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def asked(
        self, request: Mapping[str, object] = NOTHING, *, span: period.Period = samples.THIS_WEEK
    ) -> base.Answer:
        """Ask it; ``request`` are the keys that differ."""
        return self.source.read(self.question(request, span=span))

    def failure(self, request: Mapping[str, object] = NOTHING) -> run.Failure:
        """Ask it what it cannot answer."""
        with pytest.raises(errors.RunError) as caught:
            self.asked(request)
        return caught.value.failure

    def question(
        self,
        request: Mapping[str, object] = NOTHING,
        *,
        span: period.Period = samples.THIS_WEEK,
        query: str = "traffic",
    ) -> base.Ask:
        """Return the question, or one that differs."""
        return base.Ask(
            query=query,
            file="client.yaml",
            request={**self.request, **request},
            period=span,
            timezone="Europe/Paris",
        )


@contextmanager
def analytics(folder: Path) -> Generator[Bench]:
    """A property of two weeks, read by a service account."""
    with ExitStack() as stack:
        accounts = stack.enter_context(google.GoogleDouble())
        double = stack.enter_context(ga4.Ga4Double(accounts))
        double.property(
            ga4.Property(
                number=PROPERTY,
                project=benches.PROJECT,
                name="Acme Shop",
                zone="Europe/Paris",
                currency="EUR",
                sites=("https://www.acme.example/shop",),
            )
        )
        double.load(PROPERTY, ROWS)
        source = spec.SourceSpec(
            name="analytics",
            kind="ga4",
            settings={"property": PROPERTY},
            credential="env://ACME_GA4",
            identity=f"ga4:{PROPERTY}",
        )
        request = {"metrics": ["sessions", "totalRevenue"]}
        yield stack.enter_context(
            _bench(folder, source, accounts=accounts, api=double, request=request)
        )


@contextmanager
def targets(folder: Path) -> Generator[Bench]:
    """A sheet of weekly targets, read by a service account."""
    with ExitStack() as stack:
        accounts = stack.enter_context(google.GoogleDouble())
        double = stack.enter_context(sheets.SheetsDouble(accounts))
        double.share(SPREADSHEET, benches.PROJECT, title="Acme’s targets")
        double.fill(SPREADSHEET, "Targets!A1:D60", cells=TARGETS)
        source = spec.SourceSpec(
            name="plan",
            kind="google_sheets",
            settings={"spreadsheet": SPREADSHEET},
            credential="env://ACME_SHEETS",
            identity=f"google_sheets:{SPREADSHEET}",
        )
        request = {"range": "Targets!A1:D60", "by": "week of"}
        yield stack.enter_context(
            _bench(folder, source, accounts=accounts, api=double, request=request)
        )


def _bench(
    folder: Path,
    source: spec.SourceSpec,
    *,
    accounts: google.GoogleDouble,
    api: googleapi.Api,
    request: Mapping[str, object],
) -> Bench:
    access = replace(
        benches.access(folder, source), as_of=samples.AS_OF, environment={source.kind: api.url}
    )
    made = Bench(
        kind=source.kind,
        access=access,
        stack=ExitStack(),
        slow=lambda: "",
        hosts=(urlsplit(accounts.url).netloc,),
        accounts=accounts,
        api=api,
        request=request,
    )
    made.signed(accounts.service_account(benches.ROBOT, benches.PROJECT))
    return made
