"""What goes into the worker: the spec as it is now, and this client's credentials alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot import clock, errors, kinds, settings, wire
from bot.domain import client, ids, period, run, spec
from bot.domain.kept import Keep
from bot.kinds import stores
from bot.runs import ports

Credential = Callable[[str], str | None]
"""The text behind the name in ``env://NAME``, or None; settings.credential."""
_TRIAL_SECONDS = 120.0
_ENV = "env://"
_MODEL = "https://api.anthropic.com"
_HTTPS = 443
_CHECK_SECONDS = 45.0
"""Less than a shell waits for an answer."""
_PORTS = {"http": 80}
NOT_WANTED = "it was not asked to write"
NO_KEY = "no model key is set"
CLIENT_SPENT = "this client's model budget of the month is used up"
ALL_SPENT = "the model budget of the month is used up"


class Orders:
    """Writes orders; the bot and ``reportops run`` use the same."""

    def __init__(
        self,
        config: settings.Settings,
        spending: ports.Spending,
        *,
        now: clock.Clock,
        credential: Credential,
        scratch: Path,
    ) -> None:
        self._config = config
        self._spending = spending
        self._clock = now
        self._credential = credential
        self._scratch = scratch

    async def order(
        self, wanted: run.Run, of: client.Client, *, attempt: int, narrative: bool = True
    ) -> wire.RunOrder:
        """Return the order of one attempt.

        Raises RunError where the client's files no longer hold the report. A credential that is
        not set is left out: the worker then names its reference.
        """
        asked = of.reports.get(wanted.report)
        if asked is None:
            raise errors.RunError(
                run.Failure(
                    code=run.FailureCode.CONFIGURATION,
                    params={"fault": f"the report “{wanted.report}” is gone from client.yaml"},
                )
            )
        model, note = await self._model(of, asked, narrative=narrative)
        references = _references(of, asked, without=wanted.without)
        if model is not None and model.reference:
            references += (model.reference,)
        named = references
        references = stores.needed(of.stores, named)
        return wire.RunOrder(
            run=wanted.id,
            attempt=attempt,
            client=of,
            report=wanted.report,
            period=wanted.period,
            as_of=wanted.as_of,
            credentials=self._opened(references),
            references=references,
            hosts=tuple(
                sorted({*self._hosts(of, asked, model=model), *stores.hosts(of.stores, named)})
            ),
            model=model,
            model_note=note,
            without=wanted.without,
            asked_at=self._clock.now(),
            counted=await self._spending.counted(wanted.id),
            deadline_seconds=self._config.run_timeout.total_seconds(),
            scratch=self._scratch / f"{wanted.id}-{attempt}",
            environment=self._environment(),
        )

    def check(self, of: client.Client) -> wire.CheckOrder:
        """Return the order that opens all sources of a client."""
        named = {one.credential for one in of.sources.values()}
        own = tuple(sorted(one for one in named if one is not None))
        references = stores.needed(of.stores, own)
        doubles = [self._config.bigquery_emulator_host, *self._config.doubles.values()]
        return wire.CheckOrder(
            client=of,
            as_of=self._clock.now(),
            credentials=self._opened(references),
            references=references,
            hosts=tuple(
                sorted(
                    self._reached(of, of.sources)
                    | {_host(one) for one in doubles if one}
                    | stores.hosts(of.stores, own)
                )
            ),
            deadline_seconds=_CHECK_SECONDS,
            scratch=self._scratch / "check",
            environment=self._environment(),
        )

    def trial(
        self,
        of: client.Client,
        source: str,
        *,
        reference: str,
        periods: Mapping[ids.ReportName, period.Period],
    ) -> wire.CheckOrder:
        """Return the order that opens one source with a credential of ours to choose, which is the
        only one it holds, and asks the client's queries of these periods.
        """
        only = replace(of.sources[source], credential=reference)
        order = self.check(replace(of, sources={source: only}))
        return replace(order, periods=periods, deadline_seconds=_TRIAL_SECONDS)

    def keep(self, of: client.Client, source: str, *, what: Keep) -> wire.CheckOrder:
        """Return the order that writes a source's credential into its store, and reaches nothing
        but that.
        """
        only = replace(of.sources[source], credential=what.into)
        one = replace(of, sources={source: only})
        named = [text for text in (what.into, what.text) if text is not None]
        references = stores.needed(of.stores, named)
        doubles = {_host(double) for double in self._config.doubles.values()}
        hosts = {*self._config.loopback_hosts} | doubles | stores.hosts(of.stores, named)
        return replace(
            self.check(one),
            keep=what,
            credentials=self._opened(references),
            references=references,
            hosts=tuple(sorted(hosts)),
        )

    def _reached(self, of: client.Client, names: Iterable[str]) -> set[str]:
        """Where sources are."""
        found: set[str] = set(self._config.loopback_hosts)
        for name in names:
            source = of.sources[name]
            kind = kinds.KINDS[source.kind]
            found |= {*kind.hosts(kind.settings.model_validate(source.settings))}
        return found

    def _opened(self, references: tuple[str, ...]) -> dict[str, str]:
        """What they stand for, where nobody else keeps it."""
        found = {reference: self._open(reference) for reference in references}
        return {reference: text for reference, text in found.items() if text is not None}

    def _hosts(
        self, of: client.Client, asked: spec.ReportSpec, *, model: wire.ModelAccess | None
    ) -> tuple[str, ...]:
        """Where the run's sources and its model are, and the doubles that the operator named."""
        found = self._reached(of, _sources(asked))
        addresses = [self._config.bigquery_emulator_host, *self._config.doubles.values()]
        # With the shared key the broker asks; a client's own key is used by the run itself.
        own = model is not None and model.reference is not None
        addresses += [model.base_url or _MODEL] if model is not None and own else []
        return tuple(sorted(found | {_host(one) for one in addresses if one}))

    def _open(self, reference: str) -> str | None:
        name = reference.removeprefix(_ENV)
        return self._credential(name) if reference.startswith(_ENV) else None

    async def _model(
        self, of: client.Client, asked: spec.ReportSpec, *, narrative: bool
    ) -> tuple[wire.ModelAccess | None, str]:
        if asked.narrative.model is None:
            return None, ""
        if not narrative:
            return None, NOT_WANTED
        own = asked.narrative.credential
        shared = self._config.anthropic_api_key
        if own is None and shared is None:
            return None, NO_KEY
        left, spent = await self._left(of)
        if spent:
            return None, spent
        # The client's own key is opened in the worker, like any credential of the client's.
        key = "" if own is not None or shared is None else shared.get_secret_value()
        url = self._config.anthropic_base_url
        return wire.ModelAccess(key=key, reference=own, base_url=url, left=left), ""

    async def _left(self, of: client.Client) -> tuple[Decimal | None, str]:
        """What may still be spent, None for no bound; and which budget is used up, in words.

        Months are those of the client's zone.
        """
        now = self._clock.now()
        local = now.astimezone(ZoneInfo(of.timezone))
        first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
        month = first.astimezone(UTC)
        own, shared = of.budget, self._config.monthly_ai_budget
        cost = self._spending.model_cost
        left: list[Decimal] = []
        if own is not None:
            left.append(own - await cost(month, now, client=of.id))
            if left[-1] <= 0:
                return None, CLIENT_SPENT
        if shared is not None:
            left.append(shared - await cost(month, now))
            if left[-1] <= 0:
                return None, ALL_SPENT
        return min(left, default=None), ""

    def _environment(self) -> dict[str, str]:
        """The doubles: by the name that BigQuery's client knows, and by kind."""
        host = self._config.bigquery_emulator_host
        own = {} if host is None else {settings.environment_name("bigquery_emulator_host"): host}
        return {**own, **self._config.doubles}


def _references(
    of: client.Client, asked: spec.ReportSpec, *, without: tuple[str, ...]
) -> tuple[str, ...]:
    """The credential references of the sources that the report reads."""
    wanted = {of.sources[name].credential for name in _sources(asked) - set(without)}
    return tuple(sorted(one for one in wanted if one is not None))


def _sources(asked: spec.ReportSpec) -> set[str]:
    return {one.source for one in (*asked.queries, *asked.breakdowns)}


def _host(url: str) -> str:
    """The host of an address, with its port where it is not that of HTTPS."""
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme, _HTTPS)
    name = parts.hostname or ""
    written = f"[{name}]" if ":" in name else name
    return written if port == _HTTPS else f"{written}:{port}"
