"""The page's server over a stage without a bot, and a browser's requests to it."""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import yaml

from bot import clock
from bot.demo import bigquery, google, stage
from bot.demo.slack import server as slacks
from bot.demo.slack import workspace
from bot.demo.web import server

CHECKOUT = Path(__file__).parents[3]
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> object:
        """Its JSON."""
        return json.loads(self.body)


@dataclass(slots=True, kw_only=True)
class Desk:
    """A page that is served, what stands behind it, and a way to ask it things."""

    stage: stage.Stage
    page: server.Page
    session: aiohttp.ClientSession
    woken: list[Path] = field(default_factory=list[Path])

    async def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Got:
        """Send a request as the page itself would, but for the headers given."""
        own = {"Authorization": f"Bearer {self.page.token}"} | dict(headers or {})
        kept = {name: value for name, value in own.items() if value != "-"}
        async with self.session.request(
            method, self.page.url + path, headers=kept, json=body, allow_redirects=False
        ) as got:
            return Got(status=got.status, headers=got.headers, body=await got.read())

    async def act(self, name: str, /, **body: object) -> Got:
        """Post an act; ``as_`` is who."""
        told = {key.rstrip("_"): value for key, value in body.items()}
        return await self.ask(f"/page/api/{name}", method="POST", body=told)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build folder with the three files, and a secret beside it."""
    folder = tmp_path / "built"
    folder.mkdir()
    for name in ("index.html", "app.js", "app.css"):
        (folder / name).write_text(f"this is {name}", "utf-8")
    (tmp_path / "secret").write_text("not for a browser", "utf-8")
    (folder / "link").symlink_to(tmp_path / "secret")
    return folder


@pytest.fixture
async def desk(tmp_path: Path, built: Path) -> AsyncGenerator[Desk]:
    """Everything up, but the bot."""
    folder = tmp_path / "demo"
    folder.mkdir()
    moved = clock.MovedClock(folder / "clock")
    moved.move_to(SUNDAY)
    woken: list[Path] = []

    async def wake(database: Path) -> None:
        woken.append(database)

    space = workspace.sample_workspace()
    with google.GoogleDouble() as accounts, bigquery.BigQueryDouble(accounts) as warehouse:
        async with slacks.LocalSlack(space, clock=moved) as slack:
            slack.install(yaml.safe_load((CHECKOUT / "manifest.yml").read_text("utf-8")))
            on = stage.Stage(
                stage.Place(folder=folder, checkout=CHECKOUT),
                slack=slack,
                accounts=accounts,
                warehouse=warehouse,
                moved=moved,
                monday=stage.next_monday(moved.now()),
            )
            async with (
                server.Page(on, built, wake=wake) as page,
                aiohttp.ClientSession() as session,
            ):
                yield Desk(stage=on, page=page, session=session, woken=woken)
