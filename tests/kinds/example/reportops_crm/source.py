"""The worker's half, imported in the runs that name the kind. It needs no service: it makes deals
up, one of 100 a day, so that a test can tell every period by its figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.domain import report
from bot.domain.run import FailureCode
from bot.worker.sources import base, notes

from .kind import CrmRequest, CrmSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """How we sign in."""

    text: str = field(repr=False)


def parse_credential(text: str) -> Token:
    """Read the token; raises ValueError."""
    if not text.startswith("crm-"):
        raise ValueError("it does not begin with crm-")
    return Token(text=text)


def open_source(access: base.Access) -> "Crm":
    """Sign in; raises RunError."""
    token = access.signed(Token)
    if token.text == "crm-revoked":
        raise access.failed(FailureCode.CREDENTIAL_REFUSED, said=f"token {token.text} is gone")
    return Crm(access, CrmSettings.model_validate(access.spec.settings))


class Crm:
    """Answers three questions at a time."""

    def __init__(self, access: base.Access, settings: CrmSettings) -> None:
        self._access = access
        self._settings = settings

    def identity(self) -> report.Identity:
        """Return whose workspace it is."""
        name = self._settings.workspace
        return report.Identity(
            source=self._access.spec.name, name=name.title(), account=name, currency="EUR"
        )

    def read(self, ask: base.Ask) -> base.Answer:
        """Sum the period's deals up."""
        wanted = CrmRequest.model_validate(ask.request)
        days = (ask.period.end - ask.period.start).days
        amount = Decimal(100) * days if wanted.least <= 100 else None
        return base.Answer(
            table=base.Table(columns=("deals", "amount"), rows=((days, amount),)),
            findings=(notes.sampled(ask, share=Decimal("0.25")),),
            complete_to=ask.period.last_day - timedelta(days=1),
            provisional_from=ask.period.last_day,
        )

    def read_all(self, asks: Sequence[base.Ask]) -> Sequence[base.Answer]:
        """Answer up to three at once."""
        return [self.read(ask) for ask in asks]

    def stop(self) -> None:
        """Nothing runs at the other side."""

    def close(self) -> None:
        """Nothing is open."""
