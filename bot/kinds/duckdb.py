"""Files inside the client's folder, read by DuckDB."""

from pathlib import Path, PurePosixPath
from typing import Annotated, cast

from pydantic import AfterValidator, Field, model_validator

from bot.kinds import kind


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if not name.strip() or path.is_absolute() or ".." in path.parts:
        raise ValueError("name a file inside the client's folder, such as shop.duckdb")
    return name


File = Annotated[str, AfterValidator(_inside)]


class DuckdbSettings(kind.Settings):
    """Exactly one of ``database`` and ``setup``."""

    database: File | None = Field(
        default=None, description="A DuckDB database in this folder; opened read-only."
    )
    setup: File | None = Field(
        default=None,
        description="A SQL file in this folder that creates views over files in this folder.",
    )
    timeout: kind.Seconds = Field(default=300, description="How long one query may take.")

    @model_validator(mode="after")
    def _one_of_them(self) -> "DuckdbSettings":
        if (self.database is None) == (self.setup is None):
            raise ValueError(
                "give exactly one of database (such as shop.duckdb) and setup (such as load.sql)"
            )
        return self

    @property
    def file(self) -> str:
        """The one of the two that is given, relative to the client's folder."""
        return cast("str", self.database or self.setup)


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return ()


def _identity(settings: kind.Settings, folder: Path) -> str:
    file = cast("DuckdbSettings", settings).file
    return f"duckdb:{(folder / file).resolve()}"


def _problems(settings: kind.Settings, folder: Path) -> tuple[kind.Problem, ...]:
    checked = cast("DuckdbSettings", settings)
    key = "database" if checked.database else "setup"
    path = (folder / checked.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        problem, remedy = f"{checked.file} leads out of the folder.", "Put the file itself here."
    elif not path.is_file():
        problem, remedy = f"{checked.file} is not there.", "Create it, or mend the name."
    else:
        return ()
    return (kind.Problem(key=key, problem=problem, remedy=remedy),)


KIND = kind.Kind(
    name="duckdb",
    label="Data files (DuckDB)",
    settings=DuckdbSettings,
    mark="$",
    credential=False,
    hosts=_hosts,
    identity=_identity,
    problems=_problems,
)
