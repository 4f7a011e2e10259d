"""A rotation as people see it: what is asked, what a trial found, and the line that stays."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain import ids, rotation, run
from bot.domain.report import Identity
from bot.domain.rotation import State
from bot.kinds import typed
from bot.slack import limits
from bot.slack.screens import rotate
from tests import samples
from tests.slack import golden

AT = datetime(2026, 11, 23, 7, 11, tzinfo=UTC)
OWN = Identity(
    source="ga4",
    name="Acme Shop",
    account="properties/1234",
    domain="https://acme.com/",
    settings="ga4:properties/1234",
)
PAIRS = tuple(
    rotation.Pair(report=samples.WEEKLY, name=name, was=Decimal(value), now=Decimal(value))
    for name, value in (("sessions", "61480"), ("users", "40210"), ("purchases", "1204"))
)
ROWS = (
    rotation.Row(label="Sessions", was="61,480", now="61,480", is_equal=True),
    rotation.Row(label="Users <!channel>", was="40,210", now="40,210", is_equal=True),
    rotation.Row(label="Purchases", was="1,204", now="1,204", is_equal=True),
)
FOUND = rotation.Comparison(now=OWN, was=OWN, pairs=PAIRS, period=samples.THIS_WEEK)
TESTED = rotation.View(
    rotation=rotation.Rotation(
        id=ids.RotationId("rot0000000000000"),
        client=samples.ACME,
        source="ga4",
        owner="acme",
        reference="local://ga4",
        state=State.TESTED,
        candidate="2",
        previous="1",
        by=samples.OWNER,
        began_at=AT,
        changed_at=AT,
        until=AT + timedelta(minutes=30),
        found=FOUND,
    ),
    client_name="Acme <Corp>",
    label="Google Analytics",
    kind="ga4",
    timezone="Europe/Paris",
    now=AT,
    rows=ROWS,
)
META = "acme/ga4 C0REPORTOPS"


def _as(state: State, **changes: object) -> rotation.View:
    moved = replace(TESTED.rotation, state=state, **changes)  # pyright: ignore[reportArgumentType]
    return replace(TESTED, rotation=moved)


SWAPPED = _as(State.SWAPPED, until=AT + timedelta(hours=24))
DIFFERS = replace(
    _as(
        State.TESTED,
        found=replace(FOUND, pairs=(replace(PAIRS[0], now=Decimal(61000)), *PAIRS[1:])),
    ),
    rows=(replace(ROWS[0], now="61,000", is_equal=False), *ROWS[1:]),
)
DEAD = replace(
    _as(
        State.TESTED,
        found=replace(
            FOUND,
            dead=run.Failure(code=run.FailureCode.CREDENTIAL_REFUSED, source="ga4"),
            reported_at=datetime(2026, 11, 16, 7, 30, tzinfo=UTC),
        ),
    ),
    dead="Google Analytics sign-in revoked",
)
OTHER = replace(OWN, name="Globex Shop", account="properties/9", domain="https://globex.com")
REFUSED = replace(
    _as(State.REFUSED, found=replace(FOUND, now=OTHER)),
    faults=("It opens Globex Shop, not Acme Shop.",),
)


def test_the_line_is_as_the_screens_say() -> None:
    body = rotate.line(SWAPPED, in_thread=True)
    assert body.text == (
        "08:11 <@U0CLAIRE> rotated the credential: same property (acme.com), 3 of 3 figures of the "
        "last full week equal. Swapped; roll back until Tue 08:11."
    )
    golden.same("rotation_line", golden.plain(body))


@pytest.mark.parametrize(
    ("name", "view"),
    [("tested", TESTED), ("differs", DIFFERS), ("dead", DEAD), ("refused", REFUSED)],
)
def test_a_trial_looks_as_written_down(name: str, view: rotation.View) -> None:
    modal = rotate.tried(view, channel="C0REPORTOPS")
    assert limits.check_modal(modal) == ()
    assert ("submit" in modal) is (name != "refused")
    golden.same(f"rotation_{name}", modal)
    told = rotate.told(view)
    assert "<!channel>" not in json.dumps([modal, golden.plain(told)])
    assert "<Corp>" not in json.dumps([modal, golden.plain(told)])
    assert limits.fit(told) == told


def test_what_is_asked_is_fitted_to_the_kind() -> None:
    form = typed.of("snowflake", {})
    modal = rotate.asked(
        "Acme · Snowflake", fields=form.fields, told="Sealed at once.", steps=(), metadata=META
    )
    assert limits.check_modal(modal) == ()
    golden.same("rotation_modal", modal)


def test_what_is_done_elsewhere_is_said_exactly() -> None:
    modal = rotate.instead(
        "Acme · BigQuery", told="Set it there.", steps=("GLOBEX_KEY=…",), metadata=META, trial=True
    )
    assert limits.check_modal(modal) == ()
    golden.same("rotation_instead", modal)
    other = rotate.instead("Acme", told="Sign in.", steps=(), metadata=META, trial=False)
    assert "submit" not in other


def test_while_it_is_tried_no_input_is_left() -> None:
    modal = rotate.trying("Acme")
    assert "input" not in json.dumps(modal)
    assert limits.check_modal(modal) == ()


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (_as(State.RETURNED), "it was rolled back: the one before is in force"),
        (REFUSED, "tried another credential. It opens Globex Shop, not Acme Shop."),
        (_as(State.CANCELLED, said="It was cut short."), "began to rotate the credential. It was"),
        (_as(State.SETTLED), "equal. Swapped."),
        (_as(State.SETTLED, candidate=None), "equal. It is in force."),
    ],
)
def test_each_end_has_its_words_and_no_button(view: rotation.View, said: str) -> None:
    body = rotate.line(view, in_thread=False)
    assert said in body.text
    assert body.text.startswith("Acme &lt;Corp&gt; · Google Analytics · 08:11 ")
    assert "button" not in json.dumps(golden.plain(body))


def test_what_failed_because_of_it_can_be_tried_again_at_once() -> None:
    body = json.dumps(golden.plain(rotate.done(replace(SWAPPED, retry="inc:3"))))
    assert "incident_retry" in body
    assert "rotate_back" in body
    assert "incident_retry" not in json.dumps(golden.plain(rotate.done(SWAPPED)))
