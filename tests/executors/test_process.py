"""What a worker may do to the bot, to its neighbours and to the outcome: as little as can be."""

import asyncio
import json
import os
import resource
import select
import signal
import stat
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from structlog.testing import capture_logs

from bot import errors, wire
from bot.domain import delivery
from bot.domain.run import FailureCode
from bot.executors import plain, process
from tests import samples
from tests.executors import acting

pytestmark = pytest.mark.slow
GRANDCHILD = (
    "child = subprocess.Popen(['/bin/sleep', '60'])\n"
    "(here / 'pids').write_text(f'{os.getpid()} {child.pid}')\n"
)

LOOK_AROUND = (
    "import ctypes, resource\n"
    "control = ctypes.CDLL(None).prctl\n"
    "limit = lambda name: resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0]\n"
    "found = dict(env=dict(os.environ), cwd=os.getcwd(), umask=os.umask(0),\n"
    "    session=os.getsid(0) == os.getpid(), dumpable=control(3, 0, 0, 0, 0),\n"
    "    nice=os.nice(0), privileges=control(39, 0, 0, 0, 0), scratch=str(order.scratch),\n"
    "    mode=order.scratch.stat().st_mode, folder=str(order.client.folder),\n"
    "    limits={n: limit(n) for n in ('CORE', 'NOFILE', 'FSIZE', 'CPU', 'AS')},\n"
    "    fds=[os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')\n"
    "         if os.path.islink(f'/proc/self/fd/{fd}')])\n"
    "(here / 'found').write_text(json.dumps(found))\n" + acting.FAILED
)


def _gone(pid: int, *, within: float = 5.0) -> bool:
    """Whether a process ends in time; one that is no more has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)


def _is_there(path: str) -> bool:
    return Path(path).exists()


def _pids(here: Path) -> list[int]:
    return [int(pid) for pid in (here / "pids").read_text("utf-8").split()]


async def test_a_report_comes_out_of_a_process_of_its_own(stage: acting.Stage) -> None:
    stages: list[str] = []
    executor = stage.executor()
    order = stage.order()
    outcome = await executor.execute(order, on_progress=stages.append)
    assert isinstance(outcome, wire.ReportMade)
    revenue, orders = outcome.report.metrics
    assert (revenue.value, revenue.previous, revenue.change) == (21, -28, Decimal("-1.75"))
    assert (orders.value, orders.last_year) == (7, 0)
    assert stages == ["credentials", "sources", "metrics", "narrative"]
    assert list(outcome.timings) == stages
    assert outcome.report.narrative


async def test_a_known_failure_comes_out_as_itself(stage: acting.Stage) -> None:
    order = stage.order()
    executor = stage.executor()
    (stage.place / "acme/load.sql").write_text("SELECT 1", "utf-8")
    outcome = await executor.execute(order)
    found = acting.failure(outcome)
    assert (found.code, found.source, found.query) == (FailureCode.QUERY_INVALID, "shop", "orders")


async def test_a_trend_is_drawn_in_a_process_of_its_own(stage: acting.Stage) -> None:
    trend = delivery.Trend(title="Revenue", labels=("9 Nov", "16 Nov"), values=(1, 2), alt="")
    png = await stage.executor().draw(trend)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")


async def test_a_worker_inherits_nothing(
    plain: acting.Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-" + "inherited")
    leak = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(leak, True)
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    order = plain.order()
    await plain.executor(LOOK_AROUND, memory_mb=1500).execute(order)
    os.close(leak)
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    found = json.loads((tmp_path / "found").read_text("utf-8"))
    scratch = found["scratch"]
    assert found["env"].pop("LC_CTYPE", "C.UTF-8") == "C.UTF-8"
    assert found["env"] == {
        "HOME": f"{scratch}/home",
        "TMPDIR": f"{scratch}/tmp",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
    assert str(tmp_path) not in found["fds"]
    assert found["cwd"] == scratch
    assert (found["umask"], found["session"]) == (0o077, True)
    assert (found["dumpable"], found["privileges"]) == (0, 1)
    assert found["nice"] == min(os.nice(0) + 5, 19)  # the bot that answers people goes first
    assert stat.S_IMODE(found["mode"]) == 0o700
    assert found["folder"] == str((tmp_path / "acme").resolve())
    assert found["limits"] == {
        "CORE": 0,
        "NOFILE": 256,
        "FSIZE": 512 * 2**20,
        "CPU": 16,
        "AS": 1500 * 2**20,
    }
    assert not _is_there(scratch)


async def test_what_a_library_prints_does_not_reach_the_outcome(plain: acting.Stage) -> None:
    code = (
        "print('hello')\nos.write(1, b'{\"type\": \"report\"}\\n')\n"
        "subprocess.run(['/bin/echo', 'and more'])\n" + acting.FAILED
    )
    with capture_logs() as logs:
        outcome = await plain.executor(code).execute(plain.order())
    assert acting.failure(outcome).code is FailureCode.SOURCE_BUSY
    assert {"hello", "and more"} <= {str(one.get("line")) for one in logs}


async def test_a_crash_tells_its_class_and_no_more(stage: acting.Stage) -> None:
    code = "raise KeyError(order.credentials['env://ACME_BIGQUERY'])"
    with capture_logs() as logs:
        outcome = await stage.executor(code).execute(stage.order())
    found = acting.failure(outcome)
    assert (found.code, found.said) == (FailureCode.CRASHED, "builtins.KeyError")
    assert any("KeyError at" in str(one.get("line")) for one in logs)
    assert "quiet" not in repr(outcome) + repr(logs)


async def test_a_credential_on_stderr_is_masked(stage: acting.Stage) -> None:
    code = "sys.stderr.write(order.credentials['env://ACME_BIGQUERY'] + '!\\n')\n" + acting.FAILED
    with capture_logs() as logs:
        await stage.executor(code).execute(stage.order())
    assert [one["line"] for one in logs if one["event"] == "worker_stderr"] == ["***!"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os._exit(3)", "it ended with exit code 3 and without an outcome"),
        ("os._exit(0)", "it ended with exit code 0 and without an outcome"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "it was ended by SIGKILL"),
        ("os.kill(os.getpid(), signal.SIGABRT)", "it was ended by SIGABRT"),
        ("sys.exit(4)", "builtins.SystemExit"),
        ("raise asyncio.CancelledError", "asyncio.exceptions.CancelledError"),
        ("bytearray(8 * 2**30)", "builtins.MemoryError"),
        ("open(order.scratch / 'big', 'wb').truncate(2**40)", "builtins.OSError"),
    ],
)
async def test_an_end_without_an_outcome_is_a_crash(
    stage: acting.Stage, code: str, said: str
) -> None:
    outcome = await stage.executor(code).execute(stage.order())
    found = acting.failure(outcome)
    assert (found.code, found.said) == (FailureCode.CRASHED, said)


WRITE = "out = find()\n"
ONE = "line = wire.write_line(wire.RunFailed(failure=run.Failure(code=run.FailureCode.DEADLINE), timings={}))\n"  # noqa: E501


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("out.write(b'hello\\n'); out.flush()", "unreadable outcome at top: json_invalid"),
        ('out.write(b\'{"type": "odd"}\\n\'); out.flush()', "unreadable outcome at top"),
        (f"{ONE}out.write(line)", "it gave more than one outcome"),
        (f"{ONE}out.write(line[:-1]); out.flush(); os._exit(0)", "its last line has no end"),
        (
            "while True: out.write(wire.write_line(wire.Progress(stage='x' * 10000)))",
            "it wrote more than it may",
        ),
        ("while True: out.write(b'x' * 65536)", "it wrote more than it may"),
    ],
)
async def test_what_does_not_keep_to_the_protocol_is_a_crash(
    stage: acting.Stage, code: str, said: str
) -> None:
    acted = stage.executor(f"{WRITE}{code}\n{acting.FAILED}")
    found = acting.failure(await acted.execute(stage.order()))
    assert found.code is FailureCode.CRASHED
    assert found.said.startswith(said)


@pytest.mark.parametrize(
    "lie",
    [
        "replace(made.report, client='globex')",
        "replace(made.report, name='monthly')",
        "replace(made.report, period=replace(made.report.period, partial=True))",
    ],
)
async def test_a_report_of_somebody_else_is_a_crash(stage: acting.Stage, lie: str) -> None:
    order = stage.order()
    true = wire.ReportMade(report=samples.REPORT, timings={})
    code = (
        "from dataclasses import replace\n"
        f"made = wire.read_line({wire.write_line(true)!r})\n"
        f"return replace(made, report={lie})"
    )
    found = acting.failure(await stage.executor(code).execute(order))
    assert (found.code, found.said) == (
        FailureCode.CRASHED,
        "the outcome does not match its order",
    )


async def test_a_failure_names_nothing_that_is_not_the_clients(stage: acting.Stage) -> None:
    code = (
        "return wire.RunFailed(timings={}, failure=run.Failure(\n"
        "    code=run.FailureCode.QUERY_INVALID, source='globex-shop', kind='odd', query='their',\n"
        "    reference='env://GLOBEX', said='x\\n' * 999,\n"
        "    params={f'key{n}': 'y' * 999 for n in range(99)}))"
    )
    order = stage.order()
    found = acting.failure(await stage.executor(code).execute(order))
    assert (found.source, found.kind, found.query, found.reference) == (None, None, None, None)
    assert len(found.said) == 200
    assert "\n" not in found.said
    assert len(found.params) == 8
    assert max(map(len, found.params.values())) == 200


async def test_costs_that_cannot_be_are_a_crash(stage: acting.Stage) -> None:
    code = (
        "from decimal import Decimal\nfrom bot.domain import money\n"
        "bill = money.Usage(kind=money.UsageKind.MODEL, item='x', cost=Decimal(-1))\n"
        "return wire.RunFailed(timings={}, usage=(bill,),\n"
        "    failure=run.Failure(code=run.FailureCode.DEADLINE))"
    )
    order = stage.order()
    found = acting.failure(await stage.executor(code).execute(order))
    assert found.code is FailureCode.CRASHED


async def test_the_deadline_ends_the_whole_group(plain: acting.Stage, tmp_path: Path) -> None:
    code = GRANDCHILD + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    order = plain.order(deadline=2.5)
    found = acting.failure(await plain.executor(code).execute(order))
    assert (found.code, found.params) == (FailureCode.DEADLINE, {"seconds": "2.5"})
    assert all(_gone(pid) for pid in _pids(tmp_path))


async def test_a_grandchild_ends_with_its_worker(plain: acting.Stage, tmp_path: Path) -> None:
    acted = plain.executor(GRANDCHILD + acting.FAILED)
    found = acting.failure(await acted.execute(plain.order()))
    assert found.code is FailureCode.SOURCE_BUSY
    assert all(_gone(pid) for pid in _pids(tmp_path))


async def test_a_thread_that_hangs_does_not_delay_the_outcome(stage: acting.Stage) -> None:
    code = (
        "import threading\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
        "asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)\n" + acting.FAILED
    )
    order = stage.order(deadline=10)
    found = acting.failure(await stage.executor(code).execute(order))
    assert found.code is FailureCode.SOURCE_BUSY


async def test_cancelling_ends_the_whole_group(plain: acting.Stage, tmp_path: Path) -> None:
    code = f"{GRANDCHILD}tell('ready')\ntime.sleep(60)"
    ready = asyncio.Event()
    acted = plain.executor(code)
    order = plain.order()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(acted.execute(order, on_progress=lambda _: ready.set()))
        await ready.wait()
        task.cancel()
    assert task.cancelled()
    assert all(_gone(pid) for pid in _pids(tmp_path))


async def test_a_worker_dies_with_the_bot(plain: acting.Stage, tmp_path: Path) -> None:
    plain.executor(f"{GRANDCHILD}tell('ready')\ntime.sleep(60)")
    bot = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from bot.executors import plain, process\nfrom tests.executors import acting\n"
        f"here = Path({str(tmp_path)!r})\n"
        "starter = plain.Plain(python=str(here / 'python'))\n"
        "made = process.ProcessExecutor(memory_mb=2048, starter=starter)\n"
        "say = lambda stage: print(stage, flush=True)\n"
        "asyncio.run(made.execute(acting.order(here / 'acme'), on_progress=say))"
    )
    root = Path(__file__).parents[2]
    process_ = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", bot), stdout=asyncio.subprocess.PIPE, cwd=root
    )
    stdout = cast("asyncio.StreamReader", process_.stdout)
    assert await stdout.readline() == b"ready\n"
    worker, grandchild = _pids(tmp_path)
    process_.send_signal(signal.SIGKILL)
    await process_.wait()
    assert _gone(worker)
    # What a worker started outlives both: the kernel ties one process to one parent.
    os.kill(grandchild, signal.SIGKILL)


async def test_an_interpreter_that_cannot_start_is_a_crash(tmp_path: Path) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nexit 127\n", "utf-8")
    script.chmod(0o700)
    starter = plain.Plain(python=str(script))
    made = process.ProcessExecutor(memory_mb=2048, starter=starter)
    found = acting.failure(await made.execute(acting.order(tmp_path / "acme")))
    assert found.said == "it ended with exit code 127 and without an outcome"
    with pytest.raises(errors.RunError):
        await made.draw(delivery.Trend(title="", labels=(), values=(), alt=""))


async def test_runs_stand_side_by_side(stage: acting.Stage) -> None:
    executor = stage.executor()
    order = stage.order()
    async with asyncio.TaskGroup() as group:
        several = [
            group.create_task(executor.execute(replace(order, attempt=n))) for n in (1, 2, 3)
        ]
    assert all(isinstance(one.result(), wire.ReportMade) for one in several)
