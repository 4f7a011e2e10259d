"""A local double of Snowflake's REST API, for its own connector.

    with snowflake.SnowflakeDouble() as account:
        key = account.user("REPORTS", "private_key")
        account.load("orders", "SELECT 1 AS id, 9.5 AS total")
        ... host=127.0.0.1, port=…, protocol=http ...
        account.queries[0].tag

It lets nobody in whose key pair's JWT, token or password it does not know now. Sessions expire and
are renewed as at Snowflake; a query that is slow ends at the session's statement timeout, when it
is aborted, or when it is done.
"""

import secrets
import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import Literal, cast

from bot.demo import snowflakequery, snowflakesql, snowflakeusers
from bot.demo.loopback import Double, Json, Reply, Request

_ASYNC = "333334"
_EXPIRED = "390112"
_ENDED = "390111"


class SnowflakeDouble(Double):
    """The endpoints that snowflake-connector-python calls for queries."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine = snowflakesql.Engine()
        self._users = snowflakeusers.Users()
        self._sessions: dict[str, snowflakequery.Session] = {}
        self._queries: dict[str, snowflakequery.Query] = {}
        self._slow = 0.0
        self._broken = 0
        self._cut = False
        self._took = (0, "X-Small")
        self._is_hidden = False
        self.logins = 0
        """How often somebody was let in."""
        query = "(?P<query>[^/]+)"
        super().__init__(
            [
                ("POST", "/session/v1/login-request", self._login),
                ("POST", "/session/token-request", self._renew),
                ("POST", "/session", _logged_out),
                ("POST", "/queries/v1/query-request", self._begin),
                ("GET", f"/monitoring/queries/+{query}", self._status),
                ("GET", f"/queries/{query}/result", self._result),
                ("POST", f"/queries/{query}/abort-request", self._abort),
                ("POST", "/queries/v1/abort-request", self._abort),
            ]
        )

    def stop(self) -> None:
        """End what runs and let go of the port."""
        for query in self.queries:
            query.done.set()
        super().stop()
        self._engine.close()

    @property
    def queries(self) -> Sequence[snowflakequery.Query]:
        """Every query, in the order they came."""
        with self._lock:
            return tuple(self._queries.values())

    def user(self, name: str, method: snowflakeusers.Method) -> dict[str, str]:
        """Return the JSON of a new credential of a user."""
        return self._users.credential(name, method)

    def revoke(self, name: str) -> None:
        """Let a user in no more."""
        self._users.revoke(name)

    def load(self, name: str, sql: str) -> None:
        """(Re)place a table; the SELECT is DuckDB's."""
        self._engine.load(name, sql)

    def slow(self, seconds: float) -> None:
        """Let every new query take so long, unless it is ended before."""
        with self._lock:
            self._slow = seconds

    def takes(self, milliseconds: int, size: str) -> None:
        """Let the history say that each new query took so much of a warehouse of this size."""
        with self._lock:
            self._took = (milliseconds, size)

    def hide_history(self) -> None:
        """Refuse to tell a session what it did."""
        with self._lock:
            self._is_hidden = True

    def fail(self, times: int) -> None:
        """Answer the next requests as a service that is overloaded (503)."""
        with self._lock:
            self._broken = times

    def cut(self) -> None:
        """Answer every request as a service that is down."""
        with self._lock:
            self._cut = True

    def expire_sessions(self) -> None:
        """Make every session's token worth nothing; its master token renews it."""
        with self._lock:
            for session in self._sessions.values():
                session.token = secrets.token_hex(16)

    def end_sessions(self) -> None:
        """Forget every session."""
        with self._lock:
            self._sessions.clear()

    def _login(self, request: Request) -> Reply:
        if self._is_down():
            return Reply(status=503)
        asked = cast("Json", request.json()["data"])
        refused = self._users.refuse(asked)
        if refused is not None:
            return _failed(refused)
        given = cast("Mapping[str, object]", asked.get("SESSION_PARAMETERS") or {})
        session = snowflakequery.Session(
            token=secrets.token_hex(16),
            master=secrets.token_hex(16),
            user=str(asked["LOGIN_NAME"]).upper(),
            parameters={name: str(value) for name, value in given.items()},
        )
        with self._lock:
            self._sessions[session.master] = session
            self.logins += 1
        told = {"databaseName": "SHOP", "schemaName": "PUBLIC", "warehouseName": "W"}
        return _told(
            {
                **_tokens(session),
                "sessionId": 1,
                "displayUserName": session.user,
                "parameters": [],
                "sessionInfo": {**told, "roleName": "REPORTER"},
            }
        )

    def _renew(self, request: Request) -> Reply:
        with self._lock:
            session = self._sessions.get(_token(request))
        if session is None:
            return _failed((_ENDED, "08001", "Session no longer exists. New login required."))
        return _told({**_tokens(session), "sessionToken": session.token, "sessionId": 1})

    def _begin(self, request: Request) -> Reply:
        session = self._session(request)
        if isinstance(session, Reply):
            return session
        asked = request.json()
        query = snowflakequery.Query(
            id=str(uuid.uuid4()),
            asked=asked,
            session=session,
        )
        with self._lock:
            query.took, query.size = self._took
            self._queries[query.id] = query
            slow = self._slow
        if slow:
            threading.Thread(target=self._execute, args=(query, slow), daemon=True).start()
        else:
            self._execute(query, 0.0)
        if not asked.get("asyncExec"):
            query.done.wait()
            return _rows(query)
        told = {"queryId": query.id, "getResultUrl": f"/queries/{query.id}/result"}
        return _told({**told, "queryAbortsAfterSecs": 300, "progressDesc": None}, code=_ASYNC)

    def _execute(self, query: snowflakequery.Query, seconds: float) -> None:
        given = query.session.parameters
        most = float(given.get("STATEMENT_TIMEOUT_IN_SECONDS", "172800"))
        try:
            if seconds and query.done.wait(min(seconds, most)):
                return
            if seconds > most:
                message = f"Statement reached its statement timeout of {most:.0f} second(s)."
                query.error = snowflakesql.Invalid("000630", "57014", message)
            else:
                zone = given.get("TIMEZONE", "America/Los_Angeles")
                query.result = self._engine.run(self._sql(query), query.bound, zone=zone)
        except snowflakesql.Invalid as error:
            query.error = error
        finally:
            query.done.set()

    def _sql(self, query: snowflakequery.Query) -> str:
        if not snowflakequery.asks_history(query.sql):
            return query.sql
        if self._is_hidden:
            message = "SQL access control error: Insufficient privileges"
            raise snowflakesql.Invalid("003001", "42501", message)
        own = [one for one in self.queries if one.session is query.session]
        return snowflakequery.with_history(query.sql, own)

    def _status(self, request: Request) -> Reply:
        query = self._found(request)
        if isinstance(query, Reply):
            return query
        status: Literal["RUNNING", "FAILED_WITH_ERROR", "SUCCESS"] = "RUNNING"
        if query.done.is_set():
            status = "SUCCESS" if query.result is not None else "FAILED_WITH_ERROR"
        told: dict[str, object] = {"id": query.id, "status": status}
        if query.error is not None:
            told |= {"errorCode": query.error.code, "errorMessage": query.error.message}
        return _told({"queries": [told]})

    def _result(self, request: Request) -> Reply:
        query = self._found(request)
        if isinstance(query, Reply):
            return query
        query.done.wait()
        return _rows(query)

    def _abort(self, request: Request) -> Reply:
        named = request.place.get("query") or str(request.json().get("queryId"))
        with self._lock:
            query = self._queries.get(named)
        if query is not None and not query.done.is_set():
            query.aborted = True
            query.error = snowflakesql.Invalid("000604", "57014", "SQL execution canceled")
            query.done.set()
        return _told({})

    def _found(self, request: Request) -> snowflakequery.Query | Reply:
        session = self._session(request)
        if isinstance(session, Reply):
            return session
        with self._lock:
            query = self._queries.get(request.place["query"])
        return query or _failed(("612", "02000", "Result for query is gone"))

    def _session(self, request: Request) -> snowflakequery.Session | Reply:
        if self._is_down():
            return Reply(status=503)
        token = _token(request)
        with self._lock:
            found = (one for one in self._sessions.values() if one.token == token)
            session = next(found, None)
            is_known = bool(self._sessions)
        if session is None:
            code = _EXPIRED if is_known else _ENDED
            return _failed((code, "08001", "The session has expired, or exists no longer."))
        return session

    def _is_down(self) -> bool:
        with self._lock:
            is_down = self._cut or self._broken > 0
            self._broken = max(0, self._broken - 1)
        return is_down


def _logged_out(_request: Request) -> Reply:
    return _told({})


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").partition('"')[2].rstrip('"')


def _tokens(session: snowflakequery.Session) -> Json:
    return {
        "token": session.token,
        "masterToken": session.master,
        "validityInSeconds": 3600,
        "validityInSecondsST": 3600,
        "validityInSecondsMT": 14400,
        "masterValidityInSeconds": 14400,
    }


def _rows(query: snowflakequery.Query) -> Reply:
    if query.error is not None:
        told = {"queryId": query.id, "errorCode": query.error.code}
        return _failed((query.error.code, query.error.state, query.error.message), **told)
    result = query.result or snowflakesql.Result(types=(), rows=())
    return _told(
        {
            "queryId": query.id,
            "queryResultFormat": "json",
            "rowtype": result.types,
            "rowset": result.rows,
            "total": len(result.rows),
            "returned": len(result.rows),
            "parameters": [],
            "statementTypeId": 4096,
            "version": 1,
        }
    )


def _told(data: Json, *, code: str | None = None) -> Reply:
    return Reply(body={"success": True, "code": code, "message": None, "data": data})


def _failed(refusal: snowflakeusers.Refusal, **data: str) -> Reply:
    code, state, message = refusal
    told = {"sqlState": state, **data}
    return Reply(body={"success": False, "code": code, "message": message, "data": told})
