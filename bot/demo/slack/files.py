"""files.info and files.delete; what a file looks like, and when it may be used."""

import mimetypes
from pathlib import PurePath

from bot.demo.slack import core, records, shapes
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json


def ready(at: core.Core, file: records.File) -> bool:
    """Whether Slack is done with looking at it."""
    return file.ready_at is not None and at.clock.monotonic() >= file.ready_at


def image_ready(at: core.Core, value: Json) -> bool:
    """Whether a ``slack_file`` object names an image that may be shown; by id or by its url."""
    name = shapes.text(value, "id") or shapes.text(value, "url").rpartition("/files/")[2]
    file = at.space.files.get(name.partition("/")[0])
    if len(value) != 1 or file is None or file.deleted or not ready(at, file):
        return False
    return _mime(file).removeprefix("image/") in {"png", "jpeg", "gif"}


def filetype(name: str) -> str:
    """What Slack calls a file's kind: the end of its name, in small letters."""
    return PurePath(name).suffix.lstrip(".").lower() or "binary"


def _mime(file: records.File) -> str:
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def file_json(at: core.Core, file: records.File) -> Json:
    """A file object; until it is ready it has neither a type nor an address."""
    told: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "user": file.user,
        "user_team": at.space.team_id,
        "size": file.length,
        "mode": "hosted",
        "editable": False,
        "is_external": False,
        "external_type": "",
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "is_public": any(not at.space.channels[channel].private for channel in file.shares),
        "mimetype": "",
        "filetype": "",
        "file_access": "visible",
    }
    if ready(at, file):
        address = f"{at.base}/files/{file.id}/{file.name}"
        told |= {
            "mimetype": _mime(file),
            "filetype": filetype(file.name),
            "pretty_type": filetype(file.name).upper(),
            "url_private": address,
            "url_private_download": address + "?download=1",
            "permalink": f"{at.base}/docs/{file.id}",
            "shares": _shares(at, file),
        }
        if file.alt:
            told["alt_txt"] = file.alt
    return told


def _shares(at: core.Core, file: records.File) -> Json:
    told: dict[str, Json] = {}
    for channel, stamps in file.shares.items():
        kind = "private" if at.space.channels[channel].private else "public"
        shown = [
            {"ts": ts, "channel_name": at.space.channels[channel].name, "reply_users_count": 0}
            for ts in stamps
        ]
        told.setdefault(kind, {})[channel] = shown
    return dict(told)


def _known(at: core.Core, args: Args) -> records.File:
    args.need("file")
    file = at.space.files.get(args.text("file"))
    if file is None or file.ready_at is None:
        raise Refusal("file_not_found")
    if file.deleted:
        raise Refusal("file_deleted")
    return file


def info(at: core.Core, args: Args) -> Json:
    """files.info."""
    file = _known(at, args)
    return {"file": file_json(at, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(at: core.Core, args: Args) -> Json:
    """files.delete."""
    _known(at, args).deleted = True
    return {}
