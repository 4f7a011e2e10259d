import pytest

from bot.demo.web import screen


@pytest.mark.parametrize(
    ("environment", "platform", "shown"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ""}, "linux", False),
        ({"SSH_CONNECTION": "a b"}, "linux", False),
        ({"SSH_CONNECTION": "a b", "DISPLAY": "localhost:10"}, "linux", True),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_a_browser_opens_where_somebody_sees_it(
    environment: dict[str, str], platform: str, *, shown: bool
) -> None:
    assert screen.there(environment, platform) is shown


async def test_without_a_screen_nothing_opens() -> None:
    assert await screen.show("http://127.0.0.1:1/") is False
