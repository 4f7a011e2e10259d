"""The environment → frozen Settings, read once. Secrets hide themselves in every rendering."""

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import errors
from bot.domain import foresight

PREFIX = "REPORTOPS_"
ENV_FILE = ".env"
"""For development; read where the bot is started."""
_NUMBER = "not a number; write it like 20 or 12.50"
_MASTER_IN_A_FILE = (
    "REPORTOPS_MASTER_KEY stands in .env, and a key beside what it opens protects nothing. "
    "Give it to the bot's environment, a keyring, an open file or systemd (docs/security.md), and "
    "make a new one: reportops key rotate"
)
_PLAINLY = {
    "time": "not a span; write seconds (600) or ISO 8601 (PT10M)",
    "int": "not a whole number; write digits alone (3)",
    "decimal": _NUMBER,
    "finite": _NUMBER,
    "bool": "neither true nor false; write one of the two",
    "literal": "not one of its choices; write {expected}",
    "greater": "too small; write {ge} or more",
    "less": "too large; write {le} or less",
}
"""By the first word of pydantic's kind of error (pydantic_core.list_all_errors)."""


class Settings(BaseSettings):
    """Everything the environment may say. Each field's description stands in the README too."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    slack_bot_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_BOT_TOKEN",
        description="The app's bot token (xoxb-…).",
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_APP_TOKEN",
        description="The app-level token with connections:write (xapp-…).",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="Where Slack's Web API is; another address is for the demo and tests.",
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="ANTHROPIC_API_KEY",
        description="The key for narratives; without it the template writes.",
    )
    anthropic_base_url: str | None = Field(
        default=None, validation_alias="ANTHROPIC_BASE_URL", description="Where the model's API is."
    )
    bigquery_emulator_host: str | None = Field(
        default=None,
        validation_alias="BIGQUERY_EMULATOR_HOST",
        description="A BigQuery double instead of the real one, with its scheme.",
    )
    doubles: Annotated[Mapping[str, str], NoDecode] = Field(
        default_factory=dict[str, str],
        description="Doubles of other sources on this machine: ga4=http://127.0.0.1:8080, …",
    )
    clients_dir: Path = Field(
        default=Path("clients"), description="The folder with one folder per client."
    )
    credentials_dir: Path = Field(
        default=Path("credentials"),
        description="The folder of the sealed credentials, which the bot itself cannot read.",
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="What opens the sealed credentials: the key itself, keyring://NAME or fd://3.",
    )
    database: Path = Field(default=Path("var/reportops.db"), description="The database file.")
    ephemeral_disk: Literal["refuse", "allow"] = Field(
        default="refuse",
        description="Whether the database may stand on a disk that a restart empties.",
    )
    backup_dir: Path | None = Field(
        default=None, description="The folder for a copy of the database each day."
    )
    backup_keep: int = Field(default=14, ge=1, description="How many of those copies are kept.")
    heartbeat_url: SecretStr | None = Field(
        default=None,
        description="Where a monitor waits for a sign of life each minute (healthchecks.io style).",
    )
    operators: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Slack ids of the operators, comma-separated."
    )
    ops_channel: str | None = Field(
        default=None,
        description="The private channel of the operators; its members are operators.",
    )
    max_concurrent_runs: int = Field(default=6, ge=1, le=64, description="Runs at the same time.")
    run_timeout: timedelta = Field(
        default=timedelta(minutes=10),
        description="How long one attempt may take (seconds or ISO 8601).",
    )
    stop_grace: timedelta = Field(
        default=timedelta(seconds=20),
        description="How long runs may go on once the bot is told to stop (seconds or ISO 8601).",
    )
    run_memory_mb: int = Field(default=2048, ge=512, description="Memory of one run, in MiB.")
    memory_budget_mb: int | None = Field(
        default=None,
        ge=512,
        description="Memory of all runs together, in MiB; by default 3/4 of what there is.",
    )
    egress_private: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Inside addresses that runs may reach: host:port or CIDR, comma-separated.",
    )
    pause_after: int = Field(
        default=4,
        ge=0,
        description="Fires of a client that fail in a row before it is paused; 0: never.",
    )
    monthly_ai_budget: Decimal | None = Field(
        default=None, ge=0, description="US dollars of model cost a month over all clients."
    )
    paste: Literal["on", "off"] = Field(
        default="on",
        description="Whether credentials may be entered in Slack; off: in a shell alone.",
    )
    rollback: timedelta = Field(
        default=timedelta(hours=24),
        description="How long a credential that was replaced is kept (seconds or ISO 8601).",
    )
    stagger: timedelta = Field(
        default=timedelta(minutes=10),
        description="The widest distance between reports due together (seconds or ISO 8601).",
    )
    preflight: Annotated[foresight.Plan, NoDecode] = Field(
        default=foresight.Plan(),
        description="When clients are looked at before a report is due: evening, 1 hour; or off.",
    )
    keep_days: int = Field(
        default=400, ge=35, description="How long finished reports are kept, in days."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="console, json, or auto: console on a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe event that is logged."
    )
    demo: bool = Field(
        default=False, description="Run the clients marked demo: true, and only those."
    )
    clock_file: Path | None = Field(
        default=None, description="A file that moves the clock; the demo's, loopback only."
    )

    @field_validator("operators", "egress_private", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("doubles", mode="before")
    @classmethod
    def _paired(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        found = {kind.strip(): url.strip().rstrip("/") for kind, _, url in pairs}
        if not all(kind and is_loopback(url) for kind, url in found.items()):
            message = "not doubles on this machine; write ga4=http://127.0.0.1:8080, …"
            raise ValueError(message)
        return found

    @field_validator("preflight", mode="before")
    @classmethod
    def _planned(cls, value: object) -> object:
        return foresight.parse(value) if isinstance(value, str) else value

    @field_validator("run_timeout", "stop_grace", "stagger", "rollback", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        return float(value) if isinstance(value, str) and value.strip().isdigit() else value

    @field_validator("heartbeat_url")
    @classmethod
    def _reachable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = "not an address; write one that begins with https://"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _room_for_one(self) -> "Settings":
        if self.memory_budget_mb is not None and self.memory_budget_mb < self.run_memory_mb:
            message = (
                "REPORTOPS_MEMORY_BUDGET_MB is for all runs together and must be "
                "REPORTOPS_RUN_MEMORY_MB or more; raise the one or lower the other"
            )
            raise ValueError(message)
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown, for the log to mask."""
        hidden = (
            self.slack_bot_token,
            self.slack_app_token,
            self.anthropic_api_key,
            self.heartbeat_url,
            self.master_key,
        )
        return tuple(one.get_secret_value() for one in hidden if one is not None)

    @property
    def loopback_hosts(self) -> tuple[str, ...]:
        """The doubles on this machine that the operator opened, as ``127.0.0.1:8080``."""
        return tuple(one for one in self.egress_private if is_loopback(f"//{one}"))

    @model_validator(mode="after")
    def _moved_clock_only_on_loopback(self) -> "Settings":
        if self.clock_file is not None and not is_loopback(self.slack_api_url):
            message = (
                "REPORTOPS_CLOCK_FILE moves the clock and is accepted only where SLACK_API_URL is "
                "a loopback address; unset it"
            )
            raise ValueError(message)
        return self


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine by a literal address or by ``localhost``."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def environment_name(field: str) -> str:
    """Return the environment variable that a field is read from."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else (PREFIX + field).upper()


def names() -> frozenset[str]:
    """Return every environment variable that is read here."""
    return frozenset(environment_name(field) for field in Settings.model_fields)


def environment() -> Mapping[str, str]:
    """Return all that the environment holds, for whoever splits it up."""
    return dict(os.environ)


def read() -> Settings:
    """Read the settings; raises ConfigurationError naming each variable, never its value.

    An unknown ``REPORTOPS_`` name, in the environment or in ``.env``, is an error that suggests
    the right one.
    """
    known = names()
    written = dotenv_values(ENV_FILE)
    problems = list(_unknown({*os.environ, *written}, known))
    if any(name.upper() == environment_name("master_key") for name in written):
        problems.append(_MASTER_IN_A_FILE)
    if problems:
        raise errors.ConfigurationError("\n".join(problems))
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{_named(item['loc'])}: {_plainly(item)}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise errors.ConfigurationError("\n".join(lines)) from None


def credential(name: str) -> str | None:
    """Return the value of an ``env://`` reference's variable; never from ``.env`` (Settled 16)."""
    return os.environ.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """What systemd asks of a service (sd_notify(3), sd_watchdog_enabled(3))."""

    address: str = ""
    """Where it listens; empty: nobody does."""
    watchdog: timedelta | None = None
    """It restarts us when it hears nothing for so long."""


def supervisor() -> Supervisor:
    """Return what systemd asks for, and take it out of the environment: no child speaks for us."""
    names = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
    told = {name: os.environ.pop(name, "") for name in names}
    meant = told["WATCHDOG_PID"] in {"", str(os.getpid())} and told["WATCHDOG_USEC"].isdigit()
    watchdog = timedelta(microseconds=int(told["WATCHDOG_USEC"])) if meant else None
    return Supervisor(address=told["NOTIFY_SOCKET"], watchdog=watchdog or None)


def forgetful() -> str:
    """Return the platform whose disks never survive a restart, where we run on one; else empty.

    Heroku sets DYNO in every dyno (devcenter.heroku.com/articles/dynos).
    """
    return "Heroku" if "DYNO" in os.environ else ""


def _named(place: tuple[int | str, ...]) -> str:
    first = str(place[0]) if place else "settings"
    return environment_name(first) if first in Settings.model_fields else first


def _plainly(item: ErrorDetails) -> str:
    """What is wrong with a value and what to write instead; never the value itself."""
    words = _PLAINLY.get(item["type"].partition("_")[0])
    if words is None:
        return item["msg"].removeprefix("Value error, ")
    return words.format_map(item.get("ctx", {})).replace("'", "")


def _unknown(found: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    for name in sorted(found):
        if name.startswith(PREFIX) and name.upper() not in known:
            close = difflib.get_close_matches(name.upper(), sorted(known), n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            yield f"{name} is not a setting.{hint}"
