"""A query job of the BigQuery double: as it was asked for, and as the REST API writes it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from bot.demo import warehouse
from bot.demo.loopback import Json, Request


@dataclass(slots=True, kw_only=True)
class Job:
    """One query job as the double knows it."""

    id: str
    project: str
    location: str
    principal: str
    sql: str
    labels: Mapping[str, str]
    configuration: Json
    result: warehouse.Result | None = None
    error: Mapping[str, str] | None = None
    bytes: int = 0
    """What was billed."""
    polls: int = 0
    """How often its state was asked for."""
    cancelled: bool = False
    done: threading.Event = field(default_factory=threading.Event)


def wanted(request: Request, principal: str) -> Job:
    """Return the job that an insert asks for."""
    body = request.json()
    reference = cast("Mapping[str, str]", body.get("jobReference") or {})
    configuration = cast("Json", body["configuration"])
    query = cast("Json", configuration["query"])
    return Job(
        id=reference["jobId"],
        project=request.place["project"],
        location=reference.get("location", "US"),
        principal=principal,
        sql=str(query["query"]),
        labels=cast("Mapping[str, str]", configuration.get("labels") or {}),
        configuration=configuration,
    )


def parameters(query: Json) -> Mapping[str, object]:
    """Return a query's parameters as what DuckDB binds."""
    found: dict[str, object] = {}
    for one in cast("Sequence[Json]", query.get("queryParameters") or ()):
        kind = cast("Mapping[str, str]", one["parameterType"])["type"]
        value = cast("Mapping[str, str | None]", one.get("parameterValue") or {}).get("value")
        found[str(one["name"])] = warehouse.parameter(kind, value)
    return found


def error_of(job: Job) -> Mapping[str, str] | None:
    """Return why a job failed or was cancelled; None where it did not."""
    if job.cancelled:
        message = "Job execution was cancelled: User requested cancellation"
        return {"reason": "stopped", "message": message}
    return job.error


def resource(job: Job) -> Json:
    """Return the job as the REST API writes it."""
    is_done = job.done.is_set()
    status: dict[str, object] = {"state": "DONE" if is_done else "RUNNING"}
    if is_done and (error := error_of(job)) is not None:
        status |= {"errorResult": error, "errors": [error]}
    billed = str(job.bytes)
    return {
        "kind": "bigquery#job",
        "id": f"{job.project}:{job.location}.{job.id}",
        "jobReference": {"projectId": job.project, "jobId": job.id, "location": job.location},
        "configuration": job.configuration,
        "status": status,
        "statistics": {
            "creationTime": "1",
            "totalBytesProcessed": billed,
            "query": {
                "totalBytesProcessed": billed,
                "totalBytesBilled": billed,
                "statementType": "SELECT",
                "cacheHit": False,
            },
        },
        "user_email": job.principal,
    }
