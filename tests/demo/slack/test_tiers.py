"""Slack's limits, where the local Slack is told to keep them."""

from bot.demo.slack import tiers
from tests import localslack

ACME, PVCP = "C0ACMEREPORT", "C0PVCPREPORT"


async def test_a_second_message_in_a_second_is_too_many_for_its_channel() -> None:
    async with localslack.started() as slack:
        slack.workspace.rules.rate_limits = True
        web = localslack.web(slack)
        await web.chat_postMessage(channel=ACME, text="one")
        await web.chat_postMessage(channel=PVCP, text="one")
        told = await localslack.refused(web.chat_postMessage(channel=ACME, text="two"))
        assert (told.status_code, told.headers["Retry-After"]) == (429, "1")
        assert len(slack.control.messages(ACME)) == 1
        assert slack.control.exceeded == 1


def test_a_method_has_so_many_calls_a_minute() -> None:
    counted = tiers.Tiers()
    waits = [counted.wait("conversations.history", ACME) for _ in range(52)]
    assert waits[:50] == [0.0] * 50
    assert all(59 < wait <= 60 for wait in waits[50:])
    assert counted.wait("chat.update", ACME) == 0
    assert counted.exceeded == 2


async def test_limits_are_not_kept_unless_asked() -> None:
    async with localslack.started() as slack:
        web = localslack.web(slack)
        for _ in range(3):
            await web.chat_postMessage(channel=ACME, text="one")
        assert slack.control.exceeded == 0
