"""`/report list`: every client with the id that commands take."""

from bot.domain import delivery, views
from bot.slack import blocks, limits
from bot.slack.screens import lights, menu


def draw(view: views.Overview) -> delivery.Body:
    """Return the clients by name, each on one line."""
    if not view.lines:
        text = "No clients yet. `reportops client new globex` makes the first."
        return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))
    told = "\n".join(
        f"{lights.SIGNS[line.light]} `{line.client}` {blocks.escape(line.name)} · "
        f"{blocks.escape(line.text)}"
        for line in sorted(view.lines, key=lambda line: line.name.casefold())
    )
    noun = "client" if len(view.lines) == 1 else "clients"
    text = f"{len(view.lines)} {noun}"
    parts = (blocks.section(f"*{text}*"), blocks.section(told), *menu.isolation(view))
    return limits.fit(delivery.Body(text=text, blocks=parts))
