"""How a client stands, as a sign and a word: the word always says what the sign does."""

from collections.abc import Mapping

from bot.domain import views

SIGNS: Mapping[views.Light, str] = {
    views.Light.RED: "🔴",
    views.Light.AMBER: "🟠",
    views.Light.GREEN: "🟢",
    views.Light.GREY: "⚪",
}
WORDS: Mapping[views.Light, str] = {
    views.Light.RED: "needs you",
    views.Light.AMBER: "waiting",
    views.Light.GREEN: "fine",
    views.Light.GREY: "paused or idle",
}
"""Of one client; ``4 need you`` is the one plural."""

HELD: Mapping[str, str] = {
    "outsiders": "held: people from outside were let into its channel",
    "unsure": "held: Slack does not say who can read its channel",
    "identity": "held: nobody has confirmed whose data its sources serve",
    "changed": "a rerun differs from what was sent, and waits for somebody to choose",
    "absurd": "held: its figures need a look before they are sent",
    "paused": "ready, held by the pause",
}
"""Why a run waits for somebody, by its ``hold``."""


def held(hold: str) -> str:
    """Return why a run waits for somebody."""
    return HELD.get(hold, "held until somebody looks")


def count(light: views.Light, number: int) -> str:
    """Return such as ``3 fine`` or ``1 needs you``."""
    if light is views.Light.RED and number > 1:
        return f"{number} need you"
    return f"{number} {WORDS[light]}"
