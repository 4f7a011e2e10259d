"""A shell to sign in from, and Google to sign in at."""

import threading
import webbrowser
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from bot.cli import browsing
from bot.demo import ga4, google
from bot.sealed import rekey
from bot.signin import platforms
from tests.signin.desk import TOKEN, WHO, Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    import_module("bot.cli.credential")  # what is imported late counts for no test
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTOPS_DATABASE", str(tmp_path / "reportops.db"))
    monkeypatch.setenv("REPORTOPS_EPHEMERAL_DISK", "allow")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(browsing, "WAIT", 15.0)
    monkeypatch.setattr(platforms, "PORT", 0)  # others test at the same time
    made = rekey.new(tmp_path / "credentials")
    threads: list[threading.Thread] = []
    found = Desk(root=tmp_path, master=made.identity, browser=lambda _: None)

    def visit(address: str) -> None:
        with httpx.Client(follow_redirects=True, timeout=10, trust_env=False) as browser:
            found.pages.append(browser.get(address))

    def opened(address: str) -> bool:
        found.opened.append(address)
        threads.append(threading.Thread(target=found.browser, args=(address,)))
        threads[-1].start()
        return True

    found.browser = visit
    monkeypatch.setattr(webbrowser, "open", opened)
    yield found
    for thread in threads:
        thread.join()


@pytest.fixture
def accounts(desk: Desk) -> Iterator[google.GoogleDouble]:
    with google.GoogleDouble() as found:
        found.person(WHO, "globex-shop")
        desk.doubles["google"] = found.url.removesuffix("/token")
        desk.app(found.consent, developer_token=TOKEN)
        yield found


@pytest.fixture
def analytics(desk: Desk, accounts: google.GoogleDouble) -> Iterator[ga4.Ga4Double]:
    with ga4.Ga4Double(accounts) as found:
        for number, project, name in (
            ("123456789", "globex-shop", "Globex shop"),
            ("987654321", "somebody-else", "Initech"),
        ):
            found.property(
                ga4.Property(number=number, project=project, name=name, zone="UTC", currency="EUR")
            )
        desk.doubles["ga4"] = found.url
        desk.client({"web": {"kind": "ga4", "property": "123456789", "credential": "local://ga4"}})
        yield found
