"""What is asked for where a credential is replaced, and what is done where nothing is."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors, settings
from bot.domain import reference, spec
from bot.domain.rotation import State
from bot.operations import answers, entering
from tests import samples
from tests.operations import house
from tests.operations import test_credentials as rotating
from tests.operations.house import House
from tests.operations.test_credentials import SECRET, acme, serves

home = rotating.home


@pytest.mark.parametrize(
    ("credential", "step"),
    [
        ("env://ACME_KEY", "ACME_KEY=…"),
        ("keyring://acme", "keyring set reportops acme"),
        ("vault://secret/acme/web#key", "vault kv patch -mount=secret acme/web key=@NEW"),
        ("gcp-sm://projects/p/secrets/s", "gcloud secrets versions add s --project p"),
        ("aws-sm://acme/web", "aws secretsmanager put-secret-value --secret-id acme/web"),
    ],
)
async def test_what_other_hands_write_is_tried_as_it_is_there(
    home: House, credential: str, step: str
) -> None:
    home.clients.by_id[samples.ACME] = acme(credential)
    desk = home.operations.credentials
    form = await desk.form(house.asker(), ("acme", "warehouse"))
    if not reference.parse(credential).is_sealable:
        assert form.how is answers.How.OUTSIDE
    else:
        assert form.how is answers.How.PASTE
        assert all(one.optional for one in form.fields), "empty: somebody has written it there"
        source = acme(credential).sources["warehouse"]
        form = entering.asked(acme(credential), source, paste=False)
    assert form.steps[0].startswith(step)
    home.trier.serves = {credential: serves(), "aws-sm://acme/web?version=AWSPREVIOUS": serves()}
    begun = await desk.begin(house.asker(), ("acme",), entered=None)
    tried = await desk.try_(begun.id)
    is_aws = credential.startswith("aws")
    assert len(home.trier.asked) == (2 if is_aws else 1), "only AWS still serves the one before"
    done = await desk.confirm(house.asker(), tried.rotation.id)
    assert done.view.rotation.state is State.SETTLED


async def test_policy_sends_people_to_the_shell(tmp_path: Path) -> None:
    config = settings.Settings(ops_channel=house.OPS, paste="off")
    async with house.opened(tmp_path, acme(), config=config) as home:
        desk = home.operations.credentials
        form = await desk.form(house.asker(), ("acme",))
        assert (form.how, form.fields) == (answers.How.SHELL, ())
        assert form.steps == ("reportops credential rotate acme warehouse",)
        with pytest.raises(errors.UsageError, match="not entered in Slack"):
            await desk.begin(house.asker(), ("acme",), entered={entering.WHOLE: SECRET})


async def test_faults_of_what_is_entered_stand_beside_the_field(home: House) -> None:
    with pytest.raises(entering.WrongError) as caught:
        await home.operations.credentials.begin(
            house.asker(), ("acme",), entered={entering.WHOLE: "env://" + "ACME_KEY"}
        )
    assert caught.value.field == entering.WHOLE
    assert "reference" in str(caught.value)
    assert not await home.store.rotations.latest()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("acme", "nothing"), "no source “nothing”"),
        (("acme", "shop"), "no source “shop”"),
        (("initech",), "I do not know the client"),
    ],
)
async def test_what_is_not_there_cannot_be_rotated(
    home: House, names: tuple[str, ...], told: str
) -> None:
    with pytest.raises(errors.UsageError, match=told):
        await home.operations.credentials.form(house.asker(), names)


@pytest.mark.parametrize(("paste", "steps"), [(True, 1), (False, 2)])
def test_a_sign_in_is_made_in_a_shell_whatever_else_may_be_entered(
    *, paste: bool, steps: int
) -> None:
    web = spec.SourceSpec(
        name="web",
        kind="ga4",
        settings={"property": "123456789"},
        credential="local://ga4",
        identity="ga4:123456789",
    )
    of = replace(house.ACME, sources={"web": web})
    asked = entering.asked(of, web, paste=paste)
    assert len(asked.steps) == steps
    assert asked.steps[-1] == "reportops credential login acme web --app FILE"
    shop = entering.asked(acme(), acme().sources["warehouse"], paste=True)
    assert not any("login" in step for step in shop.steps)
