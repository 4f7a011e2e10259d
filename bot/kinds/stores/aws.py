"""AWS Secrets Manager, as a role of the client's own."""

from typing import cast

from pydantic import Field

from bot.kinds import kind
from bot.kinds.stores import store

_CHINA = "cn-"


class AwsSettings(kind.Settings):
    """The role that this client's runs take on, and what they take it on with."""

    region: str = Field(
        pattern=r"^[a-z]{2}(?:-[a-z]{1,12}){1,3}-[0-9]$",
        description="Where the secrets are, such as eu-central-1.",
    )
    role: str = Field(
        pattern=r"^arn:aws(?:-[a-z-]{1,12})?:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,200}$",
        description="The ARN of this client's role, which may read this client's secrets alone.",
    )
    external_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_+=,.@:/-]{2,200}$",
        description="Where the role's trust policy asks for one.",
    )
    credential: str = Field(
        description="Where the access key is that may take on the role, such as local://aws: "
        '{"access_key_id": …, "secret_access_key": …}.'
    )

    @property
    def tokens(self) -> str:
        """The host that lends roles."""
        return f"sts.{self.region}.{self._domain}"

    @property
    def secrets(self) -> str:
        """The host that has the secrets."""
        return f"secretsmanager.{self.region}.{self._domain}"

    @property
    def _domain(self) -> str:
        return "amazonaws.com.cn" if self.region.startswith(_CHINA) else "amazonaws.com"


def _hosts(settings: kind.Settings) -> tuple[str, ...]:
    checked = cast("AwsSettings", settings)
    return (checked.tokens, checked.secrets)


def _identity(settings: kind.Settings) -> str:
    return cast("AwsSettings", settings).role


def _by_hand(path: str, field: str) -> str:
    whole = f" (the whole JSON, with its {field} replaced)" if field else ""
    return (
        f"aws secretsmanager put-secret-value --secret-id {path} --secret-string file://FILE{whole}"
    )


STORE = store.Store(
    scheme="aws-sm",
    section="aws",
    label="AWS Secrets Manager",
    settings=AwsSettings,
    signs_in=("credential",),
    hosts=_hosts,
    identity=_identity,
    by_hand=_by_hand,
)
