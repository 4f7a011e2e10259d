"""A started local Slack, a client on it, and a Bolt app connected to it."""

from collections.abc import AsyncIterator

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.demo.slack import server
from tests import localslack
from tests.demo.slack.seen import Seen

slack = localslack.fixture()


@pytest.fixture
def web(slack: server.LocalSlack) -> localslack.Web:
    return localslack.web(slack)


@pytest.fixture
async def app(slack: server.LocalSlack) -> AsyncIterator[AsyncApp]:
    """A Bolt app that is connected; listeners may be added later."""
    made = localslack.app(slack)
    async with localslack.connected(slack, made):
        yield made


@pytest.fixture
def seen(app: AsyncApp) -> Seen:
    return Seen(app)
