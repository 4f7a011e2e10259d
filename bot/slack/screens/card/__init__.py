"""What is said about failures and promises: cards, their threads, warnings, the neutral line."""

from bot.slack.screens.card.ahead import ahead
from bot.slack.screens.card.buttons import row, stamp
from bot.slack.screens.card.face import card, fix
from bot.slack.screens.card.outage import outage, outage_again, outage_word
from bot.slack.screens.card.promise import late, many, notice
from bot.slack.screens.card.thread import act, attempt, elsewhere

__all__ = [
    "act",
    "ahead",
    "attempt",
    "card",
    "elsewhere",
    "fix",
    "late",
    "many",
    "notice",
    "outage",
    "outage_again",
    "outage_word",
    "row",
    "stamp",
]
