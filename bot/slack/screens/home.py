"""The home tab: for operators every client with its buttons, worst first; for others a hello that
names no client. The private metadata is ``home <channel of their direct messages with us>``.
"""

from collections.abc import Iterator, Sequence

from bot.domain import views
from bot.domain.delivery import Block
from bot.slack import blocks, ids, limits, moments
from bot.slack.screens import menu

MOST = 46
"""Clients with buttons of their own, of two blocks each; the select finds the rest."""


def fleet(view: views.Overview, *, channel: str) -> dict[str, object]:
    """Return an operator's home tab."""
    return limits.home([*_fleet(view)], metadata=f"{ids.HOME} {channel}")


def hello(lines: Sequence[tuple[str, str]], *, channel: str) -> dict[str, object]:
    """Return anybody else's: what there is to type, as ``(how it is typed, what it does)``."""
    typed = "\n".join(f"`{how}` – {does}" for how, does in lines)
    parts = (
        blocks.header("Hello"),
        blocks.section(
            "I run client reports and post each one in its client's channel. In such a channel you "
            "can type:"
        ),
        blocks.section(typed or "`/report`"),
        blocks.context("*Why these numbers?* under a report explains its figures."),
    )
    return limits.home(parts, metadata=f"{ids.HOME} {channel}")


def _fleet(view: views.Overview) -> Iterator[Block]:
    yield blocks.section(f"*{menu.headline(view)}*")
    yield from menu.faults(view)
    if not view.lines:
        yield blocks.context("`reportops client new globex` makes the first.")
        return
    yield menu.tools()
    for line in view.lines[:MOST]:
        yield blocks.section(f"{menu.told(line, view)}{_next(line, view)}")
        yield _buttons(line)
    yield from menu.isolation(view)
    more = len(view.lines) - MOST
    if more > 0:
        noun = "client" if more == 1 else "clients"
        yield blocks.context(f"… and {more} more {noun}: find them by name or id in *Client* above")


def _next(line: views.ClientLine, view: views.Overview) -> str:
    """A second line, where the first does not say it already."""
    if line.next is None:
        return ""
    moment = moments.moment(line.next, line.timezone, now=view.at)
    full = moments.moment(line.next, line.timezone)
    return "" if full in line.text else f"\nNext {moment}"


def _buttons(line: views.ClientLine) -> Block:
    pause = ("Resume", ids.MENU_RESUME) if line.paused else ("Pause…", ids.MENU_PAUSE)
    wanted = (("Rerun", ids.MENU_RERUN), pause, ("History", ids.MENU_HISTORY))
    found = [blocks.button(text, name, value=line.client) for text, name in wanted]
    fix = menu.fix(line)
    return blocks.actions(*([fix, *found] if fix else found))
