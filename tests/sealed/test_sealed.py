"""What is sealed, who opens it, and what is said where it cannot be opened."""

import base64
from pathlib import Path

import pytest

from bot import errors
from bot.domain.kept import Fault, Kept
from bot.sealed import age, opening, places, writing

SECRET = "the-quiet-word-of-" + "acme"
AGENCYS = "the-loud-word-of-" + "all"


class Folder:
    """A folder of sealed credentials with its master key."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.places = places.Places(root=root)
        self.master = age.generate()
        places.write(self.places.master, self.master.recipient.encode())
        self.sealed = writing.Sealed(root)

    def kept(self, client: str, *references: str, master: str | None = None) -> Kept:
        """What a run of the client is given."""
        return opening.Opener(self.root, master=master or self.master.identity).kept(
            client, references
        )

    def put(self, owner: str, name: str, text: str) -> int:
        """Put it in force."""
        version = self.sealed.put(owner, name, text=text)
        self.sealed.use(owner, name, version=version)
        return version


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "credentials")


def opened(kept: Kept, reference: str, owner: str) -> str:
    """What the run makes of it."""
    return age.unseal(base64.b64decode(kept.sealed[reference]), identity=kept.identities[owner])


def test_a_run_opens_its_clients_own_and_what_the_agency_shares(folder: Folder) -> None:
    folder.put("acme", "bigquery", SECRET)
    folder.put("agency.ads", "ads", AGENCYS)
    kept = folder.kept("acme", "local://bigquery", "local://agency/ads", "env://X", "nonsense")
    assert opened(kept, "local://bigquery", "acme") == SECRET
    assert opened(kept, "local://agency/ads", "agency.ads") == AGENCYS
    assert (set(kept.identities), kept.faults) == ({"acme", "agency.ads"}, {})


def test_nothing_in_the_folder_is_readable_text(folder: Folder) -> None:
    folder.put("acme", "bigquery", SECRET)
    files = [one for one in folder.root.rglob("*") if one.is_file()]
    raw = b"".join(one.read_bytes() for one in files)
    assert len(files) == 5
    assert SECRET.encode() not in raw
    assert b"AGE-SECRET-KEY" not in raw
    assert {one.stat().st_mode & 0o077 for one in files} == {0}


def test_one_client_has_nothing_of_another(folder: Folder) -> None:
    folder.put("acme", "bigquery", SECRET)
    folder.put("pvcp", "bigquery", "another word")
    kept = folder.kept("pvcp", "local://bigquery")
    acmes = folder.kept("acme", "local://bigquery")
    with pytest.raises(age.ForeignError):
        age.unseal(
            base64.b64decode(acmes.sealed["local://bigquery"]), identity=kept.identities["pvcp"]
        )
    assert folder.kept("xyz", "local://bigquery").faults == {"local://bigquery": Fault.MISSING}


def test_a_key_that_was_moved_to_another_client_opens_nothing(folder: Folder) -> None:
    """As somebody could who writes the folder and reads none of it."""
    folder.put("acme", "bigquery", SECRET)
    folder.put("pvcp", "bigquery", "another word")
    folder.places.key("acme").replace(folder.places.key("pvcp"))
    kept = folder.kept("pvcp", "local://bigquery")
    assert (kept.identities, kept.faults) == ({}, {"local://bigquery": Fault.DAMAGED})


def test_a_version_is_in_force_once_somebody_says_so(folder: Folder) -> None:
    assert folder.sealed.put("acme", "bigquery", text="first") == 1
    assert folder.kept("acme", "local://bigquery").faults == {"local://bigquery": Fault.MISSING}
    folder.sealed.use("acme", "bigquery", version=1)
    assert folder.sealed.put("acme", "bigquery", text="second") == 2
    kept = folder.kept("acme", "local://bigquery", "local://bigquery@2", "local://bigquery@3")
    assert opened(kept, "local://bigquery", "acme") == "first"
    assert opened(kept, "local://bigquery@2", "acme") == "second"
    assert kept.faults == {"local://bigquery@3": Fault.MISSING}
    folder.sealed.use("acme", "bigquery", version=2)
    assert opened(folder.kept("acme", "local://bigquery"), "local://bigquery", "acme") == "second"
    assert folder.sealed.made_at("acme", "bigquery", version=2) is not None


def test_a_number_is_given_once(folder: Folder) -> None:
    folder.put("acme", "bigquery", "first")
    folder.sealed.put("acme", "bigquery", text="second")
    folder.sealed.drop("acme", "bigquery", version=2)
    folder.sealed.drop("acme", "bigquery", version=2)
    assert folder.sealed.put("acme", "bigquery", text="third") == 3
    found = folder.sealed.versions("acme", "bigquery")
    assert (found.current, found.kept, found.last) == (1, (1, 3), 3)
    with pytest.raises(errors.UsageError, match="no version 2"):
        folder.sealed.use("acme", "bigquery", version=2)
    with pytest.raises(errors.UsageError, match="in force"):
        folder.sealed.drop("acme", "bigquery", version=1)


def test_a_client_that_leaves_takes_its_key_along(folder: Folder) -> None:
    folder.put("acme", "bigquery", SECRET)
    folder.put("acme", "shop", SECRET)
    assert folder.sealed.names("acme") == ("bigquery", "shop")
    assert folder.sealed.remove("acme", "shop") == 1
    assert folder.sealed.names("acme") == ("bigquery",)
    assert folder.sealed.remove("acme") == 1
    assert folder.sealed.remove("acme") == 0
    left = [one.name for one in folder.root.rglob("*") if one.is_file()]
    assert left == [places.MASTER]


@pytest.mark.parametrize(
    ("file", "left", "fault"),
    [
        ("keys/acme.age", None, Fault.NO_KEY),
        ("keys/acme.age", b"no age", Fault.DAMAGED),
        ("versions/acme/bigquery", b"{", Fault.DAMAGED),
        ("versions/acme/bigquery", None, Fault.MISSING),
        ("sealed/acme/bigquery/1.age", None, Fault.MISSING),
    ],
)
def test_each_harm_has_its_name(
    folder: Folder, file: str, left: bytes | None, fault: Fault
) -> None:
    folder.put("acme", "bigquery", SECRET)
    place = folder.root / file
    place.unlink()
    if left is not None:
        place.write_bytes(left)
    kept = folder.kept("acme", "local://bigquery")
    assert kept.faults == {"local://bigquery": fault}
    assert not kept.sealed


def test_without_the_right_master_key_nothing_is_opened(folder: Folder) -> None:
    folder.put("acme", "bigquery", SECRET)
    another = age.generate().identity
    named = {
        None: Fault.NO_MASTER,
        "AGE-SECRET-KEY-1X": Fault.NOT_A_MASTER,
        another: Fault.FOREIGN,
    }
    for master, fault in named.items():
        kept = opening.Opener(folder.root, master=master).kept("acme", ["local://bigquery"])
        assert (kept.faults, kept.identities) == ({"local://bigquery": fault}, {})


def test_without_a_master_key_nothing_is_sealed(tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match="reportops key new"):
        writing.Sealed(tmp_path).put("acme", "bigquery", text=SECRET)


def test_a_credential_has_bounds(folder: Folder) -> None:
    with pytest.raises(errors.UsageError, match="at most 64 KiB"):
        folder.sealed.put("acme", "bigquery", text="x" * (writing.LARGEST + 1))
    largest = "x" * writing.LARGEST
    folder.put("acme", "bigquery", largest)
    assert opened(folder.kept("acme", "local://bigquery"), "local://bigquery", "acme") == largest
