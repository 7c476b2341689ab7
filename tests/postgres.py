"""A real PostgreSQL server for the length of a test run: thrown away at the end, also when the run is killed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

REQUIRED = "ENISHI_REQUIRE_POSTGRES"
"""Where this is set (CI sets it), a missing server fails the tests instead of skipping them."""

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "log_min_messages": "panic",
}


class NoPostgres(Exception):
    """There is no PostgreSQL server program on this machine."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as: `initdb` and `postgres` refuse root."""

    uid: int
    gid: int
    prefix: tuple[str, ...]

    @classmethod
    def suitable(cls) -> Self:
        """Ourselves, or Debian's `postgres` when we are root. Raises NoPostgres where root finds no such account."""
        if os.geteuid() != 0:
            return cls(os.getuid(), os.getgid(), ())
        try:
            entry = pwd.getpwnam("postgres")
        except KeyError:
            raise NoPostgres("running as root, and there is no account 'postgres' to run the server as") from None
        return cls(entry.pw_uid, entry.pw_gid, ("runuser", "-u", "postgres", "--"))


def server_programs() -> Path:
    """The newest folder that holds both `initdb` and `postgres`. Raises NoPostgres."""
    on_path = [Path(found).resolve().parent for name in ("initdb", "pg_ctl") if (found := shutil.which(name))]
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    for folder in [*packaged, *on_path]:
        # A `pg_ctl` alone may belong to a client-only installation.
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return folder
    raise NoPostgres("no initdb and postgres on PATH or under /usr/lib/postgresql; install the package 'postgresql'")


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


class PostgresServer:
    """A server on a Unix socket in a folder of its own, without durability; it trusts whoever may open the socket."""

    def __init__(self) -> None:
        self._account = Account.suitable()
        self._programs = server_programs()
        self._folder = Path(tempfile.mkdtemp(prefix="enishi-pg-", dir=_searchable_folder()))
        os.chown(self._folder, self._account.uid, self._account.gid)
        self._data = self._folder / "data"
        self._guard: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def __enter__(self) -> Self:
        try:
            self._run(
                "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D", self._data
            )
            # The guard stands first: whatever ends this process from here on, the server ends with it.
            self._guard = self._stop_when_we_end()
            options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
            options += f" -c unix_socket_directories='{self._folder}'"
            self._run("pg_ctl", "-w", "-t", "60", "-D", self._data, "-o", options, "-l", self._folder / "log", "start")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its folder; done twice, the second does nothing."""
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait(timeout=60)
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of `database`, as `CDP_DATABASE_URL` takes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def process_id(self) -> int:
        """The server's own process, the parent of all its others."""
        return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])

    def create_database(self, *, template: str = "template0") -> str:
        """The name of a new database, empty or a copy of `template`."""
        self._databases += 1
        name = f"enishi_{self._databases}"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return name

    def drop_database(self, name: str) -> None:
        """Remove `name`, cutting off whoever is still connected."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def _command(self, program: str, *arguments: str | Path) -> list[str]:
        return [*self._account.prefix, str(self._programs / program), *map(str, arguments)]

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            self._command(program, *arguments),
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
        if done.returncode != 0:
            log = self._folder / "log"
            said = log.read_text(errors="replace") if log.exists() else ""
            raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace')} {said}")

    def _stop_when_we_end(self) -> "subprocess.Popen[bytes]":
        """A process that waits for the end of its standard input (the kernel's word that we are gone) and cleans up."""
        stop = self._command("pg_ctl", "-w", "-m", "immediate", "-D", self._data, "stop")
        return subprocess.Popen(
            ["sh", "-c", 'folder=$1; shift; read -r _; "$@"; rm -rf "$folder"', "guard", str(self._folder), *stop],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _searchable_folder() -> str:
    """A temporary folder whose parents every account may search."""
    for candidate in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - mkdtemp makes a private folder in it
        folder = Path(candidate).resolve()
        if all(place.stat().st_mode & 0o001 for place in [folder, *folder.parents]):
            return str(folder)
    return tempfile.gettempdir()
