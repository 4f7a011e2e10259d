"""What is said to the operators, from the parts that meet in app."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import clock, incidents
from bot.app import joints
from bot.domain import delivery, ids, run, views
from bot.domain.report import Identity
from bot.slack import poster, web
from bot.slack.screens import card
from bot.store import Store
from tests import samples
from tests.operations import house
from tests.store import make

OPS = ids.ChannelId("C0OPS")


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(tmp_path / "a.db") as store:
        yield store


def _fault(client: str) -> views.Fault:
    return views.Fault(
        client=client,
        file=f"{client}/client.yaml",
        line=3,
        key="timezone",
        problem="“Mars/Base” is no time zone.",
        remedy="Write an IANA name.",
    )


def _outward(kept: Store, *, channel: ids.ChannelId | None = OPS) -> joints.Outward:
    return joints.Outward(
        kept,
        house.Clients(samples.CLIENT),
        channel=channel,
        now=clock.HeldClock(make.NOW),
    )


async def _said(kept: Store) -> list[delivery.Delivery]:
    return list(await kept.deliveries.due(make.NOW))


@pytest.mark.parametrize(
    ("client", "words"),
    [("acme", "their last good version runs"), ("globex", "nothing runs for globex")],
)
async def test_faults_say_whether_an_earlier_version_runs(
    kept: Store, client: str, words: str
) -> None:
    for _ in range(2):
        await _outward(kept).faults([_fault(client)], ())
    (told,) = await _said(kept)
    assert told.channel == OPS
    assert words in told.bodies[0].text


async def test_what_is_mended_is_said_where_nothing_is_left(kept: Store) -> None:
    await _outward(kept).faults([_fault("acme")], [_fault("acme"), _fault("globex")])
    texts = [one.bodies[0].text for one in await _said(kept)]
    assert [text for text in texts if "in order again" in text] == [
        "✓ The files of globex are in order again and in force."
    ]


async def test_without_an_ops_channel_the_log_has_it_and_health_counts_it(kept: Store) -> None:
    await _outward(kept, channel=None).faults([_fault("acme")], ())
    assert await _said(kept) == []
    assert await kept.deliveries.undelivered(make.NOW) == 1  # the next life's health counts it too


async def test_what_was_missed_is_told_in_the_clients_own_day_and_hour(kept: Store) -> None:
    lost = replace(make.a_run(), scheduled_for="2026-12-07T06:00 Europe/Paris")
    await _outward(kept).missed([lost])
    (told,) = await _said(kept)
    assert "due Mon 7 Dec 06:00" in str(told.bodies[0].blocks)


async def test_a_post_that_nobody_can_find_out_about_opens_a_card_until_it_is_found(
    kept: Store,
) -> None:
    one = await make.ready(kept)
    post = replace(make.post(one), state=delivery.State.PENDING)
    assert await kept.runs.enter_posting(one.id, post)
    told = _told(kept)
    refused = delivery.Refused(code="missing_scope", detail="")
    await told.stuck(post, refused)
    (opened,) = await kept.incidents.all_open()
    assert (opened.cause, opened.runs) == ("delivery:post_unclear", (one.id,))
    found = await kept.deliveries.get(f"card:{opened.id}")
    assert found is not None
    assert "perhaps sent, looked for" in found.bodies[0].text
    assert "may or may not be in its channel" in str(found.bodies[0].blocks)
    await told.posted(await kept.deliveries.posted(post.key, ts=make.TS, at=make.LATER))
    assert await kept.incidents.all_open() == []


@pytest.mark.parametrize(("code", "shared"), [("missing_scope", True), ("is_archived", False)])
async def test_what_the_workspace_refuses_is_no_clients_own(
    kept: Store, code: str, shared: bool
) -> None:
    post = make.post(await make.ready(kept))
    await _told(kept).failed(post, delivery.Refused(code=code, permanent=True))
    (opened,) = await kept.incidents.all_open()
    assert (opened.outage is not None) is shared
    assert (await kept.deliveries.get(f"card:{opened.id}") is None) is shared


def _told(kept: Store) -> joints.Told:
    ticking = clock.HeldClock(make.NOW)
    clients = house.Clients(samples.CLIENT)
    line = web.connect(token="xoxb-" + "test", url="http://127.0.0.1:9/api/", time=ticking)
    return joints.Told(
        kept.runs,
        incidents.Incidents(
            kept,
            clients=clients,
            audiences=house.Audiences(),
            cards=card,
            clock=ticking,
            ops_channel=OPS,
        ),
        outward=_outward(kept),
        links=poster.Poster(line, bot_user=ids.UserId("U0BOT")),
    )


@pytest.mark.parametrize(
    ("hold", "choice", "words"),
    [
        ("changed", "replace", "marked corrected (<@U0CLAIRE>"),
        ("changed", "discard", "discarded"),
        ("outsiders", "", "nobody from outside reads its channel any more; it goes on by itself"),
    ],
)
async def test_the_question_of_a_held_report_loses_its_buttons(
    kept: Store, hold: str, choice: str, words: str
) -> None:
    there = await make.ready(kept)
    held = replace(there, status=run.Status.HELD, hold=hold)
    outward = _outward(kept)
    await outward.held(held)
    (asked,) = await _said(kept)
    assert "button" in str(asked.bodies)
    await outward.decided(held, choice=choice, by=ids.UserId("U0CLAIRE"))
    (told,) = await _said(kept)
    assert words in told.bodies[0].text
    assert "button" not in str(told.bodies)


async def test_what_waits_for_one_permission_is_one_message(kept: Store) -> None:
    outward = _outward(kept)
    found: list[run.Run] = []
    for week in range(3):
        there = await make.ready(kept, make.of_week(make.a_run(), week))
        unsure = run.Change(hold="unsure")
        await kept.runs.move(there.id, run.Status.HELD, expect={there.status}, change=unsure)
        found.append(replace(there, status=run.Status.HELD, hold="unsure"))
        await outward.held(found[-1])
    (told,) = await _said(kept)
    assert told.bodies[0].text.startswith("🟠 3 reports are ready and held: Slack does not say")
    for one in found:
        await kept.runs.move(one.id, run.Status.READY, expect={run.Status.HELD})
        await outward.decided(one, choice="", by=None)
    (told,) = await _said(kept)
    assert told.bodies[0].text.startswith("✓ Slack says again who reads the channels")


async def test_a_renumbered_channel_takes_its_messages_with_it(kept: Store) -> None:
    await kept.deliveries.put(make.word())
    await _outward(kept).renumbered(samples.CHANNEL, "C0NEW")
    assert "C0NEW" in {one.channel for one in await _said(kept)}
    assert samples.CHANNEL not in {one.channel for one in await _said(kept)}


async def _served(kept: Store, *seen: Identity) -> run.Run:
    """A run whose report was made of this."""
    wanted = replace(make.a_run(), status=run.Status.QUEUED)
    claim = await kept.runs.claim(wanted)
    await kept.runs.begin(claim.run.id, at=make.NOW, by=None)
    ended = replace(make.made(), report=replace(samples.REPORT, identities=seen))
    return await kept.runs.end(claim.run.id, ended, attempt=claim.run.attempts + 1)


async def test_one_message_asks_whose_data_all_sources_serve_and_says_when_it_is_confirmed(
    kept: Store,
) -> None:
    web_, ads = (
        Identity(source=name, name=name.title(), account=f"{name}/1", settings=f"x:{name}")
        for name in ("web", "ads")
    )
    made, outward = await _served(kept, web_, ads), _outward(kept)
    for _ in range(2):
        await outward.served(made)
    (asked,) = await _said(kept)
    assert "Are they Acme Corp's?" in asked.bodies[0].text
    assert "web/1" in str(asked.bodies[0].blocks)
    assert "ads/1" in str(asked.bodies[0].blocks)
    await kept.identities.confirm(samples.ACME, [web_, ads], by=house.CLAIRE, at=make.NOW)
    await outward.served(made)
    (told,) = await _said(kept)
    assert told.key == asked.key
    assert "It is confirmed" in told.bodies[0].text


async def test_what_is_held_for_whose_it_is_is_asked_anew_by_each_try(kept: Store) -> None:
    seen = Identity(source="web", name="Globex", account="web/2", settings="x:web")
    made = await _served(kept, seen)
    held = replace(made, status=run.Status.HELD, hold="identity")
    for attempts in (1, 1, 2):
        await _outward(kept).held(replace(held, attempts=attempts))
    first, second = await _said(kept)
    assert first.key != second.key
    assert "nobody has confirmed" in first.bodies[0].text
    await _outward(kept).decided(held, choice="identify", by=house.CLAIRE)
    assert any("its numbers are confirmed" in one.bodies[0].text for one in await _said(kept))
