"""structlog, set up once: event names with fields, the run's context, and redaction."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import cast

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.domain import shapes

_SECRET_KEY = re.compile(r"token|secret|password|credential|api_key|authorization", re.IGNORECASE)
_ENTERED = frozenset({"value", "private_metadata", "response_url", "trigger_id"})
"""Fields of what Slack sends: what a person entered, and what lets anyone answer in our name."""
_WRITTEN = re.compile(
    r"""((["'])(?:value|private_metadata|response_url|trigger_id)\2\s*:\s*)"""
    r"""(?:"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$))"""
    r"""|(\\+["'](?:value|private_metadata|response_url|trigger_id)\\+["']\s*:\s*)\\+["'].*"""
)
"""The same in a payload that was written into a line, as JSON or as Python shows it."""
_LOUD = ("slack_bolt", "slack_sdk", "apscheduler", "aiohttp", "httpx", "httpcore", "anthropic")
"""Libraries that write requests, answers or whole payloads at DEBUG or INFO."""
MASK = shapes.MASK
_SAFE_KEYS = frozenset({"credential_reference", "input_tokens", "output_tokens"})


def _blanked(found: re.Match[str]) -> str:
    return f"{found[1] or found[3]}{MASK}"


def mask(text: str) -> str:
    """Replace everything that looks like a credential with ``***``."""
    return shapes.cleaned(text)


class _Redact:
    """A structlog processor: by key, by shape, and by the values it was told."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted((value for value in values if len(value) >= 8), key=len, reverse=True)  # noqa: PLR2004 - shorter ones would mask plain words

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for key, value in event.items():
            event[key] = self._field(key, value)
        return event

    def _field(self, key: str, value: object) -> object:
        if key in _ENTERED or (_SECRET_KEY.search(key) and key not in _SAFE_KEYS):
            return MASK
        return self._within(value)

    def _within(self, value: object) -> object:
        if isinstance(value, str):
            return self._clean(value)
        if isinstance(value, Mapping):
            fields = cast("Mapping[object, object]", value)
            return {str(name): self._field(str(name), one) for name, one in fields.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._within(one) for one in cast("Iterable[object]", value)]
        if value is None or isinstance(value, int | float):
            return value
        return self._clean(str(value))

    def _clean(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, MASK)
        return mask(_WRITTEN.sub(_blanked, text))


def configure(*, style: str, level: str, secrets: Iterable[str] = ()) -> None:
    """Set up logging to stderr. ``style`` is auto, console or json; ``secrets`` are masked."""
    threshold = cast("int", getattr(logging, level.upper()))
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _Redact(secrets),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    logging.raiseExceptions = False  # a line that cannot be written would be shown as it came
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler], force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
