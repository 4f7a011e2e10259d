"""What a worker may say of the sources that it opened: those of its client, and no other's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from bot import wire
from bot.domain import credential, run
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


def _seen(reference: str, **told: object) -> credential.Seen:
    return replace(credential.Seen(reference=reference), **told)


def test_what_is_seen_is_of_the_orders_own_references_and_bounded() -> None:
    own = "env://ACME_BIGQUERY"
    mark = "0" * credential.PRINT
    loud = _seen(
        own,
        prints=(mark, "a-quiet-word", *(f"{n:032x}" for n in range(999))),
        own=(mark, "<script>"),
        expires_at=datetime(9999, 1, 1, tzinfo=UTC),
        expires_what="<!channel> token" + "x" * 999,
        made_at=datetime(2026, 1, 1),  # noqa: DTZ001 - of no zone, as a worker may tell it
        version="7" * 999,
    )
    told = (loud, _seen(own, version="second"), _seen("env://GLOBEX"))
    (kept,) = checks.seen(told, checks.references(_ORDER))
    assert kept.reference == own
    assert len(kept.prints) == credential.MOST
    assert all(len(one) == credential.PRINT for one in kept.prints)
    assert kept.own == (mark,)
    assert (kept.expires_at, kept.made_at) == (None, None)
    assert kept.expires_what.startswith("channel token")
    assert len(kept.expires_what) == len(kept.version) == 64


def test_instants_are_told_in_utc() -> None:
    paris = timezone(timedelta(hours=1))
    one = _seen("env://ACME_BIGQUERY", expires_at=datetime(2026, 11, 23, 1, tzinfo=paris))
    (kept,) = checks.checked(wire.Checked(sources=(), seen=(one,)), _ORDER).seen
    assert kept.expires_at == datetime(2026, 11, 23, tzinfo=UTC)
