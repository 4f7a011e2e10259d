"""A worker whose acts are written in its client's folder, ``act.py``; without one it works.

Imported by the template of a walled worker, or by a plain one's own start.
"""

import asyncio
import gc
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from bot import wire
from bot.domain import money, run
from bot.worker import credentials, pipeline

_work = pipeline.run


def _out() -> BinaryIO:
    """The worker's own way to say an outcome."""
    known = cast("list[object]", gc.get_objects())
    files = [cast("BinaryIO", one) for one in known if isinstance(one, io.BufferedWriter)]
    return next(one for one in files if not one.closed and one.fileno() > 2)


async def act(
    order: wire.RunOrder,
    tell: Callable[[str], None],
    *,
    keys: credentials.Keys | None = None,
) -> wire.RunOutcome:
    """Do what is written; it sees ``order``, ``tell``, ``keys``, and ``here``,
    the folder above its own.
    """
    written = order.client.folder / "act.py"
    if not written.exists():
        return await _work(order, tell, keys=keys)
    known = (asyncio, json, os, signal, subprocess, sys, threading, time, wire, run, money)
    names: dict[str, object] = {one.__name__.rpartition(".")[2]: one for one in known}
    names |= {"Path": Path, "replace": replace, "here": order.client.folder.parent, "find": _out}
    body = textwrap.indent(written.read_text("utf-8"), "    ")
    exec(f"async def acted(order, tell, keys):\n{body}", names)
    acted = cast("Callable[..., Awaitable[wire.RunOutcome]]", names["acted"])
    return await acted(order, tell, keys)


pipeline.run = act
