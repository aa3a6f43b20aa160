"""Starting the web server: this process owns the store, and watches over the web processes."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from typing import Final

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from plangraph.commits import Filled, fill
from plangraph.errors import BadInput, Refused, Unavailable
from plangraph.namespaces import compact
from plangraph.opening import environment, open_embedded, registered
from plangraph.owning import OWNER_VARIABLE, Owner
from plangraph.settings import Settings, environment_name, is_address, store_folder
from plangraph.store.remote import RemoteStore
from plangraph.terminal import say

# Else glibc keeps a heap for each thread and what was freed in it, and the memory of large bodies doesn't come back.
_MEMORY: Final = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    "MALLOC_TRIM_THRESHOLD_": "1000000",
}
# Connections at once to a web process, idle ones too.
_CONNECTIONS: Final = 1024
# A web process that two signals reach at once may not take either.
_STOP_SECONDS: Final = 5


class _Server(MPServer):
    """Granian, without its deadlock where a second signal arrives while it takes the first."""

    def signal_handler_interrupt(self, *args: object, **kwargs: object) -> None:
        if not self.interrupt_signal:
            super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


def run_server(settings: Settings, lang: str, *, empty: bool = False, open_writing: bool = False) -> None:
    """Serve until interrupted. ``open_writing`` lets everybody who reaches a loopback address write without a token.

    Raises ``Unavailable`` where the port is taken, ``StoreLocked`` where the store is.
    """
    for name, value in _MEMORY.items():
        os.environ.setdefault(name, value)
    zh = lang == "zh"
    port = _free_port(settings)
    open_writing = open_writing and _is_loopback(settings.host)
    with contextlib.ExitStack() as stack:
        if is_address(settings.store):
            owner = stack.enter_context(_owner_elsewhere(settings, zh, empty, open_writing))
        else:
            store, filled = open_embedded(settings, empty=empty)
            _tell_filled(filled, str(store_folder(settings)), zh)
            owner = stack.enter_context(Owner(store, settings, open_writing=open_writing))
        address = f"http://{_in_address(settings.host)}:{port}"
        if not is_address(settings.store):
            stack.enter_context(registered(settings, address, owner.address))
        os.environ.update(environment(settings))
        os.environ[environment_name("port")] = str(port)
        os.environ[OWNER_VARIABLE] = str(owner.address)
        say(f"正在提供服务：{address}（按 Ctrl+C 停止）" if zh else f"Serving at {address} (Ctrl+C stops it)")
        _run(settings, port)


def _owner_elsewhere(settings: Settings, zh: bool, empty: bool, open_writing: bool) -> Owner:
    """The owner for a store behind an address, which need not be there yet; an empty one is filled unless ``empty``."""
    store = RemoteStore.of(settings, "zh" if zh else "en")

    def first() -> None:
        try:
            if not empty and store.is_empty():
                _tell_filled(fill(store), store.address, zh)
        except (BadInput, Refused) as failure:
            say(
                f"{store.address} 是空的，且不让写入随附数据：{failure.zh}"
                if zh
                else f"{store.address} is empty, and doesn't take the shipped data: {failure.en}"
            )

    owner = Owner(store, settings, open_writing=open_writing, first=first)
    if owner.away is not None:
        say(
            f"{owner.away.zh} 服务照常启动，该引擎恢复后自动可用。"
            if zh
            else f"{owner.away.en} The server starts all the same, and works as soon as that engine is there."
        )
    return owner


def _tell_filled(filled: Filled, place: str, zh: bool) -> None:
    if filled.written:
        say(f"已将随附数据写入 {place}。" if zh else f"The shipped data are now in {place}.")
    for graph in filled.kept:
        name = compact(graph)
        say(
            f"{name} 在本机有改动，保留原样，未更新为新版数据。"
            if zh
            else f"{name} was changed here: it stays as it is, and isn't brought up to the new release."
        )


def _run(settings: Settings, port: int) -> None:
    server = _Server(
        "plangraph.web:served",
        factory=True,
        address=settings.host,
        port=port,
        interface=Interfaces.RSGI,
        workers=settings.workers,
        backpressure=_CONNECTIONS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
    )
    try:
        server.serve()
    except SystemExit as end:
        if end.code:
            raise Unavailable(
                "网页进程无法启动，原因见上。", "The web processes don't start; the reason stands above."
            ) from None


def _free_port(settings: Settings) -> int:
    """The port to listen on; for 0 one that is free."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            raise Unavailable(
                f"无法监听 {settings.host} 的端口 {settings.port}（{fault.strerror}）。请用 --port 指定另一个端口。",
                f"Port {settings.port} of {settings.host} can't be listened on ({fault.strerror}). "
                "Give another with --port.",
            ) from None
        return int(probe.getsockname()[1])


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_address(host: str) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - shown, not bound
    return f"[{shown}]" if ":" in shown else shown
