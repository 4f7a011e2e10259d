"""`/report` alone: the fleet in the ops channel, that client's own line in a client's channel."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.domain import delivery, views
from bot.domain.delivery import Block
from bot.slack import blocks, ids, limits, moments
from bot.slack.screens import lights

_LOUD = frozenset({views.Light.RED, views.Light.AMBER})
"""Each on a line of its own; calm clients share one."""


def draw(view: views.Overview, *, operator: bool) -> delivery.Body:
    """Return the menu. Buttons that change anything are for operators only."""
    parts = _own(view, operator=operator) if view.client else _fleet(view)
    head = headline(view)
    return limits.fit(delivery.Body(text=head, blocks=tuple(parts)))


def _own(view: views.Overview, *, operator: bool) -> Iterator[Block]:
    for line in view.lines:
        yield blocks.section(told(line, view))
    wanted = [("Status", ids.MENU_STATUS)]
    if operator:
        wanted += [("Rerun", ids.MENU_RERUN), ("Pause…", ids.MENU_PAUSE)]
        wanted += [("History", ids.MENU_HISTORY)]
    value = view.client or ""
    yield blocks.actions(*(blocks.button(text, name, value=value) for text, name in wanted))


def _fleet(view: views.Overview) -> Iterator[Block]:
    yield blocks.section(f"*{headline(view)}*")
    yield from faults(view)
    loud = [line for line in view.lines if line.light in _LOUD]
    for line in loud:
        yield blocks.section(told(line, view), accessory=fix(line))
    yield from _calm([line for line in view.lines if line.light not in _LOUD])
    if view.lines:
        yield tools()
    yield from isolation(view)


def headline(view: views.Overview) -> str:
    """Return the morning in a line: when, and how many clients are how."""
    on = moments.long_weekday(moments.local(view.at, view.timezone))
    start = f"{on}, {moments.clock(view.at, view.timezone)}"
    if view.client:
        return f"{start} · {', '.join(told(line, view) for line in view.lines)}"
    waiting = sum(line.ready for line in view.lines)
    counts = Counter(line.light for line in view.lines if not line.ready)
    parts = [f"{waiting} ready"] if waiting else []
    parts += [lights.count(light, counts[light]) for light in _ORDER if counts[light]]
    noun = "client" if len(view.lines) == 1 else "clients"
    return f"{start} · {len(view.lines)} {noun}: {' · '.join(parts) or 'none yet'}"


_ORDER = (views.Light.GREEN, views.Light.AMBER, views.Light.RED, views.Light.GREY)


def told(line: views.ClientLine, view: views.Overview) -> str:
    """Return one client in a line: its sign, why, and what was promised."""
    due = ""
    if line.due is not None:
        due = f" · due {moments.moment(line.due, line.timezone, now=view.at)}"
    sign = lights.SIGNS[line.light]
    return f"{sign} *{blocks.escape(line.name)}* · {blocks.escape(line.text)}{due}"


def _calm(lines: Sequence[views.ClientLine]) -> Iterator[Block]:
    def kind(line: views.ClientLine) -> tuple[str, str]:
        return (line.light.value, line.text)

    grouped = [
        f"{lights.SIGNS[views.Light(light)]} "
        f"{', '.join(blocks.escape(line.name) for line in alike)} · {blocks.escape(text)}"
        for (light, text), alike in groupby(sorted(lines, key=kind), key=kind)
    ]
    if grouped:
        yield blocks.section("\n".join(grouped))


def fix(line: views.ClientLine) -> Block | None:
    """Return the button that shows a client's failure card; None: there is none."""
    if line.incident is None:
        return None
    return blocks.button("Fix", ids.MENU_FIX, value=line.incident, style="primary")


def tools() -> Block:
    """Return a select of clients and what to do with the chosen one: the handler reads the choice
    from the state of the message or view. Who may see which client is asked when it is opened.
    """
    return {
        **blocks.actions(
            blocks.external_select(ids.MENU_CLIENT, "Client"),
            blocks.button("Rerun", ids.MENU_RERUN),
            blocks.button("Pause…", ids.MENU_PAUSE),
            blocks.button("Schedule", ids.MENU_SCHEDULE),
            blocks.button("Cost", ids.MENU_COST),
            blocks.button("History", ids.MENU_HISTORY),
        ),
        "block_id": ids.MENU_TOOLS,
    }


def isolation(view: views.Overview) -> Iterator[Block]:
    """Return what holds between clients, where it is known."""
    if view.isolation:
        yield blocks.context(f"Isolation: {blocks.escape(view.isolation)}")


def faults(view: views.Overview) -> Iterator[Block]:
    """Return that the clients' files have faults, where they have."""
    if view.faults:
        noun = "fault" if view.faults == 1 else "faults"
        text = f"⚠️ {view.faults} {noun} in the clients' files"
        yield blocks.context(f"{text}; the last good version runs, if there is one")
