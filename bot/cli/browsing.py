"""The browser's part of a sign-in: opened here and waited for, or somewhere else and pasted."""

import sys
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import click

from bot import errors, settings
from bot.signin import listener, platforms
from bot.signin.flow import Flow

WAIT = 300.0
"""Seconds for which the browser is waited for."""


def signed(flow: Flow, *, browser: bool) -> tuple[str, str]:
    """Have a person sign in; returns the code, and the address that the browser came back to.

    Raises UsageError where nobody did, or the platform says no.
    """
    is_fixed = flow.platform.fixed
    host, port = ("localhost", platforms.PORT) if is_fixed else ("127.0.0.1", 0)
    taking = listener.Listener(flow.state, host=host, port=port)
    if is_fixed:
        click.echo(f"The app must name {taking.redirect} among its redirect addresses, exactly so.")
    address = flow.address(taking.redirect)
    with taking:
        answer = _waited(taking, address) if browser else None
    if not browser:
        answer = _pasted(address)
    if answer is None:
        stranger = " An answer came that belongs to another one." if taking.strangers else ""
        raise errors.UsageError(
            f"Nobody signed in within {WAIT / 60:.0f} minutes.{stranger} Nothing was sealed; begin "
            "again, with --no-browser where the browser is on another machine."
        )
    return flow.code(answer), taking.redirect


def _waited(taking: listener.Listener, address: str) -> Mapping[str, str] | None:
    click.echo(f"If no browser opens, open this yourself:\n\n{address}\n")
    if _has_browser():
        with suppress(webbrowser.Error):
            webbrowser.open(address)
    click.echo(f"Waiting for the browser, {WAIT / 60:.0f} minutes at most.")
    return taking.wait(WAIT)


def _has_browser() -> bool:
    """Without a screen, what would open is a browser in this very terminal."""
    named = settings.environment()
    screens = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
    return not sys.platform.startswith("linux") or bool(screens & named.keys())


def _pasted(address: str) -> Mapping[str, str]:
    """What a browser elsewhere came back with; it is as good as the answer itself, so not shown."""
    click.echo(f"Open this in a browser:\n\n{address}\n")
    click.echo("It ends at a page that cannot be shown. Copy that page's address.")
    if sys.stdin.isatty():
        given = str(click.prompt("Paste it here (it is not shown)", hide_input=True))
    else:
        given = sys.stdin.readline()
    try:
        asked = urlsplit(given.strip())
    except ValueError:
        asked = urlsplit("")
    if asked.path != listener.PATH:
        raise errors.UsageError(
            f"That is not the address that the browser was sent to: it ends in {listener.PATH}?… "
            "Nothing was sealed; begin again."
        )
    return listener.single(asked.query)
