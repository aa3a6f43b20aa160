"""Real engines for the tests, each in a folder of its own, on loopback, stopped by its process id."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path

from rdflib import Literal

from plangraph.store.base import Quad
from plangraph.store.remote.literals import text_of, written

WRITTEN = "http://written.example/"
"""How the names of the graphs begin that tests write; they are gone after each test."""

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
VIRTUOSO = shutil.which("virtuoso-t")
ISQL = shutil.which("isql-vt")
_INI = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 2000
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 0
CaseMode = 2
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
MaxQueryMem = 1G
DirsAllowed = {folder}
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 60
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One engine. ``address`` is where it takes queries; ``start`` and ``stop`` may be called again and again."""

    def __init__(self, command: Sequence[str], address: str, folder: Path) -> None:
        self.address = address
        self._command = list(command)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(self._command, cwd=self._folder, stdout=output, stderr=output)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.address + "?query=ASK%7B%7D", timeout=5).read()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError((self._folder / "output.txt").read_text(errors="replace"))

    def update(self, text: str) -> None:
        """What an administrator does by hand, past the adapter."""
        address = self.address.replace("/query", "/update")
        request = urllib.request.Request(address, text.encode(), {"Content-Type": "application/sparql-update"})
        urllib.request.urlopen(request, timeout=60).read()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def oxigraph(folder: Path, *options: str) -> Server:
    """Oxigraph's own server. Its data are in ``folder``, so they outlive a stop."""
    port = free_port()
    command = [str(OXIGRAPH), "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}", *options]
    return Server(command, f"http://127.0.0.1:{port}/query", folder)


class Virtuoso(Server):
    """Virtuoso 7 with a database of its own; its data can be loaded in bulk."""

    def __init__(self, folder: Path) -> None:
        self._sql = free_port()
        http = free_port()
        ini = folder / "virtuoso.ini"
        ini.write_text(_INI.format(folder=folder, sql=self._sql, http=http), encoding="utf-8")
        super().__init__(
            [str(VIRTUOSO), "+foreground", "+configfile", str(ini)], f"http://127.0.0.1:{http}/sparql", folder
        )

    def sql(self, statements: str) -> None:
        """Run SQL as the administrator."""
        command = [str(ISQL), f"127.0.0.1:{self._sql}", "dba", "dba", f"exec={statements}"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    def allow_updates(self) -> None:
        self.sql('GRANT SPARQL_UPDATE TO "SPARQL";')

    def load(self, quads: Iterable[Quad]) -> None:
        """What a change would write, without its many requests."""
        path = self._folder / "load.nq"
        with path.open("w", encoding="utf-8") as out:
            for quad in quads:
                terms = [text_of(written(t) if isinstance(t, Literal) else t) for t in quad]  # type: ignore[arg-type]
                out.write(" ".join(terms) + " .\n")
        self.sql(f"DB.DBA.TTLP_MT(file_to_string_output('{path}'), '', 'http://none.example/', 512); checkpoint;")
