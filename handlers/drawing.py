"""From what an operation says to what Slack shows: the screen of each kind of answer."""

from functools import singledispatch

from bot.domain import bill, delivery, foresight, views
from bot.operations import answers, found
from bot.slack.screens import (
    about,
    card,
    checked,
    cost,
    details,
    history,
    listing,
    menu,
    plain,
    rotate,
    schedule,
    status,
    why,
)
from bot.slack.screens import help as helping

Shown = (
    answers.Answer
    | delivery.Body
    | views.WhyView
    | views.DetailsView
    | views.CardView
    | foresight.AheadView
    | views.AboutView
)


def draw(shown: Shown, *, operator: bool) -> delivery.Body:
    """Return the screen; the menu's buttons that change anything only for operators."""
    if isinstance(shown, views.Overview):
        return menu.draw(shown, operator=operator)
    return _draw(shown)


@singledispatch
def _draw(shown: object) -> delivery.Body:
    message = f"no screen for {type(shown).__name__}"
    raise TypeError(message)


@_draw.register
def _(shown: delivery.Body) -> delivery.Body:
    return shown


@_draw.register
def _(shown: answers.Done) -> delivery.Body:
    return plain.say(shown.text)


@_draw.register
def _(shown: answers.Form) -> delivery.Body:
    return plain.say(shown.told)


@_draw.register
def _(shown: answers.Rotated) -> delivery.Body:
    return rotate.done(shown.view)


@_draw.register
def _(shown: answers.Help) -> delivery.Body:
    return helping.draw(shown.lines)


@_draw.register
def _(shown: answers.Listing) -> delivery.Body:
    return listing.draw(shown.overview)


@_draw.register
def _(shown: answers.Schedule) -> delivery.Body:
    return schedule.draw(shown.fires, now=shown.at)


@_draw.register
def _(shown: answers.Status) -> delivery.Body:
    return status.draw(shown.client, now=shown.at)


@_draw.register
def _(shown: views.History) -> delivery.Body:
    return history.draw(shown)


@_draw.register
def _(shown: bill.Costs) -> delivery.Body:
    return cost.draw(shown)


@_draw.register
def _(shown: views.WhyView) -> delivery.Body:
    return why.draw(shown)


@_draw.register
def _(shown: views.AboutView) -> delivery.Body:
    return about.draw(shown)


@_draw.register
def _(shown: views.DetailsView) -> delivery.Body:
    return details.draw(shown)


@_draw.register
def _(shown: views.CardView) -> delivery.Body:
    return card.fix(shown)


@_draw.register
def _(shown: foresight.AheadView) -> delivery.Body:
    return card.ahead(shown)


@_draw.register
def _(shown: answers.Checked) -> delivery.Body:
    return checked.draw(found.whole(shown))
