"""A local double of BigQuery's REST API, for Google's own client library.

    with google.GoogleDouble() as accounts, bigquery.BigQueryDouble(accounts) as warehouse:
        warehouse.load("p", "shop", "orders", "SELECT 1 AS id, 9.5 AS total")
        warehouse.fail(bigquery.BUSY, times=2)
        ... reach it with BIGQUERY_EMULATOR_HOST=warehouse.url ...
        warehouse.jobs[0].labels

It lets nobody in whose bearer token the sign-in double does not know now, or whose projects do not
include the one that is asked. A failed statement fails its job, as at Google; requests fail with
HTTP errors.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from bot.demo import google, queryjob, warehouse
from bot.demo.loopback import Double, Json, Reply, Request

_STATUSES: Mapping[str, int] = {
    "accessDenied": 403,
    "notFound": 404,
    "duplicate": 409,
    "backendError": 503,
    "internalError": 500,
    "bytesBilledLimitExceeded": 400,
    "rateLimitExceeded": 403,
    "quotaExceeded": 403,
    "stopped": 499,
    "authError": 401,
}
"""Reason → HTTP status; 400 for the rest."""
_POLL_SECONDS = 10.0

Call = Literal["insert", "get", "results", "dataset", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a request is answered instead."""

    reason: str
    message: str
    status: int | None = None
    """None: as the reason has it."""
    stored: bool = False
    """The request is carried out first: the answer lies, as a broken connection would."""
    retry_after: str = ""
    """The header of that name, where it is not empty."""


UNAVAILABLE = Fault(reason="backendError", message="Error encountered during execution.")
BUSY = Fault(reason="rateLimitExceeded", message="Exceeded rate limits: too many requests.")
QUOTA = Fault(reason="quotaExceeded", message="Quota exceeded: query bytes per day.")
FORBIDDEN = Fault(reason="accessDenied", message="Access Denied: no bigquery.jobs.create.")
LOST = Fault(reason="backendError", message="The answer was lost.", stored=True)


class BigQueryDouble(Double):
    """The endpoints that google-cloud-bigquery calls for queries."""

    def __init__(self, accounts: google.GoogleDouble) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._warehouse = warehouse.Warehouse()
        self._faults: list[tuple[Call, Fault]] = []
        self._slow = 0.0
        self._cut = False
        self._punctual = True
        self._jobs: dict[tuple[str, str], queryjob.Job] = {}
        base = "/bigquery/v2/projects/(?P<project>[^/]+)"
        job = f"{base}/jobs/(?P<job>[^/]+)"
        super().__init__(
            [
                ("POST", f"{base}/jobs", self._insert),
                ("GET", job, self._get),
                ("POST", f"{job}/cancel", self._cancel),
                ("GET", f"{base}/queries/(?P<job>[^/]+)", self._results),
                ("GET", f"{base}/datasets/(?P<dataset>[^/]+)", self._dataset),
                ("GET", "/bigquery/v2/projects", self._listed),
            ]
        )

    def stop(self) -> None:
        """End what runs and let go of the port."""
        for job in self.jobs:
            job.done.set()
        super().stop()
        self._warehouse.close()

    @property
    def jobs(self) -> Sequence[queryjob.Job]:
        """Every job, in the order they came."""
        with self._lock:
            return tuple(self._jobs.values())

    def load(self, *named: str) -> None:
        """``load(project, dataset, table, sql)``: (re)place a table; the SELECT is DuckDB's."""
        project, dataset, table, sql = named
        self._warehouse.load((project, dataset, table), sql)

    def fail(self, fault: Fault, *, times: int = 1, call: Call = "any") -> None:
        """Answer the next requests of a kind with a fault."""
        with self._lock:
            self._faults.extend((call, fault) for _ in range(times))

    def heal(self) -> None:
        """Forget faults that have not come yet, slowness and a cut."""
        with self._lock:
            self._cut = False
            self._faults.clear()
            self._slow = 0.0

    def cut(self) -> None:
        """Answer every request as a service that is down, until ``heal``."""
        with self._lock:
            self._cut = True

    def slow(self, seconds: float, *, punctual: bool = True) -> None:
        """Let every new job take so long, unless it is cancelled before. Not ``punctual``: jobs
        outlast their own jobTimeoutMs, which Google promises to try only.
        """
        with self._lock:
            self._slow = seconds
            self._punctual = punctual

    def _insert(self, request: Request) -> Reply:
        fault = self._due("insert")
        if fault is not None and not fault.stored:
            return _faulty(fault)
        refused, principal = self._admitted(request)
        if refused is not None:
            return refused
        job = queryjob.wanted(request, principal)
        if job.configuration.get("dryRun"):
            return self._tried(job)
        with self._lock:
            if (job.project, job.id) in self._jobs:
                return _failed("duplicate", f"Already Exists: Job {job.project}:EU.{job.id}")
            self._jobs[job.project, job.id] = job
            slow = self._slow
        if slow:
            threading.Thread(target=self._execute, args=(job, slow), daemon=True).start()
        else:
            self._execute(job, 0.0)
        if fault is not None:
            return _faulty(fault)
        return Reply(body=queryjob.resource(job))

    def _tried(self, job: queryjob.Job) -> Reply:
        """A dry run: what would be read, or why it cannot be; it is no job afterwards."""
        try:
            job.bytes = self._prepared(job).bytes
        except warehouse.Invalid as error:
            return _failed(error.reason, error.message)
        job.done.set()
        return Reply(body=queryjob.resource(job))

    def _get(self, request: Request) -> Reply:
        job = self._found(request, "get")
        if isinstance(job, Reply):
            return job
        job.polls += 1
        return Reply(body=queryjob.resource(job))

    def _cancel(self, request: Request) -> Reply:
        job = self._found(request, "any")
        if isinstance(job, Reply):
            return job
        if not job.done.is_set():
            job.cancelled = True
            job.done.set()
        return Reply(body={"kind": "bigquery#jobCancelResponse", "job": queryjob.resource(job)})

    def _results(self, request: Request) -> Reply:
        job = self._found(request, "results")
        if isinstance(job, Reply):
            return job
        wait = min(int(request.query.get("timeoutMs", "10000")) / 1000, _POLL_SECONDS)
        reference = {"projectId": job.project, "jobId": job.id, "location": job.location}
        if not job.done.wait(wait):
            return Reply(body={"jobComplete": False, "jobReference": reference})
        if (error := queryjob.error_of(job)) is not None:
            return _failed(error["reason"], error["message"])
        result = job.result or warehouse.Result(fields=(), rows=())
        first = int(request.query.get("pageToken", request.query.get("startIndex", "0")))
        most = int(request.query.get("maxResults", str(len(result.rows))))
        body: dict[str, object] = {
            "kind": "bigquery#getQueryResultsResponse",
            "jobComplete": True,
            "jobReference": reference,
            "schema": {"fields": result.fields},
            "totalRows": str(len(result.rows)),
            "rows": result.rows[first : first + most],
            "totalBytesProcessed": str(job.bytes),
        }
        if first + most < len(result.rows):
            body["pageToken"] = str(first + most)
        return Reply(body=body)

    def _dataset(self, request: Request) -> Reply:
        fault = self._due("dataset")
        if fault is not None:
            return _faulty(fault)
        refused, _ = self._admitted(request)
        if refused is not None:
            return refused
        place = {"projectId": request.place["project"], "datasetId": request.place["dataset"]}
        if not self._warehouse.has(place["projectId"], place["datasetId"]):
            return _failed("notFound", f"Not found: Dataset {':'.join(place.values())}")
        return Reply(body={"kind": "bigquery#dataset", "datasetReference": place, "location": "EU"})

    def _listed(self, request: Request) -> Reply:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        who = self._accounts.principal(token)
        if who is None:
            return _failed("authError", "Request had invalid authentication credentials.")
        projects = [{"projectReference": {"projectId": one}} for one in sorted(who.projects)]
        return Reply(body={"kind": "bigquery#projectList", "projects": projects})

    def _found(self, request: Request, call: Call) -> queryjob.Job | Reply:
        fault = self._due(call)
        if fault is not None:
            return _faulty(fault)
        refused, _ = self._admitted(request)
        if refused is not None:
            return refused
        with self._lock:
            job = self._jobs.get((request.place["project"], request.place["job"]))
        if job is None or request.query.get("location", job.location) != job.location:
            return _failed("notFound", f"Not found: Job {request.place['job']}")
        return job

    def _due(self, call: Call) -> Fault | None:
        with self._lock:
            if self._cut:
                return UNAVAILABLE
            for index, (wanted, fault) in enumerate(self._faults):
                if wanted in {call, "any"}:
                    del self._faults[index]
                    return fault
        return None

    def _admitted(self, request: Request) -> tuple[Reply | None, str]:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        principal = self._accounts.principal(token)
        if principal is None:
            words = "Request had invalid authentication credentials."
            return _failed("authError", words), ""
        project = request.place["project"]
        if project not in principal.projects:
            words = f"Access Denied: Project {project}: no permission bigquery.jobs.create"
            return _failed("accessDenied", words), ""
        return None, principal.email

    def _execute(self, job: queryjob.Job, seconds: float) -> None:
        asked = int(str(job.configuration.get("jobTimeoutMs", "600000"))) / 1000
        limit = asked if self._punctual else seconds
        try:
            if seconds and job.done.wait(min(seconds, limit)):
                return
            self._query(job, is_late=seconds > limit)
        except warehouse.Invalid as error:
            job.error = {"reason": error.reason, "message": error.message}
        finally:
            job.done.set()

    def _query(self, job: queryjob.Job, *, is_late: bool) -> None:
        if is_late:
            raise warehouse.Invalid("stopped", "Job execution was cancelled: Job timed out")
        query = cast("Json", job.configuration["query"])
        prepared = self._prepared(job)
        most = query.get("maximumBytesBilled")
        if most is not None and prepared.bytes > int(str(most)):
            words = f"Query exceeded limit for bytes billed: {most}. {prepared.bytes} or higher"
            raise warehouse.Invalid("bytesBilledLimitExceeded", f"{words} required.")
        properties = cast("Sequence[Mapping[str, str]]", query.get("connectionProperties") or ())
        zones = [one["value"] for one in properties if one["key"] == "time_zone"]
        job.result = self._warehouse.run(
            prepared, queryjob.parameters(query), zone=zones[0] if zones else "UTC"
        )
        job.bytes = prepared.bytes

    def _prepared(self, job: queryjob.Job) -> warehouse.Prepared:
        """The statement, of tables that whoever asks may read; raises warehouse.Invalid."""
        query = cast("Json", job.configuration["query"])
        dataset = cast("Mapping[str, str]", query.get("defaultDataset") or {})
        prepared = self._warehouse.prepare(
            job.sql,
            project=dataset.get("projectId", job.project),
            dataset=dataset.get("datasetId"),
        )
        for project in {named[0] for named in prepared.tables} - self._projects(job):
            words = f"Access Denied: Table in {project}: User does not have permission to query"
            raise warehouse.Invalid("accessDenied", words)
        return prepared

    def _projects(self, job: queryjob.Job) -> frozenset[str]:
        return self._accounts.projects(job.principal)


def _faulty(fault: Fault) -> Reply:
    answer = _failed(fault.reason, fault.message, status=fault.status)
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    return replace(answer, headers=headers)


def _failed(reason: str, message: str, *, status: int | None = None) -> Reply:
    code = status or _STATUSES.get(reason, 400)
    detail = {"reason": reason, "message": message, "domain": "global"}
    return Reply(
        status=code, body={"error": {"code": code, "message": message, "errors": [detail]}}
    )
