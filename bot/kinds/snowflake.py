"""Snowflake, through its own connector."""

from decimal import Decimal
from pathlib import Path
from typing import cast

from pydantic import ConfigDict, Field

from bot.kinds import kind

_NAME = r"^[A-Za-z_][A-Za-z0-9_$]{0,254}$"
_DOMAIN = "snowflakecomputing.com"


class SnowflakeSettings(kind.Settings):
    """Which account is read, with which role, and which warehouse pays for it."""

    model_config = ConfigDict(serialize_by_alias=True)

    account: str = Field(
        pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,125}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,60}){0,2}$",
        description="The account's identifier, such as acme-xy12345, as in its address.",
    )
    warehouse: str = Field(pattern=_NAME, description="The warehouse that computes the queries.")
    role: str = Field(pattern=_NAME, description="A role that may SELECT, and no more.")
    database: str | None = Field(
        default=None, pattern=_NAME, description="The database of table names that stand alone."
    )
    schema_name: str | None = Field(
        default=None,
        alias="schema",
        pattern=_NAME,
        description="The schema of table names that stand alone.",
    )
    timeout: kind.Seconds = Field(default=300, description="How long one query may take.")
    credit_price: Decimal | None = Field(
        default=None, ge=0, le=1000, description="What one credit costs, in US dollars."
    )

    @property
    def host(self) -> str:
        """Where the account is; underscores are dashes there."""
        return f"{self.account.casefold().replace('_', '-')}.{_DOMAIN}"


def _hosts(settings: kind.Settings) -> tuple[str, ...]:
    return (cast("SnowflakeSettings", settings).host,)


def _identity(settings: kind.Settings, _folder: Path) -> str:
    checked = cast("SnowflakeSettings", settings)
    place = (checked.database, checked.schema_name)
    named = ".".join(part.upper() for part in place if part)
    return f"snowflake:{checked.host.removesuffix(f'.{_DOMAIN}')}" + (f"/{named}" if named else "")


def _problems(settings: kind.Settings, _folder: Path) -> tuple[kind.Problem, ...]:
    checked = cast("SnowflakeSettings", settings)
    if checked.schema_name is None or checked.database is not None:
        return ()
    problem = "A schema stands in a database, and none is named."
    return (kind.Problem(key="schema", problem=problem, remedy="Name its database too."),)


KIND = kind.Kind(
    name="snowflake",
    label="Snowflake",
    settings=SnowflakeSettings,
    mark="$",
    credential=True,
    hosts=_hosts,
    identity=_identity,
    problems=_problems,
    native=True,
    width=4,
    permits=2,  # a warehouse runs eight statements at a time
)
