"""What a source kind is, to everyone who does not talk to it: no client library is imported."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Settings(BaseModel):
    """The keys of one source in client.yaml, beside ``kind`` and ``credential``.

    ``model_dump(mode="json", exclude_none=True)`` is the plain data that a SourceSpec carries;
    the worker validates it again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Request(BaseModel):
    """What one query asks of a source that is not asked in a language: the keys of ``request``.

    It says what is wanted (metrics, dimensions, a range of cells), never when: the period and the
    zone go in by the source's own code. Plain data of it travels as that of ``Settings`` does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one key, and what to do about it; for catalog's list of faults."""

    key: str
    problem: str
    remedy: str


def _none(_settings: Settings, _folder: Path) -> tuple[Problem, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of source. ``settings`` given to its functions are of its own model."""

    name: str
    """What client.yaml calls it."""
    label: str
    """What people call it."""
    settings: type[Settings]
    mark: str | None = None
    """What stands before a parameter's name in a query's file (``$period_start``); empty: such a
    file names none, the period goes in by itself; None: its queries are no files.
    """
    request: type[Request] | None = None
    """What its queries ask for where they are no files; a kind may take both."""
    credential: bool
    """Whether it needs a credential; a kind that needs none takes none."""
    unsigned: tuple[str, str] | None = None
    """A setting and its value with which it needs none either, such as ``("auth", "none")``."""
    hosts: Callable[[Settings], tuple[str, ...]]
    """The addresses that its client talks to."""
    identity: Callable[[Settings, Path], str]
    """Whose data it is, as one comparable line; the path is the client's folder."""
    problems: Callable[[Settings, Path], tuple[Problem, ...]] = _none
    """What is wrong with settings that are well-formed, such as a file that is not there."""
    native: bool = False
    """Whether its client opens sockets of its own, beneath Python: then it needs a network
    namespace, in which the broker stands behind each host's address.
    """
    width: int = 1
    """How many of its reads run side by side."""
    batch: int = 1
    """How many questions one read may answer: above one, its source offers ``read_all``."""
    permits: int | None = None
    """How many runs may use one login at a time, all clients together, where its quota is shared;
    None: as many as there are.
    """
    estimates: bool = False
    """Whether its source can say what a question would cost: then it offers ``estimate``."""
    module: str = ""
    """The worker's half of a kind that another package brings: offers ``open_source``."""


_SECONDS: Mapping[str, int] = {"": 1, "s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600}
_BYTES: Mapping[str, int] = {
    unit: base**power
    for base, units in (
        (1000, ("", "KB", "MB", "GB", "TB")),
        (1024, ("", "KiB", "MiB", "GiB", "TiB")),
    )
    for power, unit in enumerate(units)
}
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*")


def _measured(value: object, units: Mapping[str, int], *, example: str) -> object:
    if not isinstance(value, str):
        return value
    match = _AMOUNT.fullmatch(value)
    folded = {unit.casefold(): factor for unit, factor in units.items()}
    if match is None or match[2].casefold() not in folded:
        raise ValueError(f"write it like {example}")
    return round(float(match[1]) * folded[match[2].casefold()])


def _as_seconds(value: object) -> object:
    return _measured(value, _SECONDS, example="“90 s”, “5 min” or a number of seconds")


def _as_bytes(value: object) -> object:
    return _measured(value, _BYTES, example="“2 GB”, “500 MiB” or a number of bytes")


Seconds = Annotated[
    int,
    BeforeValidator(_as_seconds, json_schema_input_type=int | str),
    Field(ge=1, le=3600),
]
"""A span: a number of seconds, ``90 s`` or ``5 min``."""
Bytes = Annotated[
    int,
    BeforeValidator(_as_bytes, json_schema_input_type=int | str),
    Field(ge=1),
]
"""An amount of data: a number of bytes, ``2 GB`` (powers of 1000) or ``2 GiB`` (of 1024)."""
