"""Signs of life to a monitor outside: bounded, and logged without the address."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
import structlog
from aiohttp import web
from pydantic import SecretStr
from structlog.typing import EventDict

from bot import settings
from bot.app import heartbeat

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _answering(answer: Answer) -> AsyncGenerator[tuple[heartbeat.Heartbeat, str]]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port, *_ = cast("tuple[str, int]", runner.addresses[0])
    url = SecretStr(f"http://{host}:{port}/secret-id")
    try:
        async with heartbeat.session(url) as session:
            yield heartbeat.Heartbeat(url, session), url.get_secret_value()
    finally:
        await runner.cleanup()


async def test_each_sign_has_its_place_and_a_failure_its_reason() -> None:
    heard: list[tuple[str, str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append((request.method, request.path, await request.text()))
        return web.Response()

    async with _answering(answer) as (beat, _):
        await beat.say(heartbeat.Sign.START)
        await beat.say(heartbeat.Sign.WELL)
        await beat.say(heartbeat.Sign.FAIL, "The disk is full.\n" + "x" * 9000)
    assert [(method, path) for method, path, _ in heard] == [
        ("GET", "/secret-id/start"),
        ("GET", "/secret-id"),
        ("POST", "/secret-id/fail"),
    ]
    assert heard[2][2].startswith("The disk is full.\nxxx")
    assert len(heard[2][2]) == 2000


@pytest.mark.parametrize(
    ("url", "sign", "expected"),
    [
        ("https://hc.example/abc", heartbeat.Sign.WELL, "https://hc.example/abc"),
        ("https://hc.example/abc/", heartbeat.Sign.FAIL, "https://hc.example/abc/fail"),
        ("https://hc.example/a?rid=1", heartbeat.Sign.START, "https://hc.example/a/start?rid=1"),
        ("https://hc.example", heartbeat.Sign.FAIL, "https://hc.example/fail"),
    ],
)
def test_a_sign_goes_behind_the_path_and_before_the_query(
    url: str, sign: heartbeat.Sign, expected: str
) -> None:
    assert heartbeat.address(url, sign) == expected


async def test_a_monitor_out_of_reach_is_logged_once_and_its_return_too() -> None:
    answers = iter([500, 500, 404, 200, 200, 503])

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=next(answers))

    async with _answering(answer) as (beat, _):
        with structlog.testing.capture_logs() as logged:
            for _ in range(6):
                await beat.say(heartbeat.Sign.WELL)
    assert [one["event"] for one in logged] == [
        "heartbeat_lost",
        "heartbeat_again",
        "heartbeat_lost",
    ]
    assert logged[0]["problem"] == "HTTP 500"


async def _logged(beat: heartbeat.Heartbeat) -> list[EventDict]:
    with structlog.testing.capture_logs() as logged:
        await beat.say(heartbeat.Sign.WELL)
    return [dict(one) for one in logged]


async def test_redirects_are_bounded_and_the_address_is_not_logged() -> None:
    async def answer(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.path + "x")

    async with _answering(answer) as (beat, _):
        (told,) = await _logged(beat)
    assert told["problem"] == "TooManyRedirects"
    assert "secret" not in str(told)


async def test_a_monitor_that_is_not_there_is_no_fault_of_ours() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response()

    async with _answering(answer) as (_, url):
        pass
    gone = SecretStr(url)
    async with heartbeat.session(gone) as session:
        (told,) = await _logged(heartbeat.Heartbeat(gone, session))
    assert "secret" not in str(told)


async def test_a_monitor_that_never_answers_costs_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_SECONDS", 0.05)

    ended = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await ended.wait()
        return web.Response()

    async with _answering(answer) as (beat, _):
        (told,) = await _logged(beat)
        ended.set()
    assert told["problem"] == "TimeoutError"


@pytest.mark.parametrize("url", ["hc.example/abc", "ftp://hc.example/a", "https:///a", "secret-id"])
def test_what_is_no_address_is_refused_without_being_repeated(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REPORTOPS_HEARTBEAT_URL", url)
    with pytest.raises(settings.errors.ConfigurationError) as caught:
        settings.read()
    assert "REPORTOPS_HEARTBEAT_URL" in str(caught.value)
    assert url not in str(caught.value)
    assert "https://" in str(caught.value)


def test_the_address_is_one_of_the_secrets_that_the_log_masks() -> None:
    config = settings.Settings(heartbeat_url=SecretStr("https://hc.example/secret-id"))
    assert "https://hc.example/secret-id" in config.secrets
    assert "secret-id" not in repr(config)
