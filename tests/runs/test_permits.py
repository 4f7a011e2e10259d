"""Permits of shared logins: never more than there are, nobody is passed for ever."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot import kinds
from bot.domain import client, ids, spec
from bot.runs import permits
from tests import samples
from tests.runs.people import MONDAY, customer
from tests.runs.stage import Store, stage
from tests.runs.test_backoff import QUEUED

SEATS = 4
MOST = {("a", "env://1"): 1, ("a", "env://2"): 1, ("b", "env://1"): 2, ("c", "env://1"): 3}
NEEDS = st.lists(st.sets(st.sampled_from(sorted(MOST)), max_size=3), max_size=25)
SNOW = spec.SourceSpec(
    name="warehouse",
    kind="snowflake",
    settings={"account": "agency-xy12345", "warehouse": "REPORTS", "role": "REPORTER"},
    credential="env://AGENCY_SNOWFLAKE",
    identity="snowflake:agency-xy12345",
)


def _used(running: Sequence[permits.Claim]) -> Counter[permits.Login]:
    return Counter(login for one in running for login in one.logins)


def _fits(one: permits.Claim, used: Counter[permits.Login]) -> bool:
    return all(used[login] < most for login, most in one.logins.items())


class Model:
    """Runs that begin as they are admitted, and end in any order."""

    def __init__(self, needs: Sequence[set[permits.Login]]) -> None:
        self.running: list[permits.Claim] = []
        self.waiting = [
            permits.Claim(run=ids.RunId(f"r{n}"), logins={login: MOST[login] for login in logins})
            for n, logins in enumerate(needs)
        ]

    def sweep(self) -> None:
        begun = {*permits.admitted(self.waiting, running=self.running, seats=SEATS)}
        self.running += [one for one in self.waiting if one.run in begun]
        self.waiting = [one for one in self.waiting if one.run not in begun]

    def check(self) -> None:
        """Bounds hold; and what could begin, beside the share of the first, has."""
        used = _used(self.running)
        assert len(self.running) <= SEATS
        assert all(used[login] <= MOST[login] for login in used)
        assert self.running or not self.waiting
        if self.waiting and len(self.running) < SEATS:
            first, *others = self.waiting
            assert not _fits(first, used)
            used.update(first.logins.keys())
            assert not [one for one in others if _fits(one, used)]


@given(NEEDS, st.randoms(use_true_random=False))
def test_all_begin_within_bounds_and_no_seat_is_wasted(
    needs: list[set[permits.Login]], chance: Random
) -> None:
    model = Model(needs)
    model.sweep()
    model.check()
    while model.running:
        model.running.remove(chance.choice(model.running))
        model.sweep()
        model.check()
    assert not model.waiting


@given(NEEDS, st.randoms(use_true_random=False))
def test_the_first_is_next_once_those_before_it_have_ended(
    needs: list[set[permits.Login]], chance: Random
) -> None:
    model = Model(needs)
    model.sweep()
    if not model.waiting:
        return
    first, before = model.waiting[0], [*model.running]
    while first in model.waiting:
        ended = chance.choice(model.running)
        model.running.remove(ended)
        before = [one for one in before if one is not ended]
        model.sweep()
        assert before or first not in model.waiting or len(model.running) == SEATS


def agency(name: str) -> client.Client:
    """A client whose warehouse is read with the agency's own login."""
    of = customer(name)
    return replace(of, sources={**of.sources, "warehouse": SNOW})


def on_files(name: str) -> client.Client:
    """A client whose data is in its folder."""
    of = customer(name)
    files = replace(samples.SOURCES["shop"], name="warehouse")
    return replace(of, sources={**of.sources, "warehouse": files})


async def test_a_busy_login_keeps_no_seat_from_others(store: Store) -> None:
    most = kinds.KINDS["snowflake"].permits
    assert most is not None
    names = [f"client{n}" for n in range(most + 2)]
    clients = [*map(agency, names), on_files("zara")]
    config = {"max_concurrent_runs": len(clients), "stagger": 0}
    async with stage(store, *clients, config=config) as here:
        here.worker.gate.clear()
        here.clock.move_to(MONDAY)
        await here.runner.sweep()
        await here.worker.begun.wait()
        assert here.runner.running == most + 1
        here.worker.gate.set()
        await here.sweep()
        ended = [await here.statuses(one.id) for one in clients]
        assert ended == [["succeeded"]] * len(clients)
        assert here.worker.most_at_once <= most + 1


async def test_an_attempt_that_breaks_gives_its_permits_back(store: Store) -> None:
    most = kinds.KINDS["snowflake"].permits
    assert most is not None
    clients = [agency(f"client{n}") for n in range(most * 3)]
    async with stage(store, *clients, config={"stagger": 0}) as here:
        for one in clients[:-1]:
            here.worker.script[one.id] = [OSError("the disk is away")]
        here.clock.move_to(MONDAY)
        await here.sweep()
        assert await here.statuses(clients[-1].id) == ["succeeded"]


def test_what_is_left_out_needs_no_permit() -> None:
    of = agency("acme")
    assert [*permits.claim(QUEUED, of).logins] == [("snowflake", "env://AGENCY_SNOWFLAKE")]
    assert not permits.claim(replace(QUEUED, without=("warehouse",)), of).logins
    assert not permits.claim(QUEUED, None).logins
    assert not permits.claim(QUEUED, on_files("acme")).logins
