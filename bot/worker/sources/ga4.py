"""Google Analytics 4 through Google's own client, over REST: over gRPC a revoked sign-in would look
like a service that is down, and be tried again.

The sign-in is this client's and never an ambient one. A service account's requests carry a token
that it signs itself, so a revoked one is refused by the API; a person's are signed in for.
"""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from google.analytics.data_v1beta import BetaAnalyticsDataClient, types
from google.analytics.data_v1beta.services.beta_analytics_data import transports

from bot import errors
from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import ga4
from bot.worker.sources import base, ga4reports, googleauth, googlecalls, googleweb

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport import requests as transport

_SCOPE = "https://www.googleapis.com/auth/analytics.readonly"


def open_source(access: base.Access) -> "Ga4":
    """Make the client; nothing is sent yet. Raises RunError for a credential of no use."""
    return Ga4(access, googleauth.credentials(access, scopes=(_SCOPE,)))


class _Api(Protocol):
    """What we use of Google's client, which is not typed in whole."""

    def run_report(
        self, request: types.RunReportRequest, *, retry: None, timeout: float
    ) -> types.RunReportResponse:
        """Run one report."""
        ...

    def batch_run_reports(
        self, request: types.BatchRunReportsRequest, *, retry: None, timeout: float
    ) -> types.BatchRunReportsResponse:
        """Run several."""
        ...


class Ga4:
    """One property."""

    def __init__(self, access: base.Access, credentials: "Credentials") -> None:
        settings = ga4.Ga4Settings.model_validate(access.spec.settings)
        self._access = access
        self._settings = settings
        self._client = _client(access.address(f"https://{ga4.DATA}"), credentials)
        self._api = cast("_Api", self._client)
        self._admin = access.address(f"https://{ga4.ADMIN}")
        place, seconds = f"the property {settings.property}", settings.timeout
        self._web = googleweb.Reader(access, scope=_SCOPE, seconds=seconds, place=place)
        self._calls = googlecalls.Calls(access, seconds=seconds, place=place)

    def read(self, ask: base.Ask) -> base.Answer:
        """Answer one question; raises RunError."""
        return self.read_all((ask,))[0]

    def read_all(self, asks: Sequence[base.Ask]) -> Sequence[base.Answer]:
        """Answer several: of each question up to four periods in a report, five reports at once."""
        found: dict[int, base.Answer] = {}
        reports = ga4reports.plan(asks)
        while batch := tuple(islice(reports, ga4.REPORTS)):
            for asked, first in zip(batch, self._reports(batch), strict=True):
                found |= zip(asked.places, self._answers(asked, first), strict=True)
        return [found[place] for place in range(len(asks))]

    def identity(self) -> report.Identity:
        """Ask what the property is called, and which site it measures; raises RunError.

        Where the Admin API is not switched on, the Data API tells at least currency and zone.
        """
        name = f"properties/{self._settings.property}"
        try:
            told = self._web.get(f"{self._admin}/v1beta/{name}", None)
            listed = self._web.get(f"{self._admin}/v1beta/{name}/dataStreams?pageSize=200", None)
            streams = listed.get("dataStreams") or ()
        except errors.RunError as error:
            if error.failure.code is not FailureCode.PERMISSION_DENIED:
                raise
            told, streams = self._metadata(name), ()
        return report.Identity(
            source=self._access.spec.name,
            name=str(told.get("displayName") or name)[:200],
            account=name,
            domain=_domains(cast("Sequence[googleweb.Json]", streams)),
            currency=self._settings.currency or str(told.get("currencyCode") or "") or None,
            timezone=str(told.get("timeZone") or "") or None,
        )

    def stop(self) -> None:
        """End every wait."""
        self._calls.stop()
        self._web.stop()

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()
        self._web.close()
        self._client.transport.close()

    def _reports(self, batch: Sequence[ga4reports.Asked]) -> Sequence[types.RunReportResponse]:
        """The first page of each."""
        if len(batch) == 1:
            return (self._page(batch[0], offset=0),)
        wanted = types.BatchRunReportsRequest(
            property=f"properties/{self._settings.property}",
            requests=[ga4reports.request(one, self._settings) for one in batch],
        )
        answer = self._calls.make(
            lambda seconds: self._api.batch_run_reports(wanted, retry=None, timeout=seconds),
            batch[0].asks[0],
        )
        return tuple(answer.reports)

    def _page(self, asked: ga4reports.Asked, *, offset: int) -> types.RunReportResponse:
        wanted = ga4reports.request(asked, self._settings, offset=offset)
        return self._calls.make(
            lambda seconds: self._api.run_report(wanted, retry=None, timeout=seconds),
            asked.asks[0],
        )

    def _answers(
        self, asked: ga4reports.Asked, first: types.RunReportResponse
    ) -> Sequence[base.Answer]:
        rows = list(first.rows)
        while len(rows) < min(first.row_count, base.MOST_ROWS):
            page = self._page(asked, offset=len(rows)).rows
            if not page:
                break
            rows += page
        told = ga4reports.Told(first=first, rows=rows[: base.MOST_ROWS])
        ask = asked.asks[0]
        if hidden := ga4reports.restricted(told):
            said = f"the metric {hidden} is hidden from this account's role"
            raise self._access.failed(FailureCode.PERMISSION_DENIED, about=ask, said=said)
        try:
            return tuple(ga4reports.answers(asked, told, as_of=self._access.as_of))
        except ValueError as error:
            fault = str(error)
            raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault) from None

    def _metadata(self, name: str) -> googleweb.Json:
        yesterday = types.DateRange(start_date="yesterday", end_date="yesterday")
        wanted = types.RunReportRequest(
            property=name, metrics=[types.Metric(name="sessions")], date_ranges=[yesterday], limit=1
        )
        found = self._calls.make(
            lambda seconds: self._api.run_report(wanted, retry=None, timeout=seconds), None
        ).metadata
        return {"currencyCode": found.currency_code, "timeZone": found.time_zone}


def _client(address: str, credentials: "Credentials") -> BetaAnalyticsDataClient:
    """A client that knows no other address than this one, and nothing of the machine."""
    at = urlsplit(address)
    made = transports.BetaAnalyticsDataRestTransport(
        host=at.netloc, url_scheme=at.scheme, credentials=credentials, always_use_jwt_access=True
    )
    googlecalls.quiet(cast("transport.AuthorizedSession", vars(made)["_session"]))
    return BetaAnalyticsDataClient(transport=made)


def _domains(streams: Sequence[googleweb.Json]) -> str:
    """The sites of a property's web streams."""
    data = [cast("googleweb.Json", one.get("webStreamData") or {}) for one in streams]
    hosts = {urlsplit(str(one.get("defaultUri") or "")).hostname for one in data}
    return ", ".join(sorted(host for host in hosts if host))[:200]
