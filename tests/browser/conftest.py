"""A browser on the real application: the server, the browser's own settings, and a guard over every page."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from guard import Guard
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.serving import make_server

from engines import oxigraph
from plangraph.attached import source_folder
from plangraph.settings import Settings
from plangraph.web import create_app
from plangraph.web.service import open_service
from real_server import serving
from shipped_service import snapshot  # noqa: F401

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# The background requests of the browser itself would be the only ones to leave this machine.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# A validation needs some seconds where tests share a machine.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one, else the one that Playwright installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return {**browser_type_launch_args, "args": QUIET, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desktop window of a reader of Chinese."""
    return {**browser_context_args, "locale": "zh-CN", "viewport": {"width": 1360, "height": 900}}


LOCAL, REMOTE = "local store", "remote store"
# What runs on a remote store every time; all else does in the long run of tests.
HANDFUL = {
    "test_explore_page.py": {
        "test_starts_from_the_plan_with_its_goals_and_domains",
        "test_a_path_tells_hops_and_why_they_hold",
    },
    "test_sparql_page.py": {"test_a_question_from_the_list_runs", "test_a_fault_is_told_with_its_place"},
    "test_source_text.py": {"test_the_whole_text_with_what_the_graph_knows_of_it"},
    "test_validate_page.py": {"test_the_faulty_example_is_explained_thing_by_thing"},
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as long what runs on a remote store, but for a handful."""
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent:
            wanted = item.originalname in HANDFUL.get(item.path.name, ())
            remote = hasattr(item, "callspec") and item.callspec.params.get("site") == REMOTE
            if remote and not wanted:
                item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", params=[LOCAL, REMOTE])
def site(request: pytest.FixtureRequest) -> str:
    """The address of the application on the shipped data, served on a free port as long as the tests run."""
    kind = "local_site" if request.param == LOCAL else "remote_site"
    return str(request.getfixturevalue(kind))


@pytest.fixture(scope="session")
def remote_site(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    """The application as it is started for a remote engine, which it fills with the shipped data."""
    folder = tmp_path_factory.mktemp("remote")
    engine = oxigraph(folder)
    engine.start()
    # The texts that a test attaches lie beside the snapshot.
    place = source_folder(Settings(store=engine.address)).relative_to(Path(Settings().store).parents[1])
    (folder / place).parent.mkdir(parents=True)
    (folder / place).symlink_to(snapshot.parent / "sources")
    options = {
        "PLANGRAPH_QUERY_SECONDS": "60",
        "PLANGRAPH_UPLOAD_BYTES": "200000",
        "XDG_DATA_HOME": str(folder),
    }
    try:
        with serving(folder / "server", "--store", engine.address, **options) as address:
            yield address
    finally:
        engine.stop()


@pytest.fixture(scope="session")
def local_site(snapshot: Path) -> Iterator[str]:  # noqa: F811
    """The application on a snapshot of a store on disk."""
    service = open_service(
        Settings(store=str(snapshot.parent), readers=2, query_seconds=60.0, upload_bytes=200_000), snapshot
    )
    with service.readers:
        server = make_server("127.0.0.1", 0, create_app(service), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def guard(context: BrowserContext, site: str) -> Iterator[Guard]:
    """Fails a test on any console error, breach of the content security policy, failed or off-site request."""
    watching = Guard(site)
    watching.watch(context)
    yield watching
    assert watching.faults == []


@pytest.fixture
def check_access(page: Page) -> Callable[[], None]:
    """A function that fails where axe finds a serious or critical barrier on the page as it stands."""

    def check() -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        grave = [
            f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert grave == []

    return check


@pytest.fixture
def check_width(page: Page) -> Callable[[], None]:
    """A function that fails where the page is wider than its window."""

    def check() -> None:
        wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window

    return check
