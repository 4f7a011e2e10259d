"""The bot's own tokens by reference: opened before it is one, handed over, and never in between."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import errors, settings
from bot.domain import kept, reference
from bot.executors import own
from bot.ipc import keyring
from bot.ipc.sealing import Sealing
from bot.sealed import age, places, writing

TOKEN = "xoxb-" + "told"
PAIR = age.generate()


def _sealing(folder: Path, *, master: str | None = PAIR.identity) -> Sealing:
    return Sealing(folder=str(folder), master=master)


def _seal(folder: Path, text: str = TOKEN, *, name: str = "slack") -> None:
    places.make(folder)
    places.write(places.Places(root=folder).master, PAIR.recipient.encode())
    sealed = writing.Sealed(folder)
    sealed.use(reference.OWN, name, version=sealed.put(reference.OWN, name, text=text))


def _config(value: str, **more: str) -> settings.Settings:
    return settings.Settings(slack_bot_token=SecretStr(value)).model_copy(
        update={name: SecretStr(text) for name, text in more.items()}
    )


@pytest.mark.parametrize("written", ["local://bot/slack", "local://slack"])
def test_what_is_sealed_to_the_bot_is_opened(tmp_path: Path, written: str) -> None:
    _seal(tmp_path)
    config = _config(written, anthropic_api_key="sk-" + "plain")
    assert own.named(config) == {"slack_bot_token": written}
    assert own.opened(config, _sealing(tmp_path)) == {"slack_bot_token": TOKEN}


def test_tokens_themselves_are_left_as_they_are(tmp_path: Path) -> None:
    config = _config(TOKEN)
    assert own.opened(config, _sealing(tmp_path)) == {}
    assert own.hand_over({}) == ()
    assert own.taken(config, ("--guarded", "1,2")) is config
    assert own.resolved(config) is config


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("local://bot/other", "set it with reportops credential set bot other"),
        ("local://agency/slack", "it is not the bot's; write local://bot/NAME"),
        ("env://SLACK", "it is a variable already: write the value there"),
        ("vault://secret/slack", "stores of the network are asked as a client"),
        ("aws-sm://slack", "stores of the network are asked as a client"),
        ("sekret://slack", "references begin with one of"),
        ("local://Bot Slack!", "write local:// and a name"),
    ],
)
def test_what_cannot_be_opened_is_said_with_what_to_do(
    tmp_path: Path, written: str, says: str
) -> None:
    _seal(tmp_path)
    with pytest.raises(errors.ConfigurationError) as refused:
        own.opened(_config(written), _sealing(tmp_path))
    assert str(refused.value).startswith("SLACK_BOT_TOKEN: ")
    assert says in str(refused.value)
    assert "Slack!" not in str(refused.value)


@pytest.mark.parametrize(
    ("master", "says"),
    [(None, "was given no master key"), (age.generate().identity, "another master key")],
    ids=["none", "another"],
)
def test_a_master_key_that_lacks_or_is_another_is_said(
    tmp_path: Path, master: str | None, says: str
) -> None:
    _seal(tmp_path)
    with pytest.raises(errors.ConfigurationError, match=says):
        own.opened(_config("local://bot/slack"), _sealing(tmp_path, master=master))


@pytest.mark.parametrize("text", [" ", "x" * 5000])
def test_what_is_no_token_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    _seal(tmp_path, text)
    with pytest.raises(errors.ConfigurationError, match="empty, or no token") as refused:
        own.opened(_config("local://bot/slack"), _sealing(tmp_path))
    assert "xxx" not in str(refused.value)


def test_a_keyring_is_asked_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(name: str) -> str:
        if name == "slack":
            return TOKEN
        raise keyring.Unread(kept.Fault.MISSING)

    monkeypatch.setattr(keyring, "read", read)
    opened = own.opened(_config("keyring://slack"), _sealing(tmp_path))
    assert opened == {"slack_bot_token": TOKEN}
    with pytest.raises(errors.ConfigurationError, match="keyring set reportops nobody"):
        own.opened(_config("keyring://nobody"), _sealing(tmp_path))


def test_they_are_handed_over_once_and_masked_in_every_line() -> None:
    mark, descriptor = own.hand_over({"slack_bot_token": TOKEN})
    assert TOKEN not in f"{mark}{descriptor}"
    assert os.get_inheritable(int(descriptor))
    config = own.taken(_config("local://bot/slack"), ("--guarded", "3,4", mark, descriptor))
    assert config.secrets == (TOKEN,)
    assert TOKEN not in repr(config)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(int(descriptor))


_BOT = """
import json, os, sys
from bot import settings
from bot.executors import own
config = own.taken(settings.read(), sys.argv[1:])
with open("/proc/self/environ", "rb") as file:
    around = file.read().decode()
with open("/proc/self/cmdline", "rb") as file:
    around += file.read().decode()
found = []
for pid in filter(str.isdecimal, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            found.append(file.read().decode(errors="replace"))
    except OSError:
        continue
print(json.dumps({
    "token": config.slack_bot_token.get_secret_value(),
    "around": around,
    "others": "".join(found),
}))
"""


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.skipif(sys.platform != "linux", reason="the launcher's guard is Linux's")
def test_the_bot_has_them_and_no_environment_does(tmp_path: Path) -> None:
    """Launched in earnest, as ``python -m bot`` is; only what it becomes is ours."""
    _seal(tmp_path / "credentials")
    (tmp_path / "clients").mkdir()
    (tmp_path / "became.py").write_text(_BOT, "utf-8")
    launch = """
        import bot.__main__ as start
        from bot.guard import launcher
        launcher.BOT = "became"
        raise SystemExit(start.main())
    """
    root = Path(settings.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(launch)],
        cwd=tmp_path,
        env={
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "PYTHONPATH": f"{root}:{tmp_path}",
            "SLACK_BOT_TOKEN": "local://bot/slack",
            "REPORTOPS_MASTER_KEY": PAIR.identity,
            "REPORTOPS_CLIENTS_DIR": str(tmp_path / "clients"),
            "REPORTOPS_CREDENTIALS_DIR": str(tmp_path / "credentials"),
        },
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["token"] == TOKEN
    assert "SLACK_BOT_TOKEN=local://bot/slack" in told["around"]
    for secret in (TOKEN, PAIR.identity):
        assert secret not in told["around"]
        assert secret not in told["others"]
