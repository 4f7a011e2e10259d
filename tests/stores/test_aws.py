"""``aws-sm://`` through boto3, from moto behind roles that are lent and reach one path each."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bot import errors
from bot.domain.reference import parse
from bot.domain.run import FailureCode
from bot.worker.credentials import Keys, aws
from tests.stores import orders
from tests.stores.aws import REGION, AwsDouble

BASE = "env://ACME_AWS"
KEY = "aws-sm://acme/ga4#key"
WHOLE = "aws-sm://acme/plain"


@pytest.fixture(scope="module")
def running() -> Iterator[AwsDouble]:
    with AwsDouble() as made:
        made.put("acme/ga4", json.dumps({"key": "the-first-of-acme", "other": "kept"}))
        made.put("acme/ga4", json.dumps({"key": "the-second-of-acme", "other": "kept"}))
        made.put("acme/plain", "plain-text-of-acme")
        made.put("acme/gone", "gone-of-acme")
        made.put("globex/ga4", json.dumps({"key": "the-first-of-globex"}))
        made.delete("acme/gone")
        yield made


@pytest.fixture
def double(running: AwsDouble) -> Iterator[AwsDouble]:
    yield running
    running.expired = running.broken = False


def keys(double: AwsDouble, *, deeds: str = "read", external_id: str = "") -> Keys:
    base = double.access_key("acme")
    role = double.role("acme", trusts=base, path="acme/", deeds=deeds, external_id="of-acme")
    return asking(double, base, role, external_id=external_id or "of-acme")


def asking(double: AwsDouble, base: str, role: str, *, external_id: str = "of-acme") -> Keys:
    given: dict[str, object] = {"region": REGION, "role": role, "credential": BASE}
    given |= {"external_id": external_id} if external_id else {}
    return orders.keys({"aws": given}, {BASE: base}, doubles={"aws-sm": double.url})


def test_a_secret_and_a_field_are_read_as_the_clients_own_role(double: AwsDouble) -> None:
    own = keys(double)
    assert own.text(KEY) == "the-second-of-acme"
    assert own.text(WHOLE) == "plain-text-of-acme"


def test_a_stage_or_a_version_can_be_named(double: AwsDouble) -> None:
    own = keys(double)
    before = aws.read(parse("aws-sm://acme/ga4?version=AWSPREVIOUS#key"), own)
    assert (before.text, bool(before.made_at)) == ("the-first-of-acme", True)
    again = aws.read(parse(f"aws-sm://acme/ga4?version={before.version}#key"), own)
    assert again == before


def test_what_is_lent_is_masked(double: AwsDouble) -> None:
    own = keys(double)
    own.text(WHOLE)
    secret = json.loads(double.access_key("acme"))["secret_access_key"]
    assert own.mask(f"{secret} plain-text-of-acme {double.lent}") == "*** *** ***"


def test_another_clients_secret_is_not_read(double: AwsDouble) -> None:
    found = orders.failure(lambda: keys(double).text("aws-sm://globex/ga4#key"))
    assert errors.describe(found) == (
        "AWS Secrets Manager does not let this client's role read aws-sm://globex/ga4#key."
    )
    assert errors.remedy(found) == (
        "Grant it secretsmanager:GetSecretValue on the secret, then press Retry."
    )


def test_another_clients_role_is_not_lent(double: AwsDouble) -> None:
    theirs = double.role("globex", trusts=double.access_key("globex"), path="globex/")
    own = asking(double, double.access_key("acme"), theirs, external_id="")
    words = "its access key may not take on this client's role"
    assert words in orders.told(lambda: own.text("aws-sm://globex/ga4"))


def test_the_external_id_must_be_that_of_the_trust(double: AwsDouble) -> None:
    own = keys(double, external_id="of-globex")
    assert orders.failure(lambda: own.text(KEY)).code is FailureCode.STORE_REFUSED


def _expired(double: AwsDouble) -> None:
    double.expired = True


def _broken(double: AwsDouble) -> None:
    double.broken = True


FAILURES: Mapping[str, tuple[Callable[[AwsDouble], object], str, FailureCode, str]] = {
    "expired": (_expired, KEY, FailureCode.STORE_REFUSED, "its access key has expired"),
    "broken": (_broken, KEY, FailureCode.STORE_FAULT, "its own: InternalServiceError"),
    "no secret": (
        str,
        "aws-sm://acme/none",
        FailureCode.STORE_LACKS,
        "AWS Secrets Manager does not hold aws-sm://acme/none: there is no such secret",
    ),
    "no version": (
        str,
        "aws-sm://acme/ga4?version=00000000-0000-0000-0000-000000000000#key",
        FailureCode.STORE_LACKS,
        "no such version of it",
    ),
    "deleted": (str, "aws-sm://acme/gone", FailureCode.STORE_LACKS, "marked for deletion"),
    "no field": (str, "aws-sm://acme/ga4#x", FailureCode.STORE_LACKS, "has no field “x”"),
    "no JSON": (str, f"{WHOLE}#x", FailureCode.STORE_LACKS, "not JSON, and so has no fields"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_way_to_fail_has_words_of_its_own(double: AwsDouble, name: str) -> None:
    arrange, reference, code, words = FAILURES[name]
    own = keys(double)
    arrange(double)
    found = orders.failure(lambda: own.text(reference))
    assert (found.code, found.reference) == (code, reference)
    assert words in errors.describe(found)


@pytest.mark.parametrize("half", ["access_key_id", "secret_access_key"])
def test_a_wrong_access_key_is_told_as_such(double: AwsDouble, half: str) -> None:
    base = json.loads(double.access_key("acme")) | {half: "DEMO0000000000000000"}
    role = double.role("acme", trusts=double.access_key("acme"), path="acme/")
    own = asking(double, json.dumps(base), role)
    assert "its access key is not known there" in orders.told(lambda: own.text(KEY))


@pytest.mark.parametrize("base", ["", "one-line-alone", "{}", '{"access_key_id": "DEMO"}'])
def test_what_is_no_access_key_is_told_of_its_own_reference(double: AwsDouble, base: str) -> None:
    own = asking(double, base, double.role("acme", trusts=double.key, path="acme/"))
    found = orders.failure(lambda: own.text(KEY))
    assert found.code in {FailureCode.CREDENTIAL_INVALID, FailureCode.CREDENTIAL_MISSING}
    assert found.reference == BASE


def test_aws_that_is_down_is_not_reachable(double: AwsDouble) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        where = f"http://127.0.0.1:{gone.getsockname()[1]}"
    given = {"region": REGION, "role": "arn:aws:iam::123456789012:role/acme", "credential": BASE}
    base = {BASE: double.access_key("acme")}
    own = orders.keys({"aws": given}, base, doubles={"aws-sm": where})
    assert orders.told(lambda: own.text(KEY)) == (
        f"AWS Secrets Manager, where {KEY} is kept, could not be reached."
    )


def test_a_new_version_leaves_the_old_one_as_the_previous(double: AwsDouble) -> None:
    double.put("acme/turned", json.dumps({"key": "before-of-acme", "other": "kept"}))
    own = keys(double, deeds="read write")
    assert aws.write(parse("aws-sm://acme/turned#key"), "after-of-acme", keys=own)
    assert json.loads(double.text("acme/turned")) == {"key": "after-of-acme", "other": "kept"}
    assert json.loads(double.text("acme/turned", "AWSPREVIOUS"))["key"] == "before-of-acme"


def test_who_may_not_write_is_told_what_to_type(double: AwsDouble) -> None:
    own = keys(double)
    found = orders.failure(lambda: aws.write(parse(WHOLE), "new", keys=own))
    assert found.code is FailureCode.STORE_FORBIDDEN
    assert found.params["by_hand"] == (
        "aws secretsmanager put-secret-value --secret-id acme/plain --secret-string file://FILE"
    )
    assert double.text("acme/plain") == "plain-text-of-acme"


def test_nothing_of_the_machine_takes_part(
    double: AwsDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[default]\nendpoint_url = http://127.0.0.1:9\n")
    (folder / "credentials").write_text("this is no file of that kind")
    for name, value in {
        "HOME": str(tmp_path),
        "AWS_PROFILE": "of-the-machine",
        "AWS_ACCESS_KEY_ID": "of-the-machine",
        "AWS_SECRET_ACCESS_KEY": "of-the-machine",
        "AWS_SESSION_TOKEN": "of-the-machine",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CA_BUNDLE": str(folder / "none"),
        "AWS_CONFIG_FILE": str(folder / "config"),
        "HTTP_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    assert keys(double).text(WHOLE) == "plain-text-of-acme"
