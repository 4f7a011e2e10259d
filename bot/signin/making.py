"""A sign-in as the text that its kind of source reads (bot/kinds/typed)."""

import json
from datetime import datetime

from bot.signin.app import App
from bot.signin.flow import Flow, Grant
from bot.signin.platforms import GOOGLE


def text(flow: Flow, grant: Grant, *, app: App, proof: bool, made_at: datetime) -> str:
    """Return the credential. What is open in it (leaves.OPEN) tells its age and its end.

    ``proof``: Meta wants one with every call, which takes the app's secret along.
    """
    about = {"made_at": made_at.isoformat(timespec="seconds")}
    if grant.ends_at is not None:
        about["expires_at"] = grant.ends_at.isoformat()
    if not grant.refresh:
        needed = {"app_secret": app.secret} if proof else {}
        return json.dumps({"access_token": grant.access, **needed, **about})
    signed = {
        "client_id": app.id,
        "client_secret": app.secret,
        "refresh_token": grant.refresh,
        **about,
    }
    if flow.platform.name != GOOGLE:
        return json.dumps(signed)
    signed = {"type": "authorized_user", "token_uri": flow.tokens, **signed}
    if "google_ads" in flow.kinds:
        signed["developer_token"] = app.developer_token
    return json.dumps(signed)
