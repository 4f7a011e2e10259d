"""A secret never stands in a file, and where one does it is never repeated."""

from pathlib import Path

import pytest

from bot.catalog import secret as secrets
from tests.catalog import folder, test_stores

SECRETS = [
    "xoxb-" + "1234567890-abcdefghij",
    "sk-ant-" + "api03-abcdefghijklmnop",
    "-----BEGIN " + "PRIVATE KEY-----",
    "gh" + "p_abcdefghijklmnopqrstuvwxyz0123456789",
    "AK" + "IAABCDEFGHIJKLMNOP",
    "0123456789abcdef" * 4,
]
PLACES = [
    ("name: Globex", "name: '{}'"),
    ("channel: C0GLOBEX1", "channel: '{}'"),
    ("stage: live", "stage: '{}'"),
    ("stage: live", "password: '{}'"),
    ("stage: live", "'{}': 1"),
    ("env://GLOBEX_BIGQUERY", "'{}'"),
    ("env://GLOBEX_BIGQUERY", "'env://{}'"),
    ("env://GLOBEX_BIGQUERY", "{{type: service_account, private_key: '{}'}}"),
    ("setup: load.sql", "setup: load.sql, credential: '{}'"),
    ("setup: load.sql", "setup: load.sql, token: '{}'"),
    ("globex-analytics", "'{}'"),
    ("kind: bigquery", "kind: '{}'"),
    ("claude-haiku-5-5", "'{}'"),
    ("revenue / ad_spend", "'{}'"),
    ("sql: orders.sql", "sql: '{}'"),
    ("period: week", "period: '{}'"),
    ("title: Weekly KPIs", "title: 'KPIs {}'"),
    ("{unit: currency}", "{{unit: currency, description: 'x {}'}}"),
    ("{model: claude-haiku-5-5}", "{{model: claude-haiku-5-5, instructions: 'x {}'}}"),
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(("old", "new"), PLACES)
def test_a_pasted_secret_is_refused_and_never_repeated(
    tmp_path: Path, old: str, new: str, secret: str
) -> None:
    found = folder.faults(tmp_path, folder.GOOD.replace(old, new.format(secret)))
    if secrets.looks_secret(secret):
        assert found
    assert not any(secret[:16] in str(fault) or secret[-16:] in str(fault) for fault in found)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env://globex", "no reference of env://"),
        ("vault://kv", "no reference of vault://"),
        ("gsm://globex", "no kind of credential reference"),
        ("local://bigquery@2", "names one version"),
        ("vault://kv/globex?version=2", "names one version"),
        ("local://bot/slack", "belongs to the bot itself"),
        ("local://agency/google-ads", "is the agency's"),
        ("ftp://x", "no kind of credential reference"),
        ("env://SLACK_BOT_TOKEN", "belongs to the bot itself"),
        ("env://ANTHROPIC_API_KEY", "belongs to the bot itself"),
    ],
)
def test_only_references_of_the_client_itself_are_taken(
    tmp_path: Path, reference: str, said: str
) -> None:
    found = folder.only(tmp_path, folder.edit("env://GLOBEX_BIGQUERY", reference))
    assert found.key == "sources.warehouse.credential"
    assert said in found.problem


@pytest.mark.parametrize(
    "reference",
    [
        *("local://bigquery", "keyring://globex", "aws-sm://globex/bq#key", "vault://kv/globex#k"),
        *("gcp-sm://projects/p/secrets/s", "gcp-sm://projects/p/secrets/s/versions/7"),
    ],
)
def test_every_store_can_be_named(tmp_path: Path, reference: str) -> None:
    text = folder.edit("env://GLOBEX_BIGQUERY", reference)
    assert not folder.faults(tmp_path, f"{test_stores.EVERY}{text}")


def test_a_source_that_needs_a_credential_says_so(tmp_path: Path) -> None:
    text = folder.edit("    credential: env://GLOBEX_BIGQUERY\n", "")
    assert "needs a credential" in folder.only(tmp_path, text).problem


def test_a_pasted_key_of_a_service_account_is_not_repeated(tmp_path: Path) -> None:
    key = '{"type": "service_account", "private_key": "-----BEGIN ' + 'PRIVATE KEY-----abc"}'
    found = folder.only(tmp_path, folder.edit("env://GLOBEX_BIGQUERY", f"'{key}'"))
    assert "PRIVATE" not in str(found)


@pytest.mark.parametrize("secret", SECRETS[:5])
def test_the_last_guard_of_every_fault_masks_them(secret: str) -> None:
    masked = secrets.masked(f"“{secret}” is wrong.")
    assert secret not in masked
    assert masked


@pytest.mark.parametrize(
    "text", ["task-force", "Paid channels first.", "risk-weighted", "a@b.example"]
)
def test_plain_words_are_no_secrets(text: str) -> None:
    assert not secrets.looks_secret(text)
    assert secrets.quote(text) == f"“{text}”"
