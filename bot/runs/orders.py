"""What goes into the worker: the spec as it is now, and this client's credentials alone."""

from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import clock, errors, settings, wire
from bot.domain import client, run, spec
from bot.runs import ports

Credential = Callable[[str], str | None]
"""The text behind the name in ``env://NAME``, or None; settings.credential."""
_ENV = "env://"
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
        return wire.RunOrder(
            run=wanted.id,
            attempt=attempt,
            client=of,
            report=wanted.report,
            period=wanted.period,
            as_of=wanted.as_of,
            credentials=self._credentials(of, asked, without=wanted.without),
            model=model,
            model_note=note,
            without=wanted.without,
            counted=await self._spending.counted(wanted.id),
            deadline_seconds=self._config.run_timeout.total_seconds(),
            scratch=self._scratch / f"{wanted.id}-{attempt}",
            environment=self._environment(),
        )

    def _credentials(
        self, of: client.Client, asked: spec.ReportSpec, *, without: tuple[str, ...]
    ) -> dict[str, str]:
        used = {one.source for one in (*asked.queries, *asked.breakdowns)} - set(without)
        references = {
            reference
            for name, source in of.sources.items()
            if name in used and (reference := source.credential) is not None
        }
        found = ((reference, self._open(reference)) for reference in sorted(references))
        return {reference: text for reference, text in found if text is not None}

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
        key = self._key(asked.narrative)
        if key is None:
            return None, NO_KEY
        spent = await self._overspent(of)
        if spent:
            return None, spent
        return wire.ModelAccess(key=key, base_url=self._config.anthropic_base_url), ""

    def _key(self, narrative: spec.NarrativeSpec) -> str | None:
        if narrative.credential is not None:
            return self._open(narrative.credential)
        shared = self._config.anthropic_api_key
        return None if shared is None else shared.get_secret_value()

    async def _overspent(self, of: client.Client) -> str:
        """Which budget is used up, in words; empty: none. Months are those of the client's zone."""
        now = self._clock.now()
        local = now.astimezone(ZoneInfo(of.timezone))
        first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
        month = first.astimezone(UTC)
        own, shared = of.budget, self._config.monthly_ai_budget
        cost = self._spending.model_cost
        if own is not None and await cost(month, now, client=of.id) >= own:
            return CLIENT_SPENT
        if shared is not None and await cost(month, now) >= shared:
            return ALL_SPENT
        return ""

    def _environment(self) -> dict[str, str]:
        host = self._config.bigquery_emulator_host
        return {} if host is None else {settings.environment_name("bigquery_emulator_host"): host}
