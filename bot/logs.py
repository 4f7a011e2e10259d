"""structlog, set up once: event names with fields, the run's context, and redaction."""

import logging
import re
import sys
from collections.abc import Iterable
from typing import cast

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.domain import shapes

_SECRET_KEY = re.compile(r"token|secret|password|credential|api_key|authorization", re.IGNORECASE)
MASK = shapes.MASK
_SAFE_KEYS = frozenset({"credential_reference", "input_tokens", "output_tokens"})


def mask(text: str) -> str:
    """Replace everything that looks like a credential with ``***``."""
    return shapes.cleaned(text)


class _Redact:
    """A structlog processor: by key, by shape, and by the values it was told."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted((value for value in values if len(value) >= 8), key=len, reverse=True)  # noqa: PLR2004 - shorter ones would mask plain words

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for key, value in event.items():
            if _SECRET_KEY.search(key) and key not in _SAFE_KEYS:
                event[key] = MASK
            elif isinstance(value, str):
                event[key] = self._clean(value)
        return event

    def _clean(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, MASK)
        return mask(text)


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
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler], force=True)
    # Bolt and the SDK print whole payloads at DEBUG, a modal's secrets included.
    for name in ("slack_bolt", "slack_sdk", "apscheduler"):
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
