"""What is left undone, as the database says it."""

from collections.abc import Iterator
from datetime import datetime

from tests.chaos import world

_UNFINISHED = "status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled')"
_UNDONE = {
    "run": f"""
SELECT id, client, scheduled_for, status, attempts, next_attempt_at, hold
FROM runs WHERE {_UNFINISHED}
""",
    "message": """
SELECT key, state, version, shown, tries, error, not_before FROM deliveries
WHERE state IN ('pending', 'posting', 'unknown') OR (state = 'posted' AND shown < version)
""",
    "incident": "SELECT id, client, cause, version, acted FROM incidents WHERE status = 'open'",
    "outage": "SELECT id, shared, version, acted FROM outages WHERE status = 'open'",
    "request": "SELECT * FROM inbox WHERE done_at IS NULL",
    "word": "SELECT id, client, unsaid FROM runs WHERE unsaid IS NOT NULL",
}
_WAKES = f"""
SELECT next_attempt_at FROM runs WHERE status = 'queued' AND next_attempt_at IS NOT NULL
UNION SELECT not_before FROM deliveries
  WHERE state IN ('pending', 'unknown') AND not_before IS NOT NULL
UNION SELECT deliver_by FROM runs WHERE deliver_by IS NOT NULL AND {_UNFINISHED}
"""
_AT_WORK = """
SELECT 1 FROM runs WHERE status = 'running' OR (status = 'queued' AND next_attempt_at <= ?)
UNION SELECT 1 FROM inbox WHERE done_at IS NULL
"""
_MOVING = f"SELECT 1 FROM runs WHERE status != 'failed' AND {_UNFINISHED}"
_FAILED = "SELECT id FROM runs WHERE status = 'failed'"
_TRIED = """
SELECT attempts, status FROM runs WHERE client = ? AND trigger = 'scheduled'
ORDER BY scheduled_for DESC LIMIT 1
"""


def undone(on: world.World) -> Iterator[str]:
    """Everything that is still to come to an end, in words."""
    for what, sql in _UNDONE.items():
        for row in on.rows(sql):
            yield f"{what} {row} is not settled"


def accepted(on: world.World) -> bool:
    """Whether a request was accepted that is not done."""
    return bool(on.rows(_UNDONE["request"]))


def at_work(on: world.World, now: datetime) -> bool:
    """Whether the bot does something that takes real time; its clock may wait for that."""
    return bool(on.rows(_AT_WORK, f"{now:%Y-%m-%dT%H:%M:%S.%fZ}"))


def stopped(on: world.World) -> bool:
    """Whether nothing moves any more by itself."""
    return not on.rows(_MOVING)


def failed(on: world.World) -> Iterator[str]:
    """The runs that wait for a person."""
    return (run for (run,) in on.rows(_FAILED))


def tried(on: world.World, number: int) -> tuple[int, str]:
    """How often a client's newest run was tried, and where it stands."""
    for attempts, status in on.rows(_TRIED, world.name(number)):
        return int(attempts), status
    return 0, ""


def ahead(on: world.World, now: datetime) -> list[datetime]:
    """The instants to come at which the bot wants to do something."""
    wanted = (datetime.fromisoformat(at) for (at,) in on.rows(_WAKES))
    return [at for at in wanted if at > now]
