"""One credential in the place of another, from what is entered to the roll back."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors, wire
from bot.access import Kind
from bot.domain import client, credential, delivery, ids, rotation, run
from bot.domain.report import Identity
from bot.domain.rotation import State
from bot.operations import credentials, entering
from tests import samples
from tests.operations import house
from tests.operations.house import House
from tests.store import make

NAME = "local://warehouse"
SECRET = "the-quiet-word" + "-of-acme"
OWN = Identity(source="warehouse", name="acme.com", account="projects/1", settings="worker's")
OTHER = replace(OWN, name="globex.com", account="projects/2")
REFUSED = replace(make.REFUSED, reference=NAME)
_SOURCE = replace(
    samples.SOURCES["warehouse"], kind="http_json", settings={}, credential=NAME, identity="web"
)


def acme(credential: str = NAME) -> client.Client:
    """Acme, whose warehouse is kept there."""
    source = replace(_SOURCE, credential=credential)
    return replace(house.ACME, sources={**samples.SOURCES, "warehouse": source})


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[House]:
    async with house.opened(tmp_path, acme(), house.GLOBEX) as opened:
        version = opened.sealed.put("acme", "warehouse", text="the one before")
        opened.sealed.use("acme", "warehouse", version=version)
        opened.trier.serves = {f"{NAME}@{number}": serves() for number in (1, 2, 3)}
        yield opened


def serves(
    spend: str = "9640", *, of: Identity = OWN, lacks: Sequence[run.Failure] = ()
) -> wire.Source:
    """What a credential of Acme's warehouse serves."""
    figure = rotation.Figure(report=samples.WEEKLY, name="ad_spend", value=Decimal(spend))
    return wire.Source(name="warehouse", identity=of, figures=(figure,), refused=tuple(lacks))


async def _begun(home: House) -> rotation.Rotation:
    entered = {entering.WHOLE: SECRET}
    return await home.operations.credentials.begin(house.asker(), ("acme",), entered=entered)


async def _tried(home: House) -> rotation.View:
    begun = await _begun(home)
    return await home.operations.credentials.try_(begun.id)


def _versions(home: House) -> tuple[int | None, tuple[int, ...]]:
    known = home.sealed.versions("acme", "warehouse")
    return known.current, known.kept


async def _said(home: House, view: rotation.View) -> delivery.Delivery | None:
    return await home.store.deliveries.get(f"rotation:{view.rotation.id}")


async def test_it_is_tried_beside_the_one_in_force_confirmed_and_swapped(home: House) -> None:
    desk = home.operations.credentials
    tried = await _tried(home)
    assert [reference for reference, _ in home.trier.asked] == [f"{NAME}@1", f"{NAME}@2"]
    assert [dict(asked) for _, asked in home.trier.asked] == [
        {samples.WEEKLY: samples.THIS_WEEK}
    ] * 2
    assert tried.rotation.state is State.TESTED
    assert [(row.label, row.was, row.is_equal) for row in tried.rows] == [
        ("Ad spend", "€9,640", True)
    ]
    assert _versions(home) == (1, (1, 2)), "nothing has changed yet"
    done = await desk.confirm(house.asker(), tried.rotation.id)
    assert _versions(home) == (2, (1, 2))
    assert done.view.rotation.until == samples.AS_OF + timedelta(hours=24)
    said = await _said(home, tried)
    assert said is not None
    assert said.channel == house.OPS
    assert (
        "same account (acme.com), 1 of 1 figures of the last full week equal" in said.bodies[0].text
    )
    home.clock.advance(timedelta(hours=25))
    await desk.sweep()
    assert _versions(home) == (2, (2,)), "the one before is gone with its time"
    with pytest.raises(errors.UsageError, match="too late"):
        await desk.back(house.asker(), tried.rotation.id)


async def test_what_was_known_of_the_one_before_is_forgotten_and_looked_at_anew(
    home: House,
) -> None:
    desk, rows = home.operations.credentials, home.store.foresight
    seen = credential.Seen(
        reference=NAME, expires_at=samples.AS_OF + timedelta(days=1), expires_what="token"
    )
    await rows.used(ids.ClientId("acme"), [seen], at=samples.AS_OF)
    await rows.used(ids.ClientId("globex"), [seen], at=samples.AS_OF)
    tried = await _tried(home)
    assert home.trier.hurried == []
    home.clock.advance(timedelta(minutes=5))
    await desk.confirm(house.asker(), tried.rotation.id)
    assert home.trier.hurried == [(NAME, "acme")]
    (now,) = await rows.standings(ids.ClientId("acme"))
    made = home.sealed.made_at("acme", "warehouse", version=2)
    assert (now.first_at, now.expires_at, now.made_at) == (home.clock.now(), None, made)
    (other,) = await rows.standings(ids.ClientId("globex"))
    assert other.expires_at == seen.expires_at, "its own, by the same name"
    await rows.used(ids.ClientId("acme"), [seen], at=home.clock.now())
    await desk.back(house.asker(), tried.rotation.id)
    (back,) = await rows.standings(ids.ClientId("acme"))
    assert back.expires_at is None
    assert back.made_at == home.sealed.made_at("acme", "warehouse", version=1)
    assert home.trier.hurried == [(NAME, "acme")] * 2


async def test_it_is_rolled_back(home: House) -> None:
    desk = home.operations.credentials
    tried = await _tried(home)
    await desk.confirm(house.asker(), tried.rotation.id)
    back = await desk.back(house.asker(), tried.rotation.id)
    assert back.view.rotation.state is State.RETURNED
    assert _versions(home) == (1, (1,))
    said = await _said(home, tried)
    assert said is not None
    assert "rolled back" in said.bodies[0].text
    assert "rotate_back" not in str(said.bodies[0].blocks)


@pytest.mark.parametrize(
    ("candidate", "why"),
    [
        (serves(of=OTHER), "It opens globex.com, not acme.com."),
        (replace(make.REFUSED, reference=f"{NAME}@2"), "refused our sign-in"),
        (
            serves(lacks=[run.Failure(code=run.FailureCode.PERMISSION_DENIED, query="spend")]),
            "spend",
        ),
    ],
    ids=["another account", "refused", "sees less"],
)
async def test_what_does_not_fit_is_refused_and_dropped(
    home: House, candidate: wire.Source | run.Failure, why: str
) -> None:
    home.trier.serves[f"{NAME}@2"] = candidate
    tried = await _tried(home)
    assert tried.rotation.state is State.REFUSED
    assert why in " ".join(tried.faults)
    assert _versions(home) == (1, (1,))
    with pytest.raises(errors.UsageError, match="too late"):
        await home.operations.credentials.confirm(house.asker(), tried.rotation.id)


async def test_what_neither_may_ask_is_not_the_candidates_fault(home: House) -> None:
    lacks = [run.Failure(code=run.FailureCode.PERMISSION_DENIED, query="spend", source="warehouse")]
    home.trier.serves = {f"{NAME}@{number}": serves(lacks=lacks) for number in (1, 2)}
    assert (await _tried(home)).rotation.state is State.TESTED


async def test_where_nothing_is_answered_nothing_works(home: House) -> None:
    """Some sources sign in only when they are asked."""
    refused = replace(REFUSED, query="spend")
    home.trier.serves = {
        f"{NAME}@{number}": wire.Source(name="warehouse", identity=OWN, refused=(refused,))
        for number in (1, 2)
    }
    tried = await _tried(home)
    assert tried.rotation.state is State.REFUSED
    assert "refused our sign-in" in tried.faults[0]
    assert tried.dead


async def test_figures_that_differ_are_for_a_person_to_judge(home: House) -> None:
    home.trier.serves[f"{NAME}@2"] = serves("9640.004")
    tried = await _tried(home)
    assert tried.rotation.state is State.TESTED
    (row,) = tried.rows
    assert (row.was, row.now, row.is_equal) == ("9640", "9640.004", False)


async def test_a_dead_one_is_held_against_the_last_report(home: House) -> None:
    """The candidate is asked for the period of that report, so that figures can be compared."""
    await home.sent(of=acme())
    home.clock.advance(timedelta(days=7))
    stopped, _ = await home.failed(failure=REFUSED, of=acme())
    home.trier.serves[f"{NAME}@1"] = REFUSED
    tried = await _tried(home)
    assert [dict(asked)[samples.WEEKLY].start.day for _, asked in home.trier.asked] == [23, 16]
    assert tried.rotation.state is State.TESTED
    assert "revoked" in tried.dead
    told = tried.rotation.found
    assert told is not None
    assert told.reported_at is not None
    assert (told.equal, len(told.pairs)) == (1, 1)
    done = await home.operations.credentials.confirm(house.asker(), tried.rotation.id)
    assert done.view.retry, "what failed because of it can be tried again from there"
    said = await _said(home, tried)
    assert said is not None
    assert said.parent is not None
    assert said.parent.startswith("card:")
    assert stopped.status is run.Status.FAILED


async def test_the_one_that_was_confirmed_counts_not_what_is_in_force(home: House) -> None:
    own = replace(OWN, settings="web")
    await home.store.identities.confirm(samples.ACME, [own], by=house.CLAIRE, at=home.clock.now())
    home.trier.serves = {f"{NAME}@1": serves(of=OTHER), f"{NAME}@2": serves(of=OTHER)}
    assert (await _tried(home)).rotation.state is State.REFUSED


async def test_only_one_at_a_time(home: House) -> None:
    await _begun(home)
    with pytest.raises(
        errors.UsageError, match="<@U0CLAIRE> has been replacing this credential since"
    ):
        await _begun(home)
    assert _versions(home) == (1, (1, 2)), "the second one sealed nothing"


async def test_a_trial_that_a_death_cut_short_never_was(home: House) -> None:
    await _begun(home)
    orphan = home.sealed.put("acme", "warehouse", text="sealed, and then the bot died")
    assert orphan == 3
    later = credentials.Credentials(home.operations.scope, home.needs)
    await later.sweep()
    assert _versions(home) == (1, (1,))
    (ended,) = await home.store.rotations.latest()
    assert ended.state is State.CANCELLED
    said = await home.store.deliveries.get(f"rotation:{ended.id}")
    assert said is not None
    assert "cut short when the bot stopped" in said.bodies[0].text


@pytest.mark.parametrize("state", [State.SWAPPING, State.RETURNING])
async def test_what_was_confirmed_is_done_by_the_next_life(home: House, state: State) -> None:
    tried = await _tried(home)
    if state is State.RETURNING:
        await home.operations.credentials.confirm(house.asker(), tried.rotation.id)
    before = {State.SWAPPING: State.TESTED, State.RETURNING: State.SWAPPED}[state]
    moved = await home.store.rotations.move(
        tried.rotation.id, state, of={before}, at=home.clock.now()
    )
    assert moved is not None
    later = credentials.Credentials(home.operations.scope, home.needs)
    await later.sweep()
    assert _versions(home)[0] == (2 if state is State.SWAPPING else 1)
    await later.sweep()
    (ended,) = await home.store.rotations.latest()
    assert ended.state is (State.SWAPPED if state is State.SWAPPING else State.RETURNED)


async def test_a_trial_waits_for_its_confirmation_and_not_for_ever(home: House) -> None:
    tried = await _tried(home)
    later = credentials.Credentials(home.operations.scope, home.needs)
    assert await later.sweep() == home.clock.now() + credentials.CONFIRM
    home.clock.advance(credentials.CONFIRM)
    assert await later.sweep() is None
    with pytest.raises(errors.UsageError, match="Nobody confirmed it in time"):
        await later.confirm(house.asker(), tried.rotation.id)
    assert _versions(home) == (1, (1,))


async def test_cancelled_is_as_if_it_had_never_been(home: House) -> None:
    tried = await _tried(home)
    await home.operations.credentials.cancel(house.asker(), tried.rotation.id)
    assert _versions(home) == (1, (1,))


async def test_a_later_one_takes_the_way_back(home: House) -> None:
    desk = home.operations.credentials
    first = await _tried(home)
    await desk.confirm(house.asker(), first.rotation.id)
    second = await _tried(home)
    await desk.confirm(house.asker(), second.rotation.id)
    with pytest.raises(errors.UsageError, match="the credential before is gone"):
        await desk.back(house.asker(), first.rotation.id)
    assert _versions(home)[0] == 3


@pytest.mark.parametrize("kind", [Kind.MEMBER, Kind.GUEST, Kind.FOREIGN])
async def test_it_is_for_operators(home: House, kind: Kind) -> None:
    desk, who = home.operations.credentials, house.asker(kind, "acme")
    tried = await _tried(home)
    for work in (
        desk.form(who, ("acme",)),
        desk.begin(who, ("acme",), entered={entering.WHOLE: SECRET}),
        desk.confirm(who, tried.rotation.id),
        desk.cancel(who, tried.rotation.id),
        desk.back(who, tried.rotation.id),
    ):
        with pytest.raises(errors.UsageError, match=house.REFUSED):
            await work
    assert _versions(home) == (1, (1, 2))


async def test_nothing_of_it_is_in_the_database_or_the_trail(home: House, tmp_path: Path) -> None:
    tried = await _tried(home)
    await home.operations.credentials.confirm(house.asker(), tried.rotation.id)
    await home.store.backup(tmp_path / "copy.db")
    assert SECRET.encode() not in (tmp_path / "copy.db").read_bytes()
    sealed = [*tmp_path.joinpath("credentials").rglob("*.age")]
    assert sealed
    assert not any(SECRET.encode() in file.read_bytes() for file in sealed)
    trail = [(who, what) for who, what, _ in await home.trail()]
    assert trail == [("U0CLAIRE", "rotate")] * 2


async def test_the_card_knows_which(home: House) -> None:
    _, found = await home.failed(failure=REFUSED, of=acme())
    stamp = f"{found.id}:{found.version}"
    form = await home.operations.credentials.of_card(house.asker(), stamp)
    assert (form.client, form.source, form.reference) == ("acme", "warehouse", NAME)
    with pytest.raises(errors.UsageError, match="I do not know that client"):
        await home.operations.credentials.of_card(house.asker(), ids.IncidentId("none:1"))
