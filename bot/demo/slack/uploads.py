"""The three steps of an upload: an address, the bytes, the completion."""

from bot.demo.slack import chat, core, files, records, rooms, shapes, workspace
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Impossible, Refusal
from bot.demo.slack.shapes import Json

ALT_CHARS = 1000
MAX_BYTES = 100 * 1024 * 1024
INPUT_BYTES = 10 * 1024 * 1024
"""Of one file in a file input."""


def upload_url(at: core.Core, args: Args) -> Json:
    """files.getUploadURLExternal: the first step."""
    args.need("filename", "length")
    if not at.space.rules.file_uploads:
        raise Refusal("file_uploads_disabled")
    if len(args.text("alt_txt")) > ALT_CHARS:
        raise Refusal("alt_txt_too_large")
    length = args.number("length", 0, low=1, high=2**31)
    if length > MAX_BYTES:
        raise Refusal("file_upload_size_restricted")
    file = records.File(
        id=at.space.fresh("F"),
        name=args.text("filename"),
        alt=args.text("alt_txt"),
        length=length,
        user=at.space.bot_user,
        created=int(at.clock.now().timestamp()),
    )
    at.space.files[file.id] = file
    return {"upload_url": f"{at.base}/upload/{file.id}", "file_id": file.id}


def complete(at: core.Core, args: Args) -> Json:
    """files.completeUploadExternal: the third step; the file is usable a little later."""
    args.need("files")
    wanted = shapes.objects(args.parsed("files"))
    found = [_uploaded(at, shapes.text(one, "id")) for one in wanted]
    channels = [args.text("channel_id"), *args.names("channels")]
    rooms_wanted = [rooms.writable(at, name) for name in dict.fromkeys(channels) if name]
    for one, file in zip(wanted, found, strict=True):
        file.title = shapes.text(one, "title") or file.name
        file.ready_at = at.clock.monotonic() + at.space.rules.file_ready_seconds
        at.changes.publish("file_uploaded", {"file": file.id, "name": file.name})
    for channel in rooms_wanted:
        _share(at, args, channel=channel, found=found)
    return {"files": [files.file_json(at, file) for file in found]}


def _share(
    at: core.Core, args: Args, *, channel: workspace.Channel, found: list[records.File]
) -> None:
    message = records.Message(
        ts="",
        channel=channel.id,
        user=at.space.bot_user,
        bot=True,
        thread_ts=args.text("thread_ts"),
        files=tuple(file.id for file in found),
    )
    said: Json = {"text": args.text("initial_comment") or " "}
    if args.has("blocks") and not args.has("initial_comment"):
        said["blocks"] = args.raw["blocks"]
    chat.content(at, Args(said), message=message)
    message.text = message.text.strip()
    message.ts = at.stamp()
    for file in found:
        file.shares.setdefault(channel.id, []).append(message.ts)
    chat.keep(at, message)


def receive(at: core.Core, name: str, *, content: bytes) -> None:
    """The second step: the bytes; refused where nobody asked for an address."""
    file = at.space.files.get(name)
    if file is None or file.content is not None:
        raise Refusal("file_not_found")
    if len(content) != file.length:
        raise Refusal("length_mismatch")
    file.content = content


def given(at: core.Core, user: str, *, name: str, content: bytes) -> Json:
    """A person puts a file into a file input; it is the app's to read once that is submitted."""
    if user not in at.space.people:
        raise Impossible(f"no person {user}")
    if not at.space.rules.file_uploads:
        raise Impossible("this workspace takes no files")
    if not name or not content:
        raise Impossible("a file has a name and is not empty")
    if len(content) > INPUT_BYTES:
        raise Impossible(f"{name} is over 10 MB")
    file = records.File(
        id=at.space.fresh("F"),
        name=name,
        length=len(content),
        user=user,
        content=content,
        created=int(at.clock.now().timestamp()),
        ready_at=at.clock.monotonic(),
    )
    at.space.files[file.id] = file
    return files.file_json(at, file)


def own(at: core.Core, user: str, *, names: object) -> list[Json]:
    """File objects for the ids that somebody put into a file input; only their own will do."""
    return [_own(at, user, name=name) for name in shapes.items(names)]


def _own(at: core.Core, user: str, *, name: object) -> Json:
    file = at.space.files.get(str(name))
    if file is None or file.deleted or file.user != user:
        raise Impossible(f"{user} has not uploaded {name}")
    return files.file_json(at, file)


def _uploaded(at: core.Core, name: str) -> records.File:
    file = at.space.files.get(name)
    if file is None or file.deleted or file.content is None:
        raise Refusal("file_not_found")
    if file.ready_at is not None or len(file.content) != file.length:
        raise Refusal("file_update_failed")
    return file
