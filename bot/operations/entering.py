"""What is asked for where a credential is replaced, and what is wrong with what was entered; pure.

Nothing here keeps a text that was entered, and no fault quotes one.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot import errors
from bot.domain import client, reference, spec
from bot.domain.reference import Scheme
from bot.kinds import typed
from bot.kinds.typed import entry, form
from bot.operations import answers, standing

WHOLE = "credential"
"""The name of the one field of a credential that is a single text."""
_WRITTEN = (
    "It is then written where it is kept, as a new version, if this client's identity may. Leave "
    "it empty to try what somebody has written there already."
)
_UNSET = "The bot reads it anew for each run; nothing is restarted."


class WrongError(errors.UsageError):
    """What was entered is not of the form that its source needs; never quotes it."""

    def __init__(self, text: str, *, field: str) -> None:
        super().__init__(text)
        self.field = field
        """What it is about."""


def asked(of: client.Client, source: spec.SourceSpec, *, paste: bool) -> answers.Form:
    """Return what to ask for; raises UsageError for a source that takes no credential."""
    named = parsed(of, source)
    wanted = typed.of(source.kind, source.settings)
    how = _how(named, wanted, paste=paste)
    own = named.scheme is not Scheme.LOCAL
    fields = tuple(replace(one, optional=True) if own else one for one in wanted.fields)
    steps, told = _otherwise(of, source, named=named, how=how)
    return answers.Form(
        client=of.id,
        client_name=of.name,
        source=source.name,
        label=standing.source_label(of, source.name) or source.name,
        credential=wanted.label,
        reference=str(named),
        how=how,
        fields=fields if how is answers.How.PASTE else (),
        steps=steps,
        told=told,
    )


def parsed(of: client.Client, source: spec.SourceSpec) -> reference.Reference:
    """Return a source's credential reference; raises UsageError where it has none."""
    label = standing.source_label(of, source.name) or source.name
    if source.credential is None:
        raise errors.UsageError(f"{of.name}'s source {label} needs no credential.")
    try:
        return reference.parse(source.credential)
    except ValueError:
        message = f"The credential reference of {of.name}'s source {label} cannot be read."
        raise errors.UsageError(message) from None


def read(
    source: spec.SourceSpec, entered: Mapping[str, str], *, now: datetime, pasted: bool
) -> form.Facts:
    """Return the text to keep, made of what was entered by field, and what it tells of itself;
    raises WrongError.
    """
    wanted = typed.of(source.kind, source.settings)
    values = {name if name != WHOLE else "": text for name, text in entered.items()}
    for field in wanted.fields:
        if not (field.optional or values.get(field.name, "").strip()):
            raise WrongError("Nothing was entered here.", field=field.name or WHOLE)
    try:
        return entry.read(wanted, entry.made(wanted, values), now=now, pasted=pasted)
    except ValueError as fault:
        message = f"It cannot be used: {fault}."
        raise WrongError(message, field=_about(wanted, str(fault))) from None


def whole(source: spec.SourceSpec, text: str, *, now: datetime) -> form.Facts:
    """The same of a text that is whole already, as from a file; raises WrongError."""
    wanted = typed.of(source.kind, source.settings)
    try:
        return entry.read(wanted, text, now=now)
    except ValueError as fault:
        raise WrongError(f"It cannot be used: {fault}.", field=WHOLE) from None


def _about(wanted: form.Form, fault: str) -> str:
    """The field that a fault names; else the last secret one."""
    named = [one for one in wanted.fields if one.name and one.name in fault]
    secret = [one for one in wanted.fields if not one.open]
    return ([*secret, *named] or list(wanted.fields))[-1].name or WHOLE


def _how(named: reference.Reference, wanted: form.Form, *, paste: bool) -> answers.How:
    if named.scheme is not Scheme.LOCAL:
        may = named.is_sealable and paste and wanted.pasted
        return answers.How.PASTE if may else answers.How.OUTSIDE
    if wanted.login and not wanted.pasted:
        return answers.How.LOGIN
    return answers.How.PASTE if paste else answers.How.SHELL


def _otherwise(
    of: client.Client,
    source: spec.SourceSpec,
    *,
    named: reference.Reference,
    how: answers.How,
) -> tuple[tuple[str, ...], str]:
    login = f"reportops credential login {of.id} {source.name} --app FILE"
    signing = (login,) if typed.of(source.kind, source.settings).login else ()
    match how:
        case answers.How.PASTE:
            told = (
                "It is sealed at once, then tried in a run of its own that holds nothing else. "
                "Nothing changes before you confirm."
            )
            if named.scheme is not Scheme.LOCAL:
                return (), f"{told} {_WRITTEN}"
            return signing, told
        case answers.How.SHELL:
            told = "Credentials are not entered in Slack here. On the bot's machine:"
            return (f"reportops credential rotate {of.id} {source.name}", *signing), told
        case answers.How.LOGIN:
            told = "It is made by signing in, never pasted. On the bot's machine:"
            return (login,), told
        case answers.How.OUTSIDE:
            return _outside(named)
        case _:
            assert_never(how)


def _outside(named: reference.Reference) -> tuple[tuple[str, ...], str]:
    """What to write where, exactly; then what is there is tried."""
    after = "Then press *I have set it*: what is there is tried, and held against what was."
    match named.scheme:
        case Scheme.ENV:
            told = "It is a variable of the environment that the bot is started in. Set it there"
            return (f"{named.path}=…",), f"{told} and restart the bot. {after}"
        case Scheme.KEYRING:
            told = f"It is kept by the keyring of the bot's user. {_UNSET} {after}"
            return (f"keyring set reportops {named.path}",), told
        case Scheme.AWS:
            step = f"aws secretsmanager put-secret-value --secret-id {named.path}"
            told = f"It is kept by AWS Secrets Manager. {_UNSET} {after}"
            return (f"{step} --secret-string file://NEW",), _fielded(named, told)
        case Scheme.GCP:
            _, project, _, secret, *_ = f"{named.path}".split("/")
            step = f"gcloud secrets versions add {secret} --project {project} --data-file=NEW"
            return (step,), f"It is kept by Google Secret Manager. {_UNSET} {after}"
        case Scheme.VAULT:
            mount, _, path = named.path.partition("/")
            step = f"vault kv patch -mount={mount} {path} {named.field or 'value'}=@NEW"
            return (step,), f"It is kept by Vault. {_UNSET} {after}"
        case Scheme.LOCAL:
            return (), ""


def _fielded(named: reference.Reference, told: str) -> str:
    return told if named.field is None else f"{told} It is the field {named.field} of its JSON."
