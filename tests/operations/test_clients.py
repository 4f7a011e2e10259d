"""How clients stand, when they run, what became of them; and pausing them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import errors
from bot.access import Kind
from bot.domain import fresh, ids, run, views
from bot.operations import answers, clients, grammar
from tests.operations import house
from tests.operations.house import ACME, CLAIRE, GLOBEX, House
from tests.store import make

READERS = [Kind.MEMBER, Kind.GUEST, Kind.FOREIGN, Kind.UNKNOWN]


def _pause(text: str) -> grammar.Request:
    return grammar.parse(f"pause {text}")


async def _line(home: House, client_id: str = "acme") -> views.ClientLine:
    told = await home.operations.clients.overview(house.asker())
    return next(line for line in told.lines if line.client == client_id)


async def test_a_client_with_nothing_wrong_says_when_it_runs_next(home: House) -> None:
    line = await _line(home)
    assert (line.light, line.text) == (views.Light.GREEN, "next Mon 30 Nov 06:00")


async def test_what_holds_on_the_machine_is_for_operators_and_for_the_fleet(home: House) -> None:
    clients = home.operations.clients
    assert (await clients.overview(house.asker())).isolation == "strong"
    assert (await clients.list(house.asker())).overview.isolation == "strong"
    assert not (await clients.overview(house.asker(where="acme"))).isolation


async def test_a_failure_is_red_and_first_and_can_be_mended(home: House) -> None:
    _, found = await home.failed(of=GLOBEX)
    told = await home.operations.clients.overview(house.asker())
    first = told.lines[0]
    assert (first.client, first.light) == ("globex", views.Light.RED)
    assert (first.text, first.incident) == ("BigQuery sign-in revoked", found.id)
    assert first.due is not None


async def test_a_failure_that_is_tried_again_is_amber(home: House) -> None:
    _, found = await home.failed()
    await home.operations.runs.retry(house.asker(), f"{found.id}:{found.version}")
    line = await _line(home)
    assert (line.light, line.text) == (
        views.Light.AMBER,
        "BigQuery sign-in revoked, next try 06:00",
    )


@pytest.mark.parametrize(
    ("status", "hold", "post_at", "light", "text"),
    [
        (run.Status.RUNNING, "", None, views.Light.GREEN, "running now"),
        (run.Status.READY, "", timedelta(hours=2), views.Light.GREEN, "ready, posts at 08:00"),
        (run.Status.READY, "", None, views.Light.GREEN, "ready, being posted"),
        (run.Status.HELD, "outsiders", None, views.Light.AMBER, "held: people from outside"),
        (run.Status.HELD, "changed", None, views.Light.AMBER, "a rerun differs"),
        (run.Status.HELD, "", None, views.Light.AMBER, "held until somebody looks"),
        (run.Status.QUEUED, "", None, views.Light.GREEN, "about to run"),
        (run.Status.WAITING, "", None, views.Light.AMBER, "waits for its data"),
    ],
)
async def test_a_run_under_way_says_where_it_stands(
    home: House,
    status: run.Status,
    hold: str,
    post_at: timedelta | None,
    light: views.Light,
    text: str,
) -> None:
    at = None if post_at is None else home.clock.now() + post_at
    await home.store.runs.claim(replace(make.a_run(), status=status, hold=hold, post_at=at))
    line = await _line(home)
    assert line.light is light
    assert line.text.startswith(text)
    assert line.ready is (post_at is not None)


async def test_a_paused_client_is_grey_and_last(home: House) -> None:
    await home.operations.clients.pause(house.asker(), _pause("acme until 2026-12-01 holidays"))
    told = await home.operations.clients.overview(house.asker())
    assert told.lines[-1].light is views.Light.GREY
    assert told.lines[-1].text == "paused until Tue 1 Dec 00:00"


async def test_in_a_clients_channel_the_menu_is_about_that_client(home: House) -> None:
    told = await home.operations.clients.overview(house.asker(where="acme"))
    assert (told.client, [line.client for line in told.lines]) == ("acme", ["acme"])


@pytest.mark.parametrize("kind", READERS)
async def test_readers_see_their_own_line_without_reasons(home: House, kind: Kind) -> None:
    await home.failed()
    told = await home.operations.clients.overview(house.asker(kind, "acme"))
    (line,) = told.lines
    assert (line.light, line.text, line.incident) == (
        views.Light.AMBER,
        "delayed; we are on it",
        None,
    )
    elsewhere = await home.operations.clients.overview(house.asker(kind, "ops"))
    assert not elsewhere.lines


async def test_status_tells_how_it_went_and_what_its_sources_did(home: House) -> None:
    await home.sent()
    home.clock.advance(timedelta(minutes=5))
    await home.failed(failure=replace(make.REFUSED), of=GLOBEX)
    told = await home.operations.clients.status(house.asker(), ("acme",))
    assert isinstance(told, answers.Status)
    view = told.client
    assert (view.last_in_time, view.on_time, view.sent) == (True, 1, 1)
    assert view.last_posted == home.clock.now() - timedelta(minutes=3)
    assert [(one.name, one.ok) for one in view.sources] == [("shop", True), ("warehouse", True)]
    assert view.operator
    assert view.next is not None
    other = await home.operations.clients.status(house.asker(), ("globex",))
    assert isinstance(other, answers.Status)
    assert other.client.incident == "BigQuery sign-in revoked"
    assert [one.ok for one in other.client.sources] == [None, False]


@pytest.mark.parametrize("kind", READERS)
async def test_status_for_readers_holds_nothing_of_the_house(home: House, kind: Kind) -> None:
    await home.failed()
    await home.store.pauses.pause(ACME.id, None, by=CLAIRE, reason="unpaid", at=home.clock.now())
    told = await home.operations.clients.status(house.asker(kind, "acme"))
    assert isinstance(told, answers.Status)
    view = told.client
    assert (view.owner, view.walls, view.sources, view.operator) == (None, "", (), False)
    assert view.incident == "delayed; we are on it"
    assert view.pause is not None
    assert view.pause.reason == ""


async def test_status_says_what_it_waits_for_and_to_readers_that_it_is_late(home: House) -> None:
    held = replace(make.a_run(), status=run.Status.HELD, hold="absurd")
    await home.store.runs.claim(held)
    told = await home.operations.clients.status(house.asker(), ("acme",))
    assert isinstance(told, answers.Status)
    assert told.client.waits == "held: its figures need a look before they are sent"
    assert not told.client.incident
    theirs = await home.operations.clients.status(house.asker(Kind.MEMBER, where="acme"))
    assert isinstance(theirs, answers.Status)
    assert "figures" not in theirs.client.waits
    assert theirs.client.waits


async def test_status_without_a_client_is_the_fleet_for_operators(home: House) -> None:
    told = await home.operations.clients.status(house.asker())
    assert isinstance(told, views.Overview)
    with pytest.raises(errors.UsageError):
        await home.operations.clients.status(house.asker(Kind.MEMBER, "elsewhere"))


async def test_the_schedule_has_slots_and_skips_the_paused(home: House) -> None:
    await home.operations.clients.pause(house.asker(), _pause("acme"))
    told = await home.operations.clients.schedule(house.asker())
    assert sum(fire.client == "globex" for fire in told.fires) == 2
    paused = [fire for fire in told.fires if fire.paused]
    assert [fire.client for fire in paused] == ["acme"]
    spread = {fire.run_at for fire in told.fires if fire.client == "globex"}
    assert len(spread) == 2
    only = await home.operations.clients.schedule(house.asker(), ("acme",))
    assert {fire.client for fire in only.fires} == {"acme"}


async def test_history_is_newest_first_with_costs(home: House) -> None:
    sent = await home.sent()
    told = await home.operations.clients.history(house.asker(), ("acme",))
    (row,) = told.rows
    assert (row.ref, row.cost) == (ids.short_ref(sent.id), make.USAGE.cost)
    with pytest.raises(errors.UsageError):
        await home.operations.clients.history(house.asker(Kind.MEMBER, "acme"), ())


async def test_list_names_all_for_operators_alone(home: House) -> None:
    told = await home.operations.clients.list(house.asker(where="acme"))
    assert {line.client for line in told.overview.lines} == {"acme", "globex"}
    with pytest.raises(errors.UsageError):
        await home.operations.clients.list(house.asker(Kind.MEMBER, "acme"))


@pytest.mark.parametrize(
    ("where", "typed", "client", "until", "reason"),
    [
        ("ops", "acme", ACME, None, ""),
        ("ops", "Acme office move", ACME, None, "office move"),
        ("ops", "acme until 2026-12-01 x y", ACME, datetime(2026, 11, 30, 23, tzinfo=UTC), "x y"),
        ("ops", "acme for 3d", ACME, datetime(2026, 11, 25, 23, tzinfo=UTC), ""),
        ("ops", "acme for 12h", ACME, datetime(2026, 11, 23, 17, tzinfo=UTC), ""),
        ("acme", "for 1w away", ACME, datetime(2026, 11, 29, 23, tzinfo=UTC), "away"),
        ("acme", "", ACME, None, ""),
        ("acme", "waiting for data", ACME, None, "waiting for data"),
        ("acme", "globex waiting", GLOBEX, None, "waiting"),
        ("ops", "<#C0PVCPREPORT|pvcp> moving", GLOBEX, None, "moving"),
    ],
)
async def test_a_pause_says_whom_until_when_and_why(
    home: House, where: str, typed: str, client: object, until: datetime | None, reason: str
) -> None:
    await home.operations.clients.pause(house.asker(where=where), _pause(typed))
    (found,) = await home.store.pauses.all()
    assert home.clients.client(found.client) == client
    assert (found.until, found.reason, found.by) == (until, reason, CLAIRE)
    assert [what for _, what, _ in await home.trail()] == ["pause"]


@pytest.mark.parametrize(
    ("where", "typed", "says"),
    [
        ("ops", "", "Which client?"),
        ("ops", "acmee", "Did you mean `acme`?"),
        ("acme", "globx", "Did you mean `globex`?"),
        ("ops", "acme until 2026-11-23", "over already"),
        ("ops", "acme until 2020-01-01", "over already"),
    ],
)
async def test_a_pause_that_cannot_be_is_refused(
    home: House, where: str, typed: str, says: str
) -> None:
    with pytest.raises(errors.UsageError) as caught:
        await home.operations.clients.pause(house.asker(where=where), _pause(typed))
    assert says in str(caught.value)
    assert not await home.store.pauses.all()


@pytest.mark.parametrize("kind", READERS)
async def test_readers_pause_nothing(home: House, kind: Kind) -> None:
    for typed in ("", "acme", "globex", "nobody", "for 3d"):
        with pytest.raises(errors.UsageError, match=house.REFUSED):
            await home.operations.clients.pause(house.asker(kind, "acme"), _pause(typed))
    assert not await home.store.pauses.all()


async def test_resume_ends_it_and_says_so_once(home: House) -> None:
    await home.operations.clients.pause(house.asker(), _pause("acme"))
    done = await home.operations.clients.resume(house.asker(), ("acme",))
    assert done.text == "Acme Corp is no longer paused. Next: Mon 30 Nov 06:00."
    again = await home.operations.clients.resume(house.asker(), ("acme",))
    assert again.text == "Acme Corp was not paused."
    assert [what for _, what, _ in await home.trail()] == ["resume", "pause"]


def test_a_pause_ends_at_local_midnight_across_a_change_of_clocks() -> None:
    now = datetime(2026, 10, 24, 12, tzinfo=UTC)
    request = grammar.Request(verb=grammar.Verb.PAUSE, until=date(2026, 10, 26))
    ends = clients.ends(request, now=now, zone="Europe/Paris")
    assert ends == datetime(2026, 10, 25, 23, tzinfo=UTC)


def _fault(line: int) -> views.Fault:
    return views.Fault(
        client="broken",
        file="broken/client.yaml",
        line=line,
        key="channel",
        problem="“<!here>” is no channel.",
        remedy="Write its id.",
    )


@pytest.mark.parametrize("typed", ["broken", "Broken"])
async def test_a_client_whose_files_have_faults_is_not_unknown_to_operators(
    home: House, typed: str
) -> None:
    home.clients.faults = (_fault(12),)
    with pytest.raises(errors.UsageError) as caught:
        await home.operations.clients.history(house.asker(), (typed,))
    assert str(caught.value) == (
        "broken has faults in its files: "
        "broken/client.yaml:12 channel: “‹!here›” is no channel. Write its id."
    )
    home.clients.faults = tuple(_fault(line) for line in range(1, 6))
    with pytest.raises(errors.UsageError, match=r"and 2 more: `reportops check`") as caught:
        await home.operations.clients.history(house.asker(), (typed,))
    assert "client.yaml:4" not in str(caught.value)


async def test_pausing_one_whose_files_have_faults_pauses_no_other(home: House) -> None:
    home.clients.faults = (_fault(12),)
    with pytest.raises(errors.UsageError, match="broken has faults"):
        await home.operations.clients.pause(house.asker(where="acme"), _pause("broken for now"))
    assert not await home.store.pauses.all()


@pytest.mark.parametrize("kind", READERS)
async def test_readers_learn_nothing_of_a_client_whose_files_have_faults(
    home: House, kind: Kind
) -> None:
    home.clients.faults = (_fault(12),)
    with pytest.raises(errors.UsageError) as caught:
        await home.operations.clients.status(house.asker(kind, "acme"), ("broken",))
    assert "broken" not in str(caught.value)


async def test_what_waits_for_its_data_says_for_which(home: House) -> None:
    lag = fresh.Lag(
        query="orders", source="warehouse", data_to=date(2026, 11, 21), needs=date(2026, 11, 22)
    )
    ended = replace(make.stopped(fresh.failure(lag)), to=run.Status.WAITING)
    waiting = make.a_run()
    await home.store.runs.claim(waiting)
    await home.store.runs.begin(waiting.id, at=home.clock.now(), by=None)
    await home.store.runs.end(waiting.id, ended, attempt=1)
    line = await _line(home)
    assert line.light is views.Light.AMBER
    assert line.text == "waits for BigQuery data of Sun 22 Nov (there to Sat 21 Nov)"
    (fired,) = await home.store.mornings.fired(make.NOW, make.NOW + timedelta(days=1))
    assert fresh.lag(fired.waits_for) == lag
