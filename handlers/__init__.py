"""Everything that Slack may send, and who serves it: the whole list."""

import re
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from slack_bolt.async_app import AsyncApp

from bot.slack import ids
from handlers import actions, commands, doors, errors, events, rotating, views, windows
from handlers.desk import Desk

_ANYTHING = re.compile(".*", re.DOTALL)

_Handler = Callable[..., Awaitable[object]]
_Register = Callable[[_Handler], object]


class _Bolt(Protocol):
    """As much of Bolt's app as is used, with types."""

    def error(self, func: _Handler) -> object: ...
    def middleware(self, func: _Handler) -> object: ...
    def command(self, command: str | re.Pattern[str]) -> _Register: ...
    def action(self, constraints: str | re.Pattern[str]) -> _Register: ...
    def options(self, constraints: str | re.Pattern[str]) -> _Register: ...
    def shortcut(self, constraints: str | re.Pattern[str]) -> _Register: ...
    def view_closed(self, constraints: str | re.Pattern[str]) -> _Register: ...
    def view(self, constraints: str | re.Pattern[str]) -> _Register: ...
    def event(self, event: str | re.Pattern[str]) -> _Register: ...


def register(app: AsyncApp, desk: Desk) -> None:
    """Put every handler into the app. The last of each kind catches what is unknown."""
    bolt = cast("_Bolt", app)
    command, action = commands.Commands(desk), actions.Actions(desk)
    homes = windows.Homes(desk)
    view, event = views.Views(desk, homes), events.Events(desk, homes)
    bolt.error(errors.on_error)
    bolt.middleware(desk.once)
    _doors(bolt, desk, homes=homes)

    bolt.command(ids.COMMAND)(command.report)
    bolt.command(_ANYTHING)(command.unknown)

    bolt.action(ids.WHY)(action.why)
    bolt.action(ids.RETRY)(action.retry)
    bolt.action(ids.RETRY_ALL)(action.retry_all)
    bolt.action(ids.SEND_WITHOUT)(action.send_without)
    bolt.action(ids.DETAILS)(action.details)
    bolt.action(ids.CARD_MENU)(action.menu)
    bolt.action(ids.CHECK)(action.check)
    bolt.action(ids.CONFIRM_AUDIENCE)(action.confirm)
    _held(bolt, action)
    _rotations(bolt, rotating.Rotations(desk))
    bolt.action(ids.MENU_STATUS)(action.status)
    bolt.action(ids.MENU_RERUN)(action.rerun)
    bolt.action(ids.MENU_PAUSE)(action.pause)
    bolt.action(ids.MENU_RESUME)(action.resume)
    bolt.action(ids.MENU_SCHEDULE)(action.schedule)
    bolt.action(ids.MENU_COST)(action.cost)
    bolt.action(ids.MENU_HISTORY)(action.history)
    bolt.action(ids.MENU_FIX)(action.fix)
    for name in (ids.DASHBOARD, ids.OPEN_REPORT, ids.MENU_CLIENT):
        bolt.action(name)(action.nothing)
    bolt.action(ids.COST_CSV)(action.sheet)
    bolt.action(ids.COST_REPORTS)(action.reports)
    bolt.action(ids.ABOUT_RERUN)(action.rerun_this)
    bolt.action(_ANYTHING)(commands.missing)

    bolt.view(ids.PAUSE_VIEW)(view.pause)
    bolt.view(_ANYTHING)(commands.missing)

    for name in events.PEOPLE:
        bolt.event(name)(event.people)
    bolt.event(events.RENUMBERED)(event.renumbered)
    bolt.event(_ANYTHING)(event.other)


def _held(bolt: _Bolt, action: actions.Actions) -> None:
    """What may become of a report that waits: for its figures, or for whose they are."""
    bolt.action(ids.REPLACE)(action.replace)
    bolt.action(ids.POST_AS_NEW)(action.post_as_new)
    bolt.action(ids.DISCARD)(action.discard)
    bolt.action(ids.POST_ANYWAY)(action.post_anyway)
    bolt.action(ids.TRY_AGAIN)(action.try_again)
    bolt.action(ids.IDENTITY_POST)(action.identify)
    bolt.action(ids.IDENTITY_CONFIRM)(action.know)


def _rotations(bolt: _Bolt, rotations: rotating.Rotations) -> None:
    """Credentials that are replaced."""
    bolt.action(ids.ROTATE)(rotations.card)
    bolt.action(ids.MENU_ROTATE)(rotations.menu)
    bolt.action(ids.ROTATE_CONFIRM)(rotations.swap)
    bolt.action(ids.ROTATE_CANCEL)(rotations.cancel)
    bolt.action(ids.ROLL_BACK)(rotations.back)
    bolt.view(ids.ROTATE_VIEW)(rotations.entered)
    bolt.view(ids.ROTATE_CONFIRM)(rotations.confirm)
    bolt.view_closed(ids.ROTATE_CONFIRM)(rotations.closed)


def _doors(bolt: _Bolt, desk: Desk, *, homes: windows.Homes) -> None:
    """The home tab, the shortcuts, the select of clients, and answers in modals."""
    answers = windows.Answers(desk, homes)
    door = doors.Doors(desk, answers=answers, homes=homes)
    bolt.middleware(answers.between)
    bolt.options(ids.MENU_CLIENT)(door.clients)
    bolt.shortcut(ids.MENU_SHORTCUT)(door.menu)
    bolt.shortcut(ids.ABOUT_SHORTCUT)(door.about)
    bolt.shortcut(_ANYTHING)(commands.missing)
    bolt.view_closed(ids.WINDOW)(door.closed)
    bolt.event(doors.HOME_OPENED)(door.home)


__all__ = ["Desk", "register"]
