"""A Slack of our own, and what speaks to it."""

from collections.abc import AsyncIterator

import pytest

from bot import clock
from bot.demo.slack import server
from bot.slack import limiter, poster, web
from tests import localslack


@pytest.fixture
async def slack() -> AsyncIterator[server.LocalSlack]:
    """A started local Slack with the sample workspace."""
    async with localslack.started() as running:
        yield running


@pytest.fixture
def bot_web(slack: server.LocalSlack) -> web.Web:
    """The Web API with the bot token; channels are not spaced."""
    limits = limiter.Limiter(clock.SystemClock(), spacing=0.0)
    return web.Web(slack.bot_token, url=slack.api_url, limits=limits, time=clock.SystemClock())


@pytest.fixture
def app_web(slack: server.LocalSlack) -> web.Web:
    """The Web API with the app token."""
    return web.connect(token=slack.app_token, url=slack.api_url, time=clock.SystemClock())


@pytest.fixture
def speaking(slack: server.LocalSlack, bot_web: web.Web) -> poster.Poster:
    """A poster that is sure of its own messages."""
    return poster.Poster(bot_web, bot_user=slack.workspace.bot_user)
