"""What is forgotten of a client that leaves, what is kept as long as its file says, what stays."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.domain import credential, delivery, ids, report, run
from bot.store import Store, leaving
from tests import samples
from tests.store import make

XYZ = ids.ClientId("xyz")
EMPTY = (delivery.Body(text=""),)
FORGOTTEN = frozenset(
    {"identities", "expected", "watermarks", "outcomes", "rotations", "preflights", "standings"}
)
"""Tables of which nothing of the client is left."""
STRIPPED = frozenset({"attempts", "deliveries", "incidents", "pauses"})
"""Of which what holds figures or somebody's words is emptied."""
KEPT = frozenset({"runs", "usage", "audit", "incident_runs", "promises"})
"""That something ran and was posted, what it cost, who did what: no figure, no text."""


async def _made(kept: Store, client: ids.ClientId, *, week: int = 0) -> run.Run:
    """A run that failed once, made its report, and posted it."""
    one = replace(make.of_week(make.a_run(), week), client=client)
    await kept.runs.claim(one)
    await make.tried(kept, one, make.stopped(make.REFUSED, to=run.Status.QUEUED, again=make.LATER))
    await make.tried(kept, one, make.made())
    shown = make.post(one)
    assert await kept.runs.enter_posting(one.id, shown)
    await kept.deliveries.begin(shown.key, since=make.SINCE)
    await kept.deliveries.posted(shown.key, ts=make.TS, at=make.LATER)
    return one


async def _bodies(kept: Store, one: run.Run) -> tuple[delivery.Body, ...]:
    found = await kept.deliveries.of_run(one.id)
    assert found is not None
    return found.bodies


async def test_nothing_with_a_figure_or_a_word_is_left_of_it(kept: Store) -> None:
    mine, other = await _made(kept, samples.ACME), await _made(kept, XYZ)
    seen = report.Identity(source="shop", account="42", name="Acme Shop")
    for client in (samples.ACME, XYZ):
        await kept.identities.confirm(client, [seen], by=samples.OWNER, at=make.NOW)
        opened = credential.Seen(reference="local://shop", prints=(client,))
        await kept.prints.keep({client: [opened]}, at=make.NOW)
    gone = await kept.leaving.forget(samples.ACME)
    assert gone == leaving.Gone(reports=1, texts=1, identities=1, failures=1)
    assert await kept.prints.known([samples.ACME, XYZ]) == {XYZ}
    assert await kept.runs.outcome(mine.id) is None
    assert await _bodies(kept, mine) == EMPTY
    failures = [one.failure for one in await kept.runs.attempts(mine.id) if one.failure]
    assert failures == [run.Failure(code=make.REFUSED.code)]
    assert [one.client for one in await kept.identities.all()] == [XYZ]
    assert await kept.runs.outcome(other.id) is not None
    assert await _bodies(kept, other) != EMPTY
    assert await kept.leaving.forget(samples.ACME) == leaving.Gone()


async def test_what_it_cost_and_that_it_was_posted_stays(kept: Store) -> None:
    mine = await _made(kept, samples.ACME)
    before = await kept.ledger.of_run(mine.id)
    await kept.leaving.forget(samples.ACME)
    assert list(before) == list(await kept.ledger.of_run(mine.id)) != []
    found = await kept.deliveries.of_run(mine.id)
    assert found is not None
    assert (found.state, found.ts) == (delivery.State.POSTED, make.TS)


async def test_a_last_word_is_said_before_it_is_forgotten(kept: Store) -> None:
    mine = await _made(kept, samples.ACME)
    found = await kept.deliveries.of_run(mine.id)
    assert found is not None
    await kept.deliveries.revise(found.key, (delivery.Body(text="closed"),))
    gone = await kept.leaving.forget(samples.ACME)
    assert (gone.texts, gone.unsent) == (0, 1)
    await kept.leaving.end(samples.ACME, at=make.LATER)
    revised = await kept.deliveries.of_run(mine.id)
    assert revised is not None
    await kept.deliveries.showed(found.key, version=revised.version)
    await kept.prune(400, now=make.LATER)
    assert await _bodies(kept, mine) == EMPTY


async def test_a_client_that_comes_back_keeps_what_is_made_then(kept: Store) -> None:
    await kept.leaving.end(samples.ACME, at=make.NOW - timedelta(days=1))
    mine = await _made(kept, samples.ACME)
    assert await kept.prune(400, now=make.LATER) == 0
    assert await kept.runs.outcome(mine.id) is not None


async def test_what_had_begun_is_known_until_it_ends(kept: Store) -> None:
    first = await kept.leaving.begin(samples.ACME, by="shell:ann", at=make.NOW)
    again = await kept.leaving.begin(samples.ACME, by="shell:bob", at=make.LATER)
    assert (first, again) == (None, leaving.Begun(by="shell:ann", at=make.NOW))
    assert await kept.leaving.begin(ids.ClientId("acm"), by="shell:bob", at=make.LATER) is None
    await kept.leaving.end(samples.ACME, at=make.LATER)
    assert await kept.leaving.left() == {samples.ACME: make.LATER}
    assert await kept.leaving.begin(samples.ACME, by="shell:bob", at=make.LATER) is None


async def test_no_figure_is_left_in_the_file(tmp_path: Path) -> None:
    path, mark = tmp_path / "a.db", "Quetzalcoatlus"
    async with Store.open(path) as kept:
        one = replace(make.a_run(), client=samples.ACME)
        await kept.runs.claim(one)
        made = make.made()
        assert made.report is not None
        named = replace(made.report, title=mark)
        await make.tried(kept, one, replace(made, report=named))
        assert mark.encode() in _everything(path)
        await kept.leaving.forget(samples.ACME)
        assert mark.encode() not in _everything(path)


def _everything(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


async def test_every_table_about_clients_is_thought_of(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with Store.open(path):
        pass
    about: set[str] = set()
    with closing(sqlite3.connect(path)) as connection:
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table'"
        for (name,) in connection.execute(tables).fetchall():
            columns = connection.execute("SELECT name FROM pragma_table_info(?)", (name,))
            if {"client", "run"} & {column for (column,) in columns.fetchall()}:
                about.add(str(name))
    assert about == FORGOTTEN | STRIPPED | KEPT, "say in store/leaving.sql what becomes of it"


async def test_a_client_with_a_time_of_its_own_is_kept_for_that(kept: Store) -> None:
    mine, other = await _made(kept, samples.ACME), await _made(kept, XYZ)
    now = make.LATER + timedelta(days=100)
    longer = now - timedelta(days=400)
    assert await kept.prune(50, now=now, own={samples.ACME: longer}) == 1
    assert await kept.runs.outcome(mine.id) is not None
    assert await _bodies(kept, mine) != EMPTY
    assert await kept.runs.outcome(other.id) is None
    assert await _bodies(kept, other) == EMPTY
    shorter = now - timedelta(days=35)
    assert await kept.prune(400, now=now, own={samples.ACME: shorter}) == 1
    assert await _bodies(kept, mine) == EMPTY
