"""Questions → GA4's report requests, and its reports → answers; pure.

Up to four spans of one question are the date ranges of one report, told apart by their names.
https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.analytics.data_v1beta import types

from bot.domain.report import Finding
from bot.kinds import ga4
from bot.worker.sources import base, notes

PAGE = 10_000
"""Rows of one answer."""
_RANGE = "dateRange"
"""The dimension that Google adds where there is more than one range."""
_SETTLES = timedelta(hours=48)
"""How long Google may still change a day's figures
(https://support.google.com/analytics/answer/11198161)."""
_LOW = {"day": 20_000, "hour": 4_000}
"""A tenth of what a standard property has, in tokens; larger ones have ten times as much."""
_SECONDS: Mapping[types.MetricType, Decimal] = {
    types.MetricType.TYPE_MILLISECONDS: Decimal("0.001"),
    types.MetricType.TYPE_MINUTES: Decimal(60),
    types.MetricType.TYPE_HOURS: Decimal(3600),
}

Operation = types.Filter.NumericFilter.Operation
Match = types.Filter.StringFilter.MatchType
_MATCHES: Mapping[str, Match] = {
    "contains": Match.CONTAINS,
    "begins": Match.BEGINS_WITH,
    "ends": Match.ENDS_WITH,
    "matches": Match.FULL_REGEXP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one report answers."""

    asks: tuple[base.Ask, ...]
    places: tuple[int, ...]
    """Of each ask among those that were given."""
    request: ga4.Ga4Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report, with the rows of all its pages."""

    first: types.RunReportResponse
    rows: Sequence[types.Row]


def plan(asks: Sequence[base.Ask]) -> Iterator[Asked]:
    """Yield as few reports as answer everything."""
    alike: dict[tuple[str, str], list[int]] = {}
    for place, ask in enumerate(asks):
        alike.setdefault((ask.query, json.dumps(ask.request, sort_keys=True)), []).append(place)
    for places in alike.values():
        for first in range(0, len(places), ga4.RANGES):
            some = tuple(places[first : first + ga4.RANGES])
            yield Asked(
                asks=tuple(asks[place] for place in some),
                places=some,
                request=ga4.Ga4Request.model_validate(asks[some[0]].request),
            )


def request(asked: Asked, settings: ga4.Ga4Settings, *, offset: int = 0) -> types.RunReportRequest:
    """Return the request for one page of a report, the largest rows first."""
    wanted = asked.request
    metrics = set(wanted.metrics)
    return types.RunReportRequest(
        property=f"properties/{settings.property}",
        metrics=[types.Metric(name=name) for name in wanted.metrics],
        dimensions=[types.Dimension(name=name) for name in wanted.dimensions],
        date_ranges=[
            types.DateRange(
                start_date=f"{ask.period.start}", end_date=f"{ask.period.last_day}", name=f"span{n}"
            )
            for n, ask in enumerate(asked.asks)
        ],
        metric_filter=_all(one for one in wanted.where if one.field in metrics),
        dimension_filter=_all(one for one in wanted.where if one.field not in metrics),
        order_bys=list(_order(wanted)),
        limit=PAGE,
        offset=offset,
        currency_code=settings.currency or "",
        keep_empty_rows=not wanted.dimensions,
        return_property_quota=True,
    )


def _order(wanted: ga4.Ga4Request) -> Iterator[types.OrderBy]:
    """By the first metric, then by name, so that pages do not overlap."""
    if wanted.dimensions:
        by = types.OrderBy.MetricOrderBy(metric_name=wanted.metrics[0])
        yield types.OrderBy(metric=by, desc=True)
    for name in wanted.dimensions:
        yield types.OrderBy(dimension=types.OrderBy.DimensionOrderBy(dimension_name=name))


def _all(conditions: Iterable[ga4.Condition]) -> types.FilterExpression | None:
    parts = [_expression(one) for one in conditions]
    if not parts:
        return None
    group = types.FilterExpressionList(expressions=parts)
    return types.FilterExpression(and_group=group)


def _expression(condition: ga4.Condition) -> types.FilterExpression:
    ((name, value),) = condition.given.items()
    field = condition.field
    match name:
        case "any_of" | "none_of":
            values = condition.any_of or condition.none_of or ()
            listed = types.Filter.InListFilter(values=values, case_sensitive=True)
            found = types.FilterExpression(
                filter=types.Filter(field_name=field, in_list_filter=listed)
            )
            return types.FilterExpression(not_expression=found) if name == "none_of" else found
        case "above" | "below":
            limit = types.NumericValue(double_value=float(str(value)))
            over = Operation.GREATER_THAN if name == "above" else Operation.LESS_THAN
            numeric = types.Filter.NumericFilter(operation=over, value=limit)
            return types.FilterExpression(
                filter=types.Filter(field_name=field, numeric_filter=numeric)
            )
        case _:
            text = types.Filter.StringFilter(
                match_type=_MATCHES[name], value=str(value), case_sensitive=True
            )
            return types.FilterExpression(filter=types.Filter(field_name=field, string_filter=text))


def restricted(told: Told) -> str:
    """Return a metric that our role may not see, and Google therefore does not tell; or nothing."""
    rules = told.first.metadata.schema_restriction_response.active_metric_restrictions
    return next((str(one.metric_name) for one in rules), "")


def answers(asked: Asked, told: Told, *, as_of: datetime | None) -> Iterator[base.Answer]:
    """Yield the answer to each ask; ValueError for a value that is no number."""
    names = [str(one.name) for one in told.first.dimension_headers]
    at = names.index(_RANGE) if _RANGE in names else None
    fields = [*(name for name in names if name != _RANGE), *asked.request.metrics]
    rows: dict[str, list[tuple[base.Cell, ...]]] = {}
    for row in told.rows:
        labels = [str(one.value) for one in row.dimension_values]
        span = labels.pop(at) if at is not None else "span0"
        rows.setdefault(span, []).append((*labels, *_numbers(row, told.first)))
    today = _today(told.first, as_of)
    for n, ask in enumerate(asked.asks):
        table = base.Table(
            columns=tuple(ga4.column(name) for name in fields), rows=tuple(rows.get(f"span{n}", ()))
        )
        ended = today - timedelta(days=1) if today else None
        yield base.Answer(
            table=table,
            findings=tuple(_findings(ask, told)),
            complete_to=min(ended, ask.period.last_day) if ended else None,
            provisional_from=_today(told.first, as_of - _SETTLES) if as_of else None,
        )


def _numbers(row: types.Row, told: types.RunReportResponse) -> Iterator[base.Cell]:
    """Exact, and times in seconds."""
    for header, value in zip(told.metric_headers, row.metric_values, strict=True):
        kind = types.MetricType(header.type_)
        try:
            number = Decimal(str(value.value)) * _SECONDS.get(kind, 1)
        except InvalidOperation:
            raise ValueError(f"“{header.name}” is not a number") from None
        yield int(number) if kind is types.MetricType.TYPE_INTEGER else number


def _today(told: types.RunReportResponse, as_of: datetime | None) -> date | None:
    """The day on which an instant falls where the property is."""
    try:
        return as_of.astimezone(ZoneInfo(told.metadata.time_zone)).date() if as_of else None
    except (ZoneInfoNotFoundError, ValueError):  # a zone that is not told, or not known here
        return None


def _findings(ask: base.Ask, told: Told) -> Iterator[Finding]:
    """What Google says that its rows lack; it says so in silence."""
    said = told.first.metadata
    samples = [one for one in said.sampling_metadatas if one.sampling_space_size]
    if samples:
        share = min(
            Decimal(one.samples_read_count) / Decimal(one.sampling_space_size) for one in samples
        )
        yield notes.sampled(ask, share=share)
    if said.subject_to_thresholding:
        yield notes.thresholded(ask)
    if said.data_loss_from_other_row:
        yield notes.other_row(ask)
    for reason in said.data_truncation_reasons:
        yield notes.cut_off(ask, before=str(reason.data_truncation_date))
    if told.first.row_count > len(told.rows):
        yield notes.truncated(ask, got=len(told.rows), of=told.first.row_count)
    if said.time_zone and said.time_zone != ask.timezone:
        yield notes.other_zone(ask, theirs=str(said.time_zone))
    yield from _quota(ask, told.first)


def _quota(ask: base.Ask, told: types.RunReportResponse) -> Iterator[Finding]:
    """The bucket that is lowest for its size, where it is low."""
    quota = told.property_quota
    buckets = [("day", quota.tokens_per_day), ("hour", quota.tokens_per_hour)]
    known = [(unit, one) for unit, one in buckets if one.consumed or one.remaining]
    low = [(one.remaining, unit) for unit, one in known if one.remaining < _LOW[unit]]
    if low:
        left, unit = min(low)
        yield notes.quota_low(ask, left=left, unit=f"tokens for this {unit}")
