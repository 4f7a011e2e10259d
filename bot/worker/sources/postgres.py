"""PostgreSQL through psycopg: each query in a read-only transaction of its own, over a cursor.

The server holds the rest of the wall: DECLARE CURSOR takes one SELECT that writes nothing, the
transaction may not write whatever its functions try, and the extended protocol takes no second
statement. Everything is set for the transaction alone, so that poolers may stand between. Nothing
of the machine takes part: no PG* variable, service or password file, client certificate.
"""

import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Timer
from zoneinfo import ZoneInfo

import certifi
import psycopg
from psycopg import pq

from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import readonly
from bot.kinds.postgres import PostgresSettings
from bot.kinds.typed import postgres as credential
from bot.worker.sources import base, postgrescells, postgreserrors, statement

parse_credential = credential.parse

_CONNECT_SECONDS = 15
_CANCEL_SECONDS = 2.0
_AGAIN_SECONDS = 0.05
_GRACE_SECONDS = 1.0
"""How long a server may take to end what it was told to, before its connection is cut."""
_SETTINGS = (
    "SELECT set_config('TimeZone', $1, true), set_config('statement_timeout', $2, true),"
    " set_config('application_name', $3, true)"
)
_WHO = "SELECT current_database(), current_user"
_PATH = "SELECT set_config('search_path', $1, true)"
_NAME = 63
"""As much as PostgreSQL keeps of an application_name; ids and names are ASCII."""


def open_source(access: base.Access) -> "Postgres":
    """Connect; raises RunError."""
    settings = PostgresSettings.model_validate(access.spec.settings)
    signed = access.signed(credential.Credential)
    _agree(access, settings, signed=signed)
    source = Postgres(access, settings, password=signed.password)
    source.connect()
    return source


def _agree(
    access: base.Access, settings: PostgresSettings, *, signed: credential.Credential
) -> None:
    """Refuse an address that leads elsewhere than the client's file, which the walls go by."""
    host = settings.host.casefold()
    wanted = (host, settings.port, settings.database, settings.user)
    given = (signed.host, signed.port, signed.database, signed.user)
    names = ("host", "port", "database", "user")
    for name, one, other in zip(names, given, wanted, strict=True):
        if one is not None and one != other:
            fault = f"its {name} is not the one in client.yaml"
            raise access.failed(FailureCode.CREDENTIAL_INVALID, fault=fault)


class Postgres:
    """One connection, one query at a time."""

    def __init__(self, access: base.Access, settings: PostgresSettings, *, password: str) -> None:
        self._access = access
        self._settings = settings
        self._password = password
        self._reading = Lock()
        self._idle = Event()
        self._idle.set()
        self._ending = Event()
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def connect(self) -> None:
        """Sign in; raises RunError."""
        with self._explained(None):
            self._connected()

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        _forget()
        settings, left = self._settings, self._access.deadline - time.monotonic()
        found = psycopg.connect(
            host=settings.host,
            port=settings.port,
            dbname=settings.database,
            user=settings.user,
            password=self._password,
            sslmode=settings.sslmode,
            sslrootcert=self._trusted(),
            sslcertmode="disable",
            passfile=os.devnull,
            gssencmode="disable",
            connect_timeout=max(2, min(_CONNECT_SECONDS, int(left))),
            keepalives_idle=20,
            tcp_user_timeout=60_000,
            application_name="reportops",
            prepare_threshold=None,  # a pooler may give each transaction another server
        )
        found.read_only = True
        return found

    def _trusted(self) -> str:
        ca = self._settings.ca
        if ca is None:
            return certifi.where()
        folder = self._access.folder.resolve()
        path = (folder / ca).resolve()
        if not path.is_file() or not path.is_relative_to(folder):
            fault = f"{ca} of the source {self._access.spec.name} is not in the client's folder"
            raise self._access.failed(FailureCode.CONFIGURATION, fault=fault)
        return str(path)

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        asked = statement.read(self._access, ask, dialect=readonly.POSTGRES)
        with self._reading, self._explained(ask):
            until = min(self._access.deadline, time.monotonic() + self._settings.timeout)
            with self._bounded(until):
                return base.Answer(table=self._table(ask, asked, until=until))

    def identity(self) -> report.Identity:
        """Ask which database this is, and who we are to it; raises RunError."""
        with self._reading, self._explained(None), self._connected().transaction():
            found = self._connected().execute(_WHO).fetchone() or ("", "")
        database, user = str(found[0]), str(found[1])
        host = self._settings.host
        return report.Identity(
            source=self._access.spec.name,
            name=database,
            account=f"{user}@{host}:{self._settings.port}/{database}",
            domain=host,
        )

    def stop(self) -> None:
        """End what is running at the server; where that does not answer, cut the connection."""
        if not self._idle.is_set():
            self._end()

    def close(self) -> None:
        """Close the connection once nothing reads."""
        with self._reading:
            if self._connection is not None:
                self._connection.close()

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        """The connection, made anew where the last one broke."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def _table(self, ask: base.Ask, asked: statement.Statement, *, until: float) -> base.Table:
        connection = self._connected()
        names = list(asked.bound)
        sql = asked.written(lambda name: f"${names.index(name) + 1}")
        with connection.transaction():
            self._settle(connection, until=until)
            with psycopg.RawServerCursor(connection, "reportops") as cursor:
                cursor.execute(sql.encode(), list(asked.bound.values()) or None)
                described = [(one.name, one.type_display) for one in cursor.description or ()]
                rows = cursor.fetchmany(base.MOST_ROWS + 1)
        if len(rows) > base.MOST_ROWS:
            fault = f"it has more than {base.MOST_ROWS} rows"
            raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault)
        try:
            return postgrescells.table(described, rows, zone=ZoneInfo(self._access.timezone))
        except ValueError as fault:
            code = FailureCode.RESULT_INVALID
            raise self._access.failed(code, about=ask, fault=str(fault)) from None

    def _settle(self, connection: psycopg.Connection[tuple[object, ...]], *, until: float) -> None:
        """Set what holds for this transaction."""
        access = self._access
        milliseconds = str(max(1, int((until - time.monotonic()) * 1000)))
        name = f"reportops {access.client}/{access.report} {access.run}"[:_NAME]
        with psycopg.RawCursor(connection) as cursor:
            cursor.execute(_SETTINGS, [access.timezone, milliseconds, name])
            if self._settings.search_path:
                cursor.execute(_PATH, [self._settings.search_path])

    @contextmanager
    def _bounded(self, until: float) -> Generator[None]:
        """End the query at its deadline, also where the server does not."""
        self._ending.clear()
        timer = Timer(max(0.0, until - time.monotonic()) + _GRACE_SECONDS, self._end)
        timer.daemon = True
        timer.start()
        self._idle.clear()
        try:
            yield
        finally:
            self._idle.set()
            timer.cancel()

    def _end(self) -> None:
        """Cancel over a second connection, and cut the first where that does not help."""
        self._ending.set()
        connection = self._connection
        if connection is None or connection.closed:
            return
        until = time.monotonic() + _GRACE_SECONDS
        while not self._idle.is_set() and time.monotonic() < until:
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=_CANCEL_SECONDS)
            self._idle.wait(_AGAIN_SECONDS)  # one that came ahead of its query did nothing
        if not self._idle.is_set():
            with suppress(OSError, psycopg.Error):
                _cut(connection.fileno())

    @contextmanager
    def _explained(self, ask: base.Ask | None) -> Generator[None]:
        try:
            yield
        except psycopg.Error as error:
            found = postgreserrors.explain(error)
            code = FailureCode.SOURCE_TIMEOUT if self._ending.is_set() else found.code
            fault = found.fault
            if code is FailureCode.CONFIGURATION:
                fault = f"{fault} of the source {self._access.spec.name}"
            raise self._access.failed(code, about=ask, said=found.said, fault=fault) from None


def _cut(file: int) -> None:
    """Shut the socket down under libpq, which then reads its end; its descriptor stays libpq's."""
    with socket.socket(fileno=os.dup(file)) as found:
        found.shutdown(socket.SHUT_RDWR)


def _forget() -> None:
    """Take every variable that libpq looks for out of this process's environment."""
    environment = os.environ  # noqa: TID251 - cleared, not read
    for option in pq.Conninfo.get_defaults():
        if option.envvar is not None:
            environment.pop(option.envvar.decode(), None)
    for name in ("PGSERVICEFILE", "PGSYSCONFDIR", "PGLOCALEDIR"):
        environment.pop(name, None)
