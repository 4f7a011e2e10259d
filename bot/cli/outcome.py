"""A finished run as text, as JSON with every figure, or as the blocks of its post."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from bot import wire
from bot.cli import text
from bot.domain import client, metric, money, period, periods, report, run, walls
from bot.kinds import called
from bot.rendering import findings, formats, references
from bot.slack.screens import post

Output = Literal["text", "json", "blocks"]
Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | Decimal | bool | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A run and what it made."""

    made: wire.ReportMade
    run: run.Run


def printed(came: Made, of: client.Client, *, output: Output) -> str:
    """Return the result as it goes to stdout."""
    if output == "json":
        return dump(as_json(came.made))
    if output == "blocks":
        body = post.compose(came.made.report, run=came.run, client=of, corrected=False)[0]
        return json.dumps({"text": body.text, "blocks": body.blocks}, ensure_ascii=False, indent=2)
    lines = [*as_text(came.made.report, of=of)]
    if came.made.walls is not None:
        lines += ["", f"Isolation: {came.made.walls.told}"]
    return "\n".join(lines)


def as_text(found: report.Report, *, of: client.Client) -> Iterator[str]:
    """Yield a readable rendering, in the client's locale."""
    spoken = formats.for_report(found)
    yield f"{found.client_name} · {found.title} · {spoken.period(found.period)}"
    yield ""
    for sentence in found.narrative:
        yield references.render(sentence.text, found, to=spoken)
    rows = [
        (one.label, spoken.value(one.value, one.unit), spoken.cell(one)) for one in found.metrics
    ]
    if rows:
        yield ""
        yield from text.table(rows)
    for split in found.breakdowns:
        yield ""
        yield f"{split.metric} by {split.by}"
        lines = [
            (row.label, spoken.value(row.value, split.unit)) for row in (*split.top, split.rest)
        ]
        yield from text.table([(label or "others", value) for label, value in lines])
    shown = [
        one
        for one in found.findings
        if one.severity is not report.Severity.NOTE or one.code == report.EGRESS_REFUSED
    ]
    told = [*findings.tell_all(shown, found, to=spoken)]
    if told or found.author_note or found.without:
        yield ""
    yield from told
    if found.author_note:
        yield f"Written without AI: {found.author_note}"
    if found.without:
        labels = (called.label(of.sources, name) for name in found.without)
        yield f"Left out: {', '.join(labels)}."


def as_json(made: wire.ReportMade) -> Json:
    """Return one object with every figure at full precision; changes are fractions."""
    found = made.report
    spoken = formats.for_report(found)
    return {
        "client": found.client,
        "report": found.name,
        "period": _period(found.period, spoken),
        "previous_period": _period(found.previous, spoken),
        "last_year_period": _period(found.last_year, spoken),
        "timezone": found.timezone,
        "currency": found.currency,
        "as_of": found.as_of.isoformat(),
        "metrics": {one.name: _metric(one) for one in found.metrics},
        "breakdowns": {split.name: _breakdown(split) for split in found.breakdowns},
        "narrative": [references.render(one.text, found, to=spoken) for one in found.narrative],
        "author": found.author.value,
        "author_note": found.author_note,
        "findings": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "subject": one.subject,
                "text": one.text,
            }
            for one in found.findings
        ],
        "without": list(found.without),
        "isolation": _isolation(made.walls),
        "usage": [_usage(one) for one in made.usage],
        "timings": dict(made.timings),
    }


def dump(value: Json, indent: str = "") -> str:
    """Return JSON text in which every Decimal is a number with all its digits."""
    deeper = indent + "  "
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else "null"
    if isinstance(value, Mapping):
        items = [f"{deeper}{json.dumps(k)}: {dump(v, deeper)}" for k, v in value.items()]
        return _wrapped(items, "{}", indent=indent)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if all(not isinstance(one, Mapping) for one in value):
            return f"[{', '.join(dump(one) for one in value)}]"
        return _wrapped([f"{deeper}{dump(one, deeper)}" for one in value], "[]", indent=indent)
    return json.dumps(value, ensure_ascii=False)


def _wrapped(items: Sequence[str], marks: str, *, indent: str) -> str:
    if not items:
        return marks
    inner = ",\n".join(items)
    return f"{marks[0]}\n{inner}\n{indent}{marks[1]}"


def _period(span: period.Period | None, spoken: formats.Formats) -> Json:
    if span is None:
        return None
    return {
        "kind": span.kind.value,
        "label": spoken.period(span),
        "notation": periods.notation(span),
        "start": span.start.isoformat(),
        "end": span.end.isoformat(),
        "partial": span.partial,
    }


def _metric(one: metric.Metric) -> Json:
    return {
        "value": one.value,
        "unit": one.unit.value,
        "label": one.label,
        "previous": one.previous,
        "change": one.change,
        "last_year": one.last_year,
        "change_last_year": one.change_last_year,
        "history": [point.value for point in one.history],
        "missing": one.missing,
    }


def _breakdown(split: metric.Breakdown) -> Json:
    return {
        "by": split.by,
        "metric": split.metric,
        "unit": split.unit.value,
        "top": [_row(row) for row in split.top],
        "movers": [_row(row) for row in split.movers],
        "rest": _row(split.rest),
        "total": _row(split.total),
    }


def _row(row: metric.BreakdownRow) -> Json:
    return {
        "label": row.label,
        "value": row.value,
        "previous": row.previous,
        "contribution": row.contribution,
    }


def _isolation(stood: walls.Walls | None) -> Json:
    if stood is None:
        return None
    missing: dict[str, Json] = {layer.value: why for layer, why in stood.missing.items()}
    return {"level": stood.level.value, "missing": missing}


def _usage(one: money.Usage) -> Json:
    return {
        "kind": one.kind.value,
        "item": one.item,
        "cost": one.cost,
        "input_tokens": one.input_tokens,
        "output_tokens": one.output_tokens,
        "cache_read_tokens": one.cache_read_tokens,
        "cache_write_tokens": one.cache_write_tokens,
        "bytes_billed": one.bytes_billed,
        "credits": one.credits,
        "estimated": one.estimated,
    }
