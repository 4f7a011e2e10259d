"""The bot's half: settings, requests and hosts, and no client library."""

from pathlib import Path
from typing import Literal, cast

from pydantic import Field

from bot.kinds import kind


class CrmSettings(kind.Settings):
    """Whose deals."""

    workspace: str = Field(pattern=r"^[a-z]{1,20}$", description="The name in its address.")


class CrmRequest(kind.Request):
    """What is wanted of them."""

    stages: tuple[Literal["won", "lost"], ...] = Field(description="Of which stages.")
    least: int = Field(default=0, ge=0, description="Deals below this amount do not count.")


def _hosts(settings: kind.Settings) -> tuple[str, ...]:
    return (f"{cast('CrmSettings', settings).workspace}.crm.example",)


def _identity(settings: kind.Settings, _folder: Path) -> str:
    return f"crm:{cast('CrmSettings', settings).workspace}"


def _problems(_settings: kind.Settings, _folder: Path) -> tuple[kind.Problem, ...]:
    return ()


KIND = kind.Kind(
    name="crm",
    label="Example CRM",
    settings=CrmSettings,
    request=CrmRequest,
    credential=True,
    hosts=_hosts,
    identity=_identity,
    problems=_problems,
    batch=3,
    module="reportops_crm.source",
)
