import pytest

from tests.demo.web.conftest import Desk

STATE = "/page/api/state?as=U0CLAIRE"
SAY = {"as": "U0CLAIRE", "channel": "C0ACMEREPORT", "text": "hi"}


async def test_the_token_opens_the_api(desk: Desk) -> None:
    assert (await desk.ask(STATE)).status == 200
    own = {"Origin": desk.page.url}
    got = await desk.ask("/page/api/say", method="POST", headers=own, body=SAY)
    assert got.status == 200
    assert [one.text for one in desk.stage.slack.control.messages("C0ACMEREPORT")] == ["hi"]


async def test_localhost_is_the_same_place(desk: Desk) -> None:
    host = desk.page.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert (await desk.ask(STATE, headers=headers)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "-"},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
        {"Authorization": "Bearer {token}x"},
        {"Host": "evil.test"},
        {"Host": "evil.test:{port}"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1:{port}.evil.test"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://localhost:{port}"},
    ],
)
async def test_a_stranger_reads_nothing_and_does_nothing(
    desk: Desk, headers: dict[str, str]
) -> None:
    port = desk.page.url.rpartition(":")[2]
    given = {
        name: value.replace("{port}", port).replace("{token}", desk.page.token)
        for name, value in headers.items()
    }
    for path in (STATE, "/page/api/changes", "/page/api/file?id=F1", "/page/api/nothing"):
        assert (await desk.ask(path, headers=given)).status == 403
    got = await desk.ask("/page/api/say", method="POST", headers=given, body=SAY)
    assert got.status == 403
    assert desk.page.token.encode() not in got.body
    assert not desk.stage.slack.control.messages("C0ACMEREPORT")


@pytest.mark.parametrize("header", ["Host", "Origin"])
async def test_another_name_of_this_machine_does_not_even_get_the_page(
    desk: Desk, header: str
) -> None:
    assert (await desk.ask("/page/", headers={header: "http://evil.test"})).status == 403


@pytest.mark.parametrize(
    "path", ["/page/", "/page/app.js", "/page/none", STATE, "/page/api/none", "/nothing"]
)
async def test_every_answer_is_guarded(desk: Desk, path: str) -> None:
    headers = (await desk.ask(path)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "unsafe" not in policy
    assert not [name for name in headers if name.startswith("Access-Control-")]


async def test_a_refusal_is_guarded_too(desk: Desk) -> None:
    got = await desk.ask(STATE, headers={"Authorization": "-"})
    assert got.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in got.headers


async def test_no_other_site_is_let_in_by_a_preflight(desk: Desk) -> None:
    asked = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
    got = await desk.ask("/page/api/say", method="OPTIONS", headers=asked)
    assert got.status == 403
    assert not [name for name in got.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize(
    "path",
    [
        "/page/../secret",
        "/page/%2e%2e/secret",
        "/page/..%2fsecret",
        "/page//etc/passwd",
        "/page/%2fetc%2fpasswd",
        "/page/link",
        "/page/./app.js/../../secret",
        "/secret",
    ],
)
async def test_nothing_beside_the_build_is_served(desk: Desk, path: str) -> None:
    got = await desk.ask(path)
    assert got.status == 404
    assert b"not for a browser" not in got.body


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "text/html"),
        ("index.html", "text/html"),
        ("app.js", "text/javascript"),
        ("app.css", "text/css"),
    ],
)
async def test_the_page_needs_no_token(desk: Desk, path: str, kind: str) -> None:
    got = await desk.ask(f"/page/{path}", headers={"Authorization": "-"})
    assert (got.status, got.body.decode()) == (200, f"this is {path or 'index.html'}")
    assert got.headers["Content-Type"].startswith(kind)


async def test_the_token_is_in_the_fragment_only(desk: Desk) -> None:
    address, _, fragment = desk.page.address.partition("#")
    assert fragment == f"token={desk.page.token}"
    assert desk.page.token not in address
    assert len(desk.page.token) >= 40
    assert address == f"{desk.page.url}/page/"


async def test_a_flood_is_refused(desk: Desk) -> None:
    body = SAY | {"text": "x" * 300_000}
    assert (await desk.ask("/page/api/say", method="POST", body=body)).status == 413
