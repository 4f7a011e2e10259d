from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot import due

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEN = 10 * MINUTE


def wanted(
    key: str,
    *,
    post: int | None = None,
    deliver: int | None = None,
    at: datetime = AT,
    usual: timedelta = MINUTE,
) -> due.Wanted:
    return due.Wanted(
        key=key,
        at=at,
        post_at=None if post is None else at + post * MINUTE,
        deliver_by=None if deliver is None else at + deliver * MINUTE,
        usual=usual,
    )


def plan(*fires: due.Wanted) -> dict[str, timedelta]:
    return dict(due.slots(fires, widest=TEN))


many = st.lists(
    st.builds(
        wanted,
        st.text("abcdefgh", min_size=3, max_size=6),
        post=st.one_of(st.none(), st.integers(0, 300)),
        deliver=st.one_of(st.none(), st.integers(0, 300)),
        at=st.sampled_from([AT, AT + timedelta(hours=1)]),
        usual=st.integers(1, 15).map(lambda count: count * MINUTE),
    ),
    max_size=40,
    unique_by=lambda one: one.key,
)


@given(many)
def test_slots_stay_in_their_windows(fires: list[due.Wanted]) -> None:
    found = plan(*fires)
    assert found.keys() == {one.key for one in fires}
    for one in fires:
        room = due.window(one)
        assert timedelta(0) <= found[one.key] <= room


@given(many, st.text("xyz", min_size=3, max_size=6), st.integers(0, 300))
def test_another_client_never_changes_the_order_of_the_others(
    fires: list[due.Wanted], key: str, post: int
) -> None:
    before = plan(*fires)
    after = plan(*fires, wanted(key, post=post))
    order = sorted((one for one in fires if one.at == AT), key=lambda one: before[one.key])
    for a, b in pairwise(order):
        if before[a.key] < before[b.key]:
            assert after[a.key] <= after[b.key]


@given(many)
def test_the_order_in_which_they_are_named_does_not_matter(fires: list[due.Wanted]) -> None:
    assert plan(*fires) == plan(*reversed(fires))


def test_five_clients_of_one_instant_stand_ten_minutes_apart() -> None:
    found = plan(*(wanted(key, post=150) for key in "abcde"))
    assert sorted(found.values()) == [place * TEN for place in range(5)]


def test_ten_in_an_open_hour_are_pressed_together() -> None:
    found = plan(*(wanted(key) for key in "abcdefghij"))
    assert sorted(found.values()) == [place * 6 * MINUTE for place in range(10)]


def test_a_tight_window_goes_first_and_presses_nobody_behind_it() -> None:
    found = plan(wanted("a"), wanted("b"), wanted("tight", post=4))
    assert found["tight"] == timedelta(0)
    assert sorted(found.values()) == [timedelta(0), TEN, 2 * TEN]


def test_a_promise_leaves_room_for_the_run_and_one_retry() -> None:
    assert due.window(wanted("a", deliver=30, usual=5 * MINUTE)) == 19 * MINUTE
    assert due.window(wanted("a", deliver=2, usual=5 * MINUTE)) == timedelta(0)


def test_reports_of_different_instants_do_not_move_each_other() -> None:
    later = AT + timedelta(minutes=5)
    assert plan(wanted("a"), wanted("b", at=later)) == {"a": timedelta(0), "b": timedelta(0)}
