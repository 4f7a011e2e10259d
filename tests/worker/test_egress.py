"""The way out where the machine grants no namespaces: native clients have none, and are told so."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors
from bot.domain import run, spec
from bot.domain.walls import Walls
from bot.worker import egress
from tests.guard import clients

NATIVE = "postgres"
OPEN = socket.create_connection


def test_a_native_source_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    asked = clients.order(tmp_path)
    used = asked.client.reports[asked.report].queries[0].source
    named = spec.SourceSpec(name=used, kind=NATIVE, settings={}, identity=NATIVE)
    asked = replace(
        asked, client=replace(asked.client, sources={**asked.client.sources, used: named})
    )
    with socket.socket() as broker, pytest.raises(errors.RunError) as refused:
        egress.arrange(egress.Way(broker=broker), Walls(), order=asked)
    failure = refused.value.failure
    assert (failure.code, failure.source, failure.kind) == (
        run.FailureCode.CONFIGURATION,
        used,
        NATIVE,
    )
    assert "needs user namespaces, which this machine does not grant" in errors.describe(failure)
    assert socket.create_connection is OPEN
