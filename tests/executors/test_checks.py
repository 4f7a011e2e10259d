"""What a worker may say of the sources that it opened: those of its client, and no other's."""

from dataclasses import replace

from bot import wire
from bot.domain import run
from bot.domain.report import Identity
from bot.executors import checks
from tests import samples

_ORDER = wire.CheckOrder(
    client=samples.CLIENT,
    as_of=samples.AS_OF,
    credentials={"env://ACME_BIGQUERY": "its text"},
    deadline_seconds=5,
    scratch=samples.CLIENT.folder,
)
_OWN = wire.Source(name="warehouse", identity=Identity(source="warehouse", name="Acme"))


def test_each_source_has_its_line_and_others_have_none() -> None:
    ghost = wire.Source(name="globex", identity=Identity(source="globex", name="Globex"))
    made = checks.checked(wire.Checked(sources=(_OWN, ghost)), _ORDER)
    shop, warehouse = made.sources
    assert warehouse == _OWN
    assert (shop.name, shop.failure) == ("shop", run.Failure(code=run.FailureCode.CRASHED))


def test_failures_are_bounded_and_name_nothing_of_others() -> None:
    loud = run.Failure(
        code=run.FailureCode.CREDENTIAL_REFUSED,
        source="globex",
        reference="env://GLOBEX",
        said="x" * 999,
    )
    told = replace(_OWN, identity=None, failure=loud)
    _, line = checks.checked(wire.Checked(sources=(told,)), _ORDER).sources
    assert line.failure is not None
    assert (line.failure.source, line.failure.reference) == (None, None)
    assert len(line.failure.said) == 200


def test_an_order_behind_walls_holds_no_credential() -> None:
    fitted = _ORDER.at_the_broker("http://127.0.0.1:9")
    assert wire.read_order(wire.write_order(fitted)) == fitted
    assert not fitted.secrets
    assert "its text" not in repr(_ORDER)
    assert fitted.with_kept(_ORDER.credentials, _ORDER.kept) == _ORDER
