"""External selects: when Slack asks for options, and which answers it takes."""

from bot.demo.slack import chat, core, elements, screen, shapes
from bot.demo.slack.refusal import Impossible, schema
from bot.demo.slack.shapes import Json

OPTIONS = 100
"""In one answer; of option groups too, and in each of them."""
LEAST = 3
"""Letters before Slack asks, where the element does not say."""


def asks(one: screen.Element, query: str) -> bool:
    """Whether so many letters make Slack ask; raises Impossible where nothing is asked for."""
    if not one.kind.endswith("external_select"):
        raise Impossible(f"{one.action_id} has its options, or takes none")
    least = one.element.get("min_query_length", LEAST)
    return len(query) >= (least if isinstance(least, int) else LEAST)


def offered(at: core.Core, answer: Json) -> list[Json]:
    """Every option of an answer, those in groups too; raises Slack's refusal of a bad one."""
    check = chat.checker(at)
    if ("options" in answer) == ("option_groups" in answer):
        check.say("/", "exactly one of options and option_groups is required")
    groups = check.count(answer.get("option_groups", []), "/option_groups", low=0, high=OPTIONS)
    for index, group in enumerate(groups):
        place = f"/option_groups/{index}"
        check.keys(shapes.obj(group), place, needed=("label", "options"), allowed=())
        check.text(shapes.obj(group).get("label"), f"{place}/label", high=75)
    for place, lot in [
        ("/options", answer.get("options", [])),
        *(
            (f"/option_groups/{n}/options", shapes.obj(one).get("options"))
            for n, one in enumerate(groups)
        ),
    ]:
        for index, option in enumerate(check.count(lot, place, low=0, high=OPTIONS)):
            elements.option(check, option, at=f"{place}/{index}")
    if check.problems:
        raise schema("invalid_arguments", check.problems)
    return elements.known_options(answer)
