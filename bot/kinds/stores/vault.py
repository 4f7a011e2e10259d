"""HashiCorp Vault and OpenBao: key/value secrets, version 2 of that engine."""

from typing import Annotated, cast

from pydantic import Field, model_validator

from bot.kinds import address, kind
from bot.kinds.stores import store

_MOUNT = r"^[A-Za-z0-9_-]{1,64}(?:/[A-Za-z0-9_-]{1,64}){0,5}$"
_FILE = r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$"
_VALUE = "value"
"""The field that is meant where a reference names none, and there is one of this name."""
Mount = Annotated[str, Field(pattern=_MOUNT)]


class VaultSettings(kind.Settings):
    """Where it is, and as whom this client's runs sign in: by AppRole, or by a Kubernetes role."""

    url: address.Origin = Field(description="Its address: https://vault.example.com:8200.")
    namespace: Mount | None = Field(default=None, description="Where it has namespaces.")
    ca: str | None = Field(
        default=None,
        pattern=_FILE,
        description="A file in this folder with the authority that signed its certificate, where "
        "that is not a public one.",
    )
    auth: Mount | None = Field(
        default=None, description="The path of the sign-in method: approle, kubernetes or your own."
    )
    role_id: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="Of this client's AppRole."
    )
    secret_id: str | None = Field(
        default=None, description="Where the AppRole's secret_id is, such as local://vault."
    )
    role: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.-]{1,100}$",
        description="This client's Kubernetes role, in place of role_id.",
    )
    token: str | None = Field(
        default=None,
        description="Where the token of this client's own service account in Kubernetes is.",
    )

    @model_validator(mode="after")
    def _one_sign_in(self) -> "VaultSettings":
        by_approle = self.role_id is not None and self.secret_id is not None
        by_kubernetes = self.role is not None and self.token is not None
        given = [self.role_id, self.secret_id, self.role, self.token]
        if by_approle == by_kubernetes or sum(one is not None for one in given) != len(given) / 2:
            raise ValueError("give role_id and secret_id, or role and token")
        return self


def _hosts(settings: kind.Settings) -> tuple[str, ...]:
    return (address.netloc(cast("VaultSettings", settings).url),)


def _identity(settings: kind.Settings) -> str:
    checked = cast("VaultSettings", settings)
    who = checked.role_id or checked.role
    return f"vault:{address.netloc(checked.url)}/{checked.namespace or ''}/{who}"


def _by_hand(path: str, field: str) -> str:
    mount, _, name = path.partition("/")
    return f"vault kv patch -mount={mount} {name} {field or _VALUE}=@FILE"


STORE = store.Store(
    scheme="vault",
    section="vault",
    label="Vault",
    settings=VaultSettings,
    signs_in=("secret_id", "token"),
    hosts=_hosts,
    identity=_identity,
    by_hand=_by_hand,
)
