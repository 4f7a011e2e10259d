"""What `reportops check` says of SQL that every run would refuse, before one does."""

from collections.abc import Iterator

from bot.domain import client, spec, views
from bot.kinds import readonly


def refused(found: client.Client) -> Iterator[views.Fault]:
    """Yield a fault for each file of a client whose text its source's parser refuses."""
    written = {
        (file, sql): dialect
        for report in found.reports.values()
        for one in (*report.queries, *report.breakdowns)
        if (dialect := readonly.DIALECTS.get(found.sources[one.source].kind)) is not None
        for file, sql in _texts(one)
    }
    for (file, sql), dialect in written.items():
        if (why := _why(sql, dialect)) is not None:
            yield views.Fault(
                client=found.id,
                file=f"{found.id}/{file}",
                line=1,
                key="",
                problem=f"Every run would refuse this: {why}.",
                remedy="Write one SELECT that only reads.",
            )


def _texts(one: spec.QuerySpec | spec.BreakdownSpec) -> Iterator[tuple[str, str]]:
    """Yield its files and what stands in them: its own, and what says how far its data goes."""
    if one.request is None:
        yield one.file, one.sql
    if one.gate is not None:
        yield one.gate.file, one.gate.sql


def _why(sql: str, dialect: readonly.Dialect) -> str | None:
    try:
        return readonly.fault(sql, dialect)
    except readonly.Unparsed as error:
        return f"its SQL cannot be read: {error}"
