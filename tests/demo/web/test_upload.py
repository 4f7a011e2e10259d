"""Files that a person puts into a file input."""

import io

from bot.demo.slack import shapes
from bot.demo.web import server
from tests.demo.web.conftest import Desk


async def _send(desk: Desk, content: bytes, *, user: str = "U0CLAIRE") -> tuple[int, shapes.Json]:
    headers = {"Authorization": f"Bearer {desk.page.token}"}
    url = f"{desk.page.url}/page/api/upload?as={user}&name=week.csv"
    async with desk.session.post(url, data=io.BytesIO(content), headers=headers) as got:
        return got.status, shapes.obj(await got.json())


async def test_a_file_is_kept_as_its_persons(desk: Desk) -> None:
    status, told = await _send(desk, b"day,revenue\n")
    file = shapes.obj(told["result"])
    assert (status, file["name"], file["size"]) == (200, "week.csv", 12)
    kept = desk.stage.slack.workspace.files[str(file["id"])]
    assert (kept.content, kept.user) == (b"day,revenue\n", "U0CLAIRE")


async def test_a_file_larger_than_a_page_is_taken_up_to_a_limit(desk: Desk) -> None:
    status, _ = await _send(desk, b"x" * (server.MAX_BODY + 1))
    assert status == 200
    status, told = await _send(desk, b"x" * (server.MAX_FILE + 1))
    assert (status, told["error"]) == (400, "The demo takes files up to 10 MB.")


async def test_a_stranger_uploads_nothing(desk: Desk) -> None:
    status, told = await _send(desk, b"x", user="U0NOBODY")
    assert status == 400
    assert "person" in str(told["error"])
    assert (
        await desk.ask("/page/api/upload", method="POST", headers={"Authorization": "-"})
    ).status == 403
