"""A shell with a browser that has no screen."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import httpx
from click.testing import CliRunner, Result

from bot import cli
from bot.catalog import scaffold
from bot.demo import consent
from bot.sealed import age, places, writing

TOKEN = "a-developer-" + "token-of-ours"
WHO = "ana@agency.example"


@dataclass(slots=True, kw_only=True)
class Desk:
    """A shell with a browser, and what was seen of both."""

    root: Path
    master: str = field(repr=False)
    browser: Callable[[str], object]
    opened: list[str] = field(default_factory=list[str])
    pages: list[httpx.Response] = field(default_factory=list[httpx.Response])
    doubles: dict[str, str] = field(default_factory=dict[str, str])

    def client(self, sources: Mapping[str, object], name: str = "globex") -> None:
        """Make the client's folder, with these sources beside the one it comes with."""
        file = self.root / "clients" / name / "client.yaml"
        if not file.exists():
            scaffold.new_client(self.root / "clients", name)
        more = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in sources.items())
        text = file.read_text("utf-8").replace("FILL_IN", f"C0{name.upper()}1")
        file.write_text(text.replace("sources:\n", f"sources:\n{more}"), "utf-8")

    def app(self, asking: consent.Consent, **more: str) -> Path:
        """Write the OAuth client's file."""
        file = self.root / "app.json"
        client = {"client_id": asking.client_id, "client_secret": asking.client_secret}
        file.write_text(json.dumps({**client, **more}), "utf-8")
        return file

    def login(self, *words: str, given: str | io.RawIOBase = "") -> Result:
        """Type the command."""
        file = str(self.root / "app.json")
        named = ",".join(f"{kind}={url}" for kind, url in self.doubles.items())
        return CliRunner(env={"REPORTOPS_DOUBLES": named}).invoke(
            cli.main,
            ["credential", "login", *words, "--app", file],
            input=cast("IO[bytes] | str", given),
            catch_exceptions=False,
        )

    def sealed(self, name: str, owner: str = "globex") -> dict[str, str]:
        """Open what is in force, as a run would."""
        folder = self.root / "credentials"
        version = self.seal().versions(owner, name).current
        assert version is not None
        at = places.Places(root=folder)
        key = age.unseal(at.key(owner).read_bytes(), identity=self.master).split("\n")[1]
        return json.loads(
            age.unseal(at.version(owner, name, version=version).read_bytes(), identity=key)
        )

    def seal(self) -> writing.Sealed:
        """The folder, as the shell has it."""
        return writing.Sealed(self.root / "credentials")

    @property
    def names(self) -> Sequence[str]:
        """What is sealed for the client at all."""
        return self.seal().names("globex")
