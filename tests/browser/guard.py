"""What goes wrong on a page without anybody seeing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, Route


@dataclass
class Guard:
    """What went wrong behind a page. A test that provokes an answer of some status says so in ``expected``."""

    site: str
    expected: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Watch every page of ``context``, and let none of them leave the site."""
        context.route("**/*", self._route)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _route(self, route: Route) -> None:
        address = route.request.url
        if address.startswith(self.site + "/") or urlsplit(address).scheme in ("data", "blob"):
            route.continue_()
        else:
            self.faults.append(f"off-site request: {address}")
            route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        # An answer with an error status is told of here too; `_response` judges it.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # Downloads and cancelled queries end as aborted requests.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"failed request: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status}: {response.url}")
