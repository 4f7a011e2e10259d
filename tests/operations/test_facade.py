"""Everything that can be typed reaches its operation, and is told to nobody else."""

import pytest

from bot import errors
from bot.access import Kind
from bot.operations import answers, facade
from bot.operations.grammar import Verb
from tests.operations import house
from tests.operations.house import House

TYPED = {
    Verb.MENU: "",
    Verb.HELP: "help",
    Verb.LIST: "list",
    Verb.STATUS: "status acme",
    Verb.RERUN: "rerun acme",
    Verb.RERUN_FAILED: "rerun failed",
    Verb.CHECK: "check acme",
    Verb.PAUSE: "pause acme",
    Verb.RESUME: "resume acme",
    Verb.SCHEDULE: "schedule",
    Verb.HISTORY: "history acme",
    Verb.COST: "cost",
    Verb.ROTATE: "rotate acme",
    Verb.WHOAMI: "whoami",
}
FOR_ALL = {Verb.MENU, Verb.HELP, Verb.WHOAMI, Verb.STATUS}


async def _ask(home: House, who: facade.scope.Asker, text: str) -> answers.Answer:
    return await home.operations.ask(who, home.operations.read(who, text))


@pytest.mark.parametrize("verb", Verb)
async def test_an_operator_may_type_everything(home: House, verb: Verb) -> None:
    assert await _ask(home, house.asker(), TYPED[verb])


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("kind", [Kind.MEMBER, Kind.GUEST, Kind.FOREIGN, Kind.UNKNOWN])
async def test_readers_may_type_little_and_change_nothing(
    home: House, verb: Verb, kind: Kind
) -> None:
    who = house.asker(kind, "acme")
    if verb in FOR_ALL:
        assert await _ask(home, who, TYPED[verb])
    else:
        with pytest.raises(errors.UsageError, match=house.REFUSED):
            await _ask(home, who, TYPED[verb])
    assert not await home.trail()


async def test_help_is_cut_to_what_the_asker_may(home: House) -> None:
    mine = await home.operations.help(house.asker())
    theirs = await home.operations.help(house.asker(Kind.GUEST, "acme"))
    assert len(mine.lines) == len(Verb)
    assert not any("`" in typed for typed, _ in mine.lines)
    assert not any("rerun" in typed or "cost" in typed for typed, _ in theirs.lines)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.BOT])
async def test_whoami_tells_everybody_what_they_are_taken_for(home: House, kind: Kind) -> None:
    told = await home.operations.whoami(house.asker(kind))
    assert "U0CLAIRE" in told.text


def test_what_changes_something_is_known_from_its_first_word() -> None:
    changing = {verb for verb in Verb if facade.changes(verb.value.split()[0])}
    assert changing == facade.CHANGING
    assert not facade.changes("nonsense")
