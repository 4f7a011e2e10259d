"""`reportops credential`: entered hidden, from stdin or from a file; sealed; never shown."""

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import cli
from bot.sealed import age, opening, places, writing
from tests.cli.conftest import Shell

SECRET = "the-quiet-word" + "-of-globex"
_CLIENT = """\
name: Globex
channel: C0GLOBEX1
timezone: Europe/Paris
sources:
  web: {kind: http_json, url: "https://api.globex.invalid/v1", credential: "local://web"}
  shop: {kind: http_json, url: "https://shop.globex.invalid/v1", credential: "local://till"}
  old: {kind: http_json, url: "https://old.globex.invalid/v1", credential: "env://OLD"}
stores:
  vault: {url: "https://vault.globex.invalid", role_id: globex, secret_id: "local://vault"}
reports:
  weekly:
    title: Weekly
    period: week
    queries:
      visits: {source: web, request: {path: visits, rows: $, columns: {visits: $.visits}}}
    metrics:
      visits: {unit: count}
    narrative: {model: claude-haiku-4-5, credential: "local://anthropic"}
"""


class Desk:
    """A shell with a client whose credential is sealed here."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell = shell
        self.sealed = writing.Sealed(folder)
        self.master = age.generate()
        self.folder = folder
        places.write(places.Places(root=folder).master, self.master.recipient.encode())

    def enter(self, text: str, *words: str) -> Result:
        """Type a command whose stdin is this text."""
        words = ("credential", *words)
        return CliRunner().invoke(cli.main, words, input=text, catch_exceptions=False)

    def in_force(self, reference: str = "local://web") -> str:
        """What a run of the client would open."""
        kept = opening.Opener(self.folder, master=self.master.identity).kept("globex", [reference])
        (identity,) = kept.identities.values()
        return age.unseal(_bytes(kept.sealed[reference]), identity=identity)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


@pytest.fixture
def desk(shell: Shell, clients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (clients / "globex" / "client.yaml").write_text(_CLIENT, "utf-8")
    monkeypatch.setenv("REPORTOPS_CREDENTIALS_DIR", str(tmp_path / "credentials"))
    return Desk(shell, tmp_path / "credentials")


def test_it_is_sealed_listed_rolled_back_and_removed(desk: Desk, tmp_path: Path) -> None:
    told = desk.enter(SECRET, "set", "globex", "web")
    assert (told.exit_code, desk.in_force()) == (0, SECRET), told.output
    file = tmp_path / "new"
    file.write_text(f"{SECRET}-2\n", "utf-8")
    told = desk.shell("credential", "set", "globex", "web", "--file", str(file))
    assert (told.exit_code, desk.in_force()) == (0, f"{SECRET}-2"), told.output
    listed = desk.shell("credential", "list").stdout
    assert "local://web" in listed
    assert "env://OLD" in listed
    assert SECRET not in listed + told.output
    back = desk.shell("credential", "rollback", "globex", "web")
    assert (back.exit_code, desk.in_force()) == (0, SECRET), back.output
    again = desk.shell("credential", "rollback", "globex", "web")
    assert again.exit_code == 2
    assert "no credential before it" in again.output
    gone = desk.shell("credential", "remove", "globex", "web", "--yes")
    assert "Deleted local://web: 1 version." in gone.stdout
    assert desk.sealed.versions("globex", "web").kept == ()


def test_the_name_that_a_card_misses_does_for_its_source(desk: Desk) -> None:
    told = desk.enter(SECRET, "set", "globex", "till")
    assert (told.exit_code, desk.in_force("local://till")) == (0, SECRET), told.output


def test_nothing_of_it_is_in_the_database(desk: Desk, tmp_path: Path) -> None:
    desk.enter(SECRET, "set", "globex", "web")
    kept = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    assert SECRET.encode() not in kept
    assert b"put in force untried" in kept


def test_no_command_takes_one_as_an_argument(desk: Desk) -> None:
    told = desk.shell("credential", "set", "globex", "web", SECRET)
    assert told.exit_code == 2
    assert "Got unexpected extra argument" in told.output


@pytest.mark.parametrize(
    ("entered", "words", "said"),
    [
        ("", ("globex", "web"), "empty"),
        ("env://" + "WEB", ("globex", "web"), "reference"),
        (SECRET, ("globex", "nothing"), "Which source of globex?"),
        (SECRET, ("initech", "web"), "no client"),
        (SECRET, ("globex", "old"), "OLD=…"),
        (SECRET, ("bot", "Bad Name"), "bot NAME"),
        ("  ", ("bot", "slack"), "Nothing was entered"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    desk: Desk, entered: str, words: tuple[str, ...], said: str
) -> None:
    told = desk.enter(entered, "set", *words)
    assert (told.exit_code, said in told.output) == (2, True), told.output
    assert SECRET not in told.output
    assert desk.sealed.versions("globex", "web").kept == ()


def test_the_bots_own_and_the_agencys_are_in_force_at_once(desk: Desk) -> None:
    assert (
        "local://bot/slack-bot as version 1" in desk.enter(SECRET, "set", "bot", "slack-bot").output
    )
    assert desk.in_force("local://bot/slack-bot") == SECRET
    assert desk.enter(SECRET, "set", "agency", "ads").exit_code == 0
    assert desk.in_force("local://agency/ads") == SECRET


@pytest.mark.parametrize("name", ["vault", "anthropic"])
def test_what_signs_in_to_a_store_and_the_clients_own_model_key_are_sealed_too(
    desk: Desk, name: str
) -> None:
    """docs/credentials.md begins with it: neither is a source's."""
    told = desk.enter(SECRET, "set", "globex", name)
    assert f"Sealed local://{name} as version 1." in told.output
    desk.enter(f"{SECRET}-2\n", "set", "globex", name)
    assert desk.in_force(f"local://{name}") == f"{SECRET}-2"
    assert desk.sealed.versions("globex", name).kept == (2,)
    wrong = desk.enter("env://" + "VAULT", "set", "globex", name)
    assert (wrong.exit_code, "reference" in wrong.output) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize("act", ["test", "rotate"])
def test_what_cannot_be_opened_is_said_and_changes_nothing(desk: Desk, act: str) -> None:
    """The trial is a run of its own, with the real keeper, to whom nobody gave the master key."""
    desk.enter(SECRET, "set", "globex", "web")
    told = desk.enter(f"{SECRET}-2", act, "globex", "web")
    assert told.exit_code == 1, told.output
    assert "cannot be opened: the bot was started without a master key" in told.output
    assert SECRET not in told.output
    assert desk.sealed.versions("globex", "web").kept == (1,)
