"""PostgreSQL, and what speaks its protocol, through psycopg and libpq."""

from pathlib import Path
from typing import Literal, cast

from pydantic import Field

from bot.kinds import duckdb, kind


class PostgresSettings(kind.Settings):
    """Where the database is, and as whom it is read; the credential holds the password."""

    host: str = Field(
        pattern=r"^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45})$",
        description="The server's name or address, such as db.example.com.",
    )
    port: int = Field(default=5432, ge=1, le=65535, description="Where it listens.")
    database: str = Field(min_length=1, max_length=63, description="The database that is read.")
    user: str = Field(
        min_length=1, max_length=63, description="Who reads: a user that may SELECT, and no more."
    )
    search_path: str | None = Field(
        default=None,
        max_length=500,
        description="The schemas of table names that stand alone, such as “shop, public”.",
    )
    sslmode: Literal["verify-full", "verify-ca", "require", "disable"] = Field(
        default="verify-full",
        description="How the server proves itself. Less than verify-full trusts the network.",
    )
    ca: duckdb.File | None = Field(
        default=None,
        description="A file in this folder with the certificates that the server's is signed by; "
        "without it, those that browsers trust.",
    )
    timeout: kind.Seconds = Field(default=300, description="How long one query may take.")


def _hosts(settings: kind.Settings) -> tuple[str, ...]:
    checked = cast("PostgresSettings", settings)
    return (f"{_name(checked)}:{checked.port}",)


def _identity(settings: kind.Settings, _folder: Path) -> str:
    checked = cast("PostgresSettings", settings)
    return f"postgres:{checked.user}@{_name(checked)}:{checked.port}/{checked.database}"


def _name(settings: PostgresSettings) -> str:
    host = settings.host.casefold()
    return f"[{host}]" if ":" in host else host


def _problems(settings: kind.Settings, folder: Path) -> tuple[kind.Problem, ...]:
    ca = cast("PostgresSettings", settings).ca
    if ca is None:
        return ()
    path = (folder / ca).resolve()
    if not path.is_relative_to(folder.resolve()):
        problem, remedy = f"{ca} leads out of the folder.", "Put the file itself here."
    elif not path.is_file():
        problem, remedy = f"{ca} is not there.", "Put it there, or mend the name."
    else:
        return ()
    return (kind.Problem(key="ca", problem=problem, remedy=remedy),)


KIND = kind.Kind(
    name="postgres",
    label="PostgreSQL",
    settings=PostgresSettings,
    mark=":",
    credential=True,
    hosts=_hosts,
    identity=_identity,
    problems=_problems,
    native=True,
    permits=8,  # a connection each
)
