"""Google Secret Manager, as a service account of the client's own."""

from typing import cast

from pydantic import Field

from bot.kinds import kind
from bot.kinds.stores import store

SECRETS = "secretmanager.googleapis.com"
ACCOUNTS = "iamcredentials.googleapis.com"
TOKENS = "oauth2.googleapis.com"


class GcpSettings(kind.Settings):
    """The service account that this client's runs act as, and what they may act as it with."""

    impersonate: str = Field(
        pattern=r"^[a-z0-9-]{1,63}@[a-z0-9.:-]{1,100}\.gserviceaccount\.com$",
        description="This client's service account, which may read this client's secrets alone.",
    )
    credential: str = Field(
        description="Where Google's JSON is, of whoever may act as that account: local://gcp."
    )


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return (SECRETS, ACCOUNTS, TOKENS)


def _identity(settings: kind.Settings) -> str:
    return f"gcp:{cast('GcpSettings', settings).impersonate}"


def _by_hand(path: str, field: str) -> str:
    del field  # a secret of Google's has none
    parts = path.split("/")
    project, name = (parts[1], parts[3]) if len(parts) > len("PxSx") - 1 else ("PROJECT", path)
    return f"gcloud secrets versions add {name} --project={project} --data-file=FILE"


STORE = store.Store(
    scheme="gcp-sm",
    section="gcp",
    label="Google Secret Manager",
    settings=GcpSettings,
    signs_in=("credential",),
    hosts=_hosts,
    identity=_identity,
    by_hand=_by_hand,
)
