"""A desktop's session of its own: a private D-Bus, and a real GNOME keyring on it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PASSWORD = "of-the-session"
_SET = """
import sys
from keyring.backends.SecretService import Keyring
Keyring().set_password("reportops", sys.argv[1], sys.stdin.read())
"""
_LOCK = """
import secretstorage
secretstorage.get_default_collection(secretstorage.dbus_init()).lock()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What leads to it."""

    environment: Mapping[str, str]

    def put(self, name: str, text: str) -> None:
        """Put a text into the keyring, as a person does with ``keyring set reportops NAME``."""
        self._python(_SET, name, said=text)

    def lock(self) -> None:
        """Lock the keyring."""
        self._python(_LOCK)

    def _python(self, code: str, *arguments: str, said: str = "") -> None:
        subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=dict(self.environment),
            input=said,
            text=True,
            check=True,
        )


@contextmanager
def started() -> Generator[Session]:
    """Start one; skips the test where this machine has none."""
    if not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-daemon")):
        pytest.skip("this machine has no keyring (apt-get install gnome-keyring dbus)")
    place = Path(tempfile.mkdtemp(prefix="reportops-kr-"))
    own = {"HOME": str(place), "XDG_RUNTIME_DIR": str(place), "PATH": os.environ["PATH"]}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    own["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=own,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdin is not None
    assert daemon.stdout is not None
    daemon.stdin.write(_PASSWORD)
    daemon.stdin.close()
    daemon.stdout.readline()  # it is there once it has told its own address
    try:
        yield Session(environment=own)
    finally:
        for one in (daemon, bus):
            one.terminate()
            one.wait()
            assert one.stdout is not None
            one.stdout.close()
        shutil.rmtree(place, ignore_errors=True)
