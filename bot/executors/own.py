"""The bot's own tokens, where the settings hold references to them in place of the tokens.

They are opened before the bot is: by the launcher, which then becomes another program and hands
them over in a pipe. So they stand in no environment, and whoever opened them has gone.
"""

import base64
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pydantic import SecretStr

from bot import errors, settings
from bot.domain import reference
from bot.domain.kept import Fault
from bot.domain.reference import Reference, Scheme
from bot.executors import sealing
from bot.ipc import keyring
from bot.ipc.sealing import Sealing
from bot.sealed import age, opening

FIELDS = ("slack_bot_token", "slack_app_token", "anthropic_api_key")
"""The settings that may be references."""
HANDED = "--own"
"""Before the descriptor of the pipe."""
_REFERENCE = re.compile(r"[a-z][a-z0-9+.-]{1,20}://")
_LARGEST = 4096
_MASTER = "start the bot with its master key (reportops key new says how)"
_WORDS: Mapping[Fault, str] = {
    Fault.NO_MASTER: f"the bot was given no master key; {_MASTER}",
    Fault.NOT_A_MASTER: f"what the bot was given as its master key is none; {_MASTER}",
    Fault.FOREIGN: "it is sealed to another master key; start the bot with the right one",
    Fault.UNREADABLE: "its folder cannot be read; let the bot's user read it",
}
"""The rest is set again."""


def named(config: settings.Settings) -> Mapping[str, str]:
    """Return the references among the bot's own tokens, by the setting's field."""
    values = {name: cast("SecretStr | None", getattr(config, name)) for name in FIELDS}
    texts = {name: one.get_secret_value().strip() for name, one in values.items() if one}
    return {name: text for name, text in texts.items() if _REFERENCE.match(text)}


def opened(config: settings.Settings, sealed: Sealing) -> Mapping[str, str]:
    """Return what they stand for, by field. Raises ConfigurationError, which names variable and
    reference and what to do.
    """
    return {name: _opened(name, text, sealed=sealed) for name, text in named(config).items()}


def resolved(config: settings.Settings) -> settings.Settings:
    """Return the settings with the tokens themselves; for the shell, which hands them to nobody."""
    return with_texts(config, opened(config, sealing.found(config))) if named(config) else config


def with_texts(config: settings.Settings, texts: Mapping[str, str]) -> settings.Settings:
    """Return the settings with these in the place of their references."""
    return config.model_copy(update={name: SecretStr(text) for name, text in texts.items()})


def hand_over(texts: Mapping[str, str]) -> Sequence[str]:
    """Return the arguments that tell the program which we become where they are."""
    if not texts:
        return ()
    told, tells = os.pipe()
    with os.fdopen(tells, "w") as pipe:  # it holds 64 KiB: nobody reads yet
        json.dump(dict(texts), pipe)
    os.set_inheritable(told, True)  # noqa: FBT003 - its only parameter
    return (HANDED, str(told))


def taken(config: settings.Settings, arguments: Sequence[str]) -> settings.Settings:
    """Return the settings with what was handed over, and close the pipe."""
    if HANDED not in arguments:
        return config
    with os.fdopen(int(arguments[arguments.index(HANDED) + 1])) as pipe:
        told = cast("Mapping[str, str]", json.load(pipe))
    return with_texts(config, {name: told[name] for name in FIELDS if name in told})


def _opened(field: str, text: str, *, sealed: Sealing) -> str:
    try:
        asked = reference.parse(text)
    except ValueError as fault:
        raise _refused(field, "its value", why=str(fault)) from None
    match asked.scheme:
        case Scheme.LOCAL:
            found = _unsealed(field, asked, sealed=sealed)
        case Scheme.KEYRING:
            found = _from_keyring(field, asked)
        case Scheme.ENV:
            raise _refused(field, str(asked), why="it is a variable already: write the value there")
        case _:
            why = "stores of the network are asked as a client; write local:// or keyring://"
            raise _refused(field, str(asked), why=why)
    found = found.strip()
    if not found or len(found) > _LARGEST:
        raise _refused(field, str(asked), why="what it stands for is empty, or no token")
    return found


def _unsealed(field: str, asked: Reference, *, sealed: Sealing) -> str:
    """What is sealed to the bot: ``local://slack`` is ``local://bot/slack`` here."""
    whose = asked.path.rpartition("/")[0]
    if whose not in {"", reference.BOT}:
        raise _refused(field, str(asked), why="it is not the bot's; write local://bot/NAME")
    own = f"{Scheme.LOCAL.value}://{reference.BOT}/{asked.name}"
    kept = opening.Opener(Path(sealed.folder), master=sealed.master).kept("", [own])
    why = kept.faults.get(own)
    if why is not None:
        again = f"set it with reportops credential set bot {asked.name}"
        raise _refused(field, own, why=_WORDS.get(why, again))
    try:
        raw = base64.b64decode(kept.sealed[own])
        return age.unseal(raw, identity=kept.identities[reference.OWN])
    except (age.DamagedError, age.ForeignError, age.NotAKeyError):
        again = f"its file is damaged; set it with reportops credential set bot {asked.name}"
        raise _refused(field, own, why=again) from None


def _from_keyring(field: str, asked: Reference) -> str:
    try:
        return keyring.read(asked.path)
    except keyring.Unread as unread:
        why = unread.why
    match why:
        case Fault.NO_PACKAGE:
            help_ = "pip install 'reportops[keyring]'"
        case Fault.MISSING:
            put = f"keyring set {keyring.SERVICE} {asked.path}"
            help_ = f"it is not there; put it there: {put}"
        case Fault.LOCKED:
            help_ = "the keyring is locked; unlock it"
        case _:
            help_ = "there is no keyring here that keeps what it holds from other users"
    raise _refused(field, str(asked), why=help_)


def _refused(field: str, what: str, *, why: str) -> errors.ConfigurationError:
    name = settings.environment_name(field)
    return errors.ConfigurationError(f"{name}: {what} cannot be opened: {why}.")
