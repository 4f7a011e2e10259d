"""How long a credential lets in, as its platform tells: asked in looks, told in no log."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import wire
from bot.demo import linkedinads, loopback, metaads
from bot.domain import credential
from bot.kinds.typed import linkedinads as linkedinkeys
from bot.worker import checking
from bot.worker.credentials import Keys
from bot.worker.sources import base
from tests import samples
from tests.contract import adsbenches

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LATER, LAST = NOW + timedelta(days=40), NOW + timedelta(days=90)
NAMED = "env://ACME_ADS"


def _made(
    make: Callable[[ExitStack, Path], adsbenches.Bench], folder: Path
) -> Iterator[adsbenches.Bench]:
    with ExitStack() as stack:
        yield stack.enter_context(make(stack, folder))


@pytest.fixture
def meta(tmp_path: Path) -> Iterator[adsbenches.Bench]:
    yield from _made(adsbenches.meta_bench, tmp_path)


@pytest.fixture
def linkedin(tmp_path: Path) -> Iterator[adsbenches.Bench]:
    yield from _made(adsbenches.linkedin_bench, tmp_path)


def _life(bench: adsbenches.Bench) -> base.Life:
    assert isinstance(bench.source, base.Lasting)
    return bench.source.life()


def _told(bench: adsbenches.Bench, **life: object) -> base.Life:
    assert isinstance(bench.platform, metaads.MetaAdsDouble | linkedinads.LinkedinAdsDouble)
    bench.platform.life = life
    return _life(bench)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


@pytest.mark.parametrize(
    ("told", "end", "what"),
    [
        ({"expires_at": LATER, "data_access_expires_at": LAST}, LATER, "token"),
        ({"expires_at": None, "data_access_expires_at": LAST}, LAST, "access to data"),
        ({"expires_at": LAST, "data_access_expires_at": LATER}, LATER, "access to data"),
    ],
)
def test_meta_tells_what_of_a_token_ends_first(
    meta: adsbenches.Bench, told: Mapping[str, datetime | None], end: datetime, what: str
) -> None:
    life = _told(meta, **{name: _seconds(at) if at else 0 for name, at in told.items()})
    assert life.ends is not None
    assert (life.ends.at, life.ends.what) == (end, what)


def test_meta_a_system_user_whose_token_never_ends_has_no_end(meta: adsbenches.Bench) -> None:
    assert _told(
        meta, expires_at=0, data_access_expires_at=0, issued_at=_seconds(NOW)
    ) == base.Life(made_at=NOW)


@pytest.mark.parametrize(
    "reply",
    [
        metaads.failure(100, "An app access token is required"),
        loopback.Reply(status=500, raw=b"<html>"),
        loopback.Reply(raw=b"[]"),
        loopback.Reply(body={"data": {"expires_at": "soon", "issued_at": 10**30}}),
    ],
)
def test_a_platform_that_does_not_tell_is_no_error(
    meta: adsbenches.Bench, reply: loopback.Reply
) -> None:
    meta.platform.answer_next(reply)
    assert _life(meta) == base.Life()


def test_a_platform_that_is_gone_is_no_error(meta: adsbenches.Bench) -> None:
    meta.access = replace(meta.access, environment={"meta_ads": "http://127.0.0.1:9"})
    assert _life(meta) == base.Life()


def test_the_token_in_metas_address_is_in_no_log_at_any_level(
    meta: adsbenches.Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, name)
    _told(meta, expires_at=_seconds(LATER))
    (asked,) = [one for one in meta.platform.seen if "debug_token" in one.path]
    assert asked.query["input_token"] == adsbenches.SECRET
    assert caplog.records  # something is told of the call
    for record in caplog.records:
        assert adsbenches.SECRET not in record.getMessage() + repr(record.args)


def test_linkedin_asks_about_a_token_for_the_application_beside_it(
    linkedin: adsbenches.Bench,
) -> None:
    double = linkedin.platform
    assert isinstance(double, linkedinads.LinkedinAdsDouble)
    app = {name: double.grant[name] for name in ("client_id", "client_secret")}
    text = json.dumps({"access_token": double.token, **app})
    linkedin.access = replace(linkedin.access, credential=linkedinkeys.parse(text))
    life = _told(linkedin, expires_at=_seconds(LATER), created_at=_seconds(NOW))
    assert life.ends is not None
    assert (life.ends.at, life.ends.what, life.made_at) == (LATER, "token", NOW)


def test_linkedin_a_token_alone_is_asked_about_by_nobody(linkedin: adsbenches.Bench) -> None:
    linkedin.access = replace(linkedin.access, credential=linkedinkeys.parse(adsbenches.SECRET))
    assert _told(linkedin, expires_at=_seconds(LATER)) == base.Life()
    assert not linkedin.platform.seen


@pytest.mark.parametrize(("left", "end"), [(86_400 * 30, NOW + timedelta(days=30)), (None, None)])
def test_linkedin_tells_how_long_a_sign_in_is_good_for_when_it_renews(
    linkedin: adsbenches.Bench, left: int | None, end: datetime | None
) -> None:
    double = linkedin.platform
    assert isinstance(double, linkedinads.LinkedinAdsDouble)
    double.left = left
    linkedin.access = replace(linkedin.access, as_of=NOW)
    assert isinstance(linkedin.source, base.Telling)
    linkedin.source.identity()
    ends = _life(linkedin).ends
    assert (ends and ends.at, ends and ends.what) == (end, end and "sign-in")


@pytest.mark.parametrize(
    ("own", "end", "what"),
    [(LAST, LATER, "token"), (NOW, NOW, "token"), (None, LATER, "token")],
)
async def test_a_look_tells_the_first_end_of_all_that_are_told(
    meta: adsbenches.Bench, own: datetime | None, end: datetime, what: str
) -> None:
    assert isinstance(meta.platform, metaads.MetaAdsDouble)
    meta.platform.life = {"expires_at": _seconds(LATER), "issued_at": _seconds(NOW)}
    dated = {"expires_at": own.isoformat()} if own else {}
    text = {"access_token": adsbenches.SECRET, "app_secret": adsbenches.SECRET[::-1], **dated}
    named = replace(meta.access.spec, name="ads", credential=NAMED)
    order = wire.CheckOrder(
        client=replace(samples.CLIENT, sources={"ads": named}),
        as_of=NOW,
        credentials={NAMED: json.dumps(text)},
        environment=meta.access.environment,
        pepper="pepper",
        deadline_seconds=5.0,
        scratch=Path("unused"),
    )
    keys = Keys(order)
    told = await checking.check(order, keys)
    assert [one.failure for one in told.sources] == [None]
    (seen,) = keys.seen
    assert isinstance(seen, credential.Seen)
    assert (seen.expires_at, seen.expires_what, seen.made_at) == (end, what, NOW)
