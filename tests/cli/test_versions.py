"""`reportops check` and the versions of APIs that end."""

from pathlib import Path

from tests.cli.conftest import Shell

ADS = """\
  ads:
    kind: google_ads
    customer: 123-456-7890
    api_version: v21
    credential: env://GLOBEX_GOOGLE_ADS
reports:
"""


def test_a_version_that_has_ended_is_told_with_its_place(shell: Shell, clients: Path) -> None:
    path = clients / "globex" / "client.yaml"
    path.write_text(path.read_text("utf-8").replace("reports:\n", ADS, 1), "utf-8")
    checked = shell("check")
    assert checked.exit_code == 0, checked.output
    assert (
        "globex/client.yaml sources.ads: The API version v21 has ended on 2026-08-05: "
        "name a newer api_version, or upgrade reportops.\n"
    ) in checked.stdout
