"""Compiles the kernels into one shared library, by the machine's C compiler; needs the standard library only."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
FLAGS = ("-O3", "-std=gnu11", "-shared", "-fPIC", "-g0", "-fno-sanitize=undefined")


class BuildFailed(RuntimeError):
    """The kernels could not be compiled; the message says why and what to do."""


def library_name() -> str:
    """Return the file name of the library: a library of other sources has another name."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.glob("*.[ch]"), HERE / "characters.py"]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"kernels-{digest.hexdigest()[:12]}.so"


def compiler() -> list[str] | None:
    """Return the command of a C compiler: that of `CC`, of the machine, or of the package `ziglang`."""
    named = os.environ.get("CC", "").split()
    if named:
        return named
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if found:
        return [found]
    try:
        import ziglang  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        return None
    return [sys.executable, "-m", "ziglang", "cc"]


def build(folder: Path, command: Sequence[str] | None = None) -> Path:
    """Compile the library into a folder and return it; whoever builds at the same time gets a whole one.

    Raises:
        BuildFailed: there is no compiler, or it failed.
    """
    command = command or compiler()
    if command is None:
        raise BuildFailed("no C compiler was found (cc, gcc or clang); install one, or: pip install ziglang")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / library_name()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".kernels-") as work:
        (Path(work) / "characters.h").write_text(_characters())
        sources = [str(path) for path in sorted(HERE.glob("*.c"))]
        made = Path(work) / target.name
        _run([*command, *FLAGS, f"-I{work}", f"-I{HERE}", *sources, "-lm", "-o", str(made)])
        os.replace(made, target)
    return target


def _characters() -> str:
    """Return the header from the file beside this one, which the build hook loads without the package."""
    spec = importlib.util.spec_from_file_location("characters", HERE / "characters.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.header())


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"`{command[0]}` could not compile the kernels:\n{done.stderr[-4000:]}")
