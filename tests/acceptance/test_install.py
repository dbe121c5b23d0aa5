"""The wheel in a fresh environment: small, quick to import, and useful without the optional packages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import groundswell

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LIMIT_MB = 500
NOT_OURS = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
"""What a new environment has before anything is installed into it."""

HEAVY = {"numpy", "pyarrow", "psycopg", "PIL", "httpx", "starlette", "procrastinate", "rich"}

WITHOUT_EXTRAS = """
import json
import groundswell as gs

reviews = gs.collect(["good", "bad", "good"]).clean().save("reviews", home="data")
answers = [("t1", "ann", "cat"), ("t1", "bob", "cat"), ("t1", "eve", "dog"), ("t2", "ann", "dog")]
batch = next(iter(gs.feed(reviews, batch_size=2, columns=["text"])))
print(json.dumps([reviews.rows, gs.consensus(answers).labels, len(batch["text"])]))
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with our wheel and its core dependencies; returns its `bin`."""
    folder = tmp_path_factory.mktemp("install")
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(sys.executable, *pip, "wheel", str(ROOT), "--no-deps", "--wheel-dir", str(folder), in_folder=folder)
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", str(folder / "venv"), in_folder=folder)
    scripts = folder / "venv" / "bin"
    run(str(scripts / "python"), *pip, "install", str(wheel), in_folder=folder)
    return scripts


def run(*command: str, in_folder: Path) -> str:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GROUNDSWELL_", "PYTHON"))
    }
    done = subprocess.run(command, cwd=in_folder, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def megabytes(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def test_a_core_installation_stays_under_500_mb(fresh: Path, record_property):
    (packages,) = fresh.parent.glob("lib/python*/site-packages")
    sizes = {
        entry.name: megabytes(entry) if entry.is_dir() else entry.stat().st_size / 1e6
        for entry in packages.iterdir()
        if not entry.name.startswith(NOT_OURS)
    }
    total = sum(sizes.values())
    largest = sorted(sizes.items(), key=lambda entry: -entry[1])[:12]
    told = ", ".join(f"{name} {size:.1f}" for name, size in largest)
    record_property("site_packages_mb", round(total, 1))
    print(f"site-packages: {total:.1f} MB; {told}")
    assert total < LIMIT_MB, told
    assert not (packages / "sklearn").exists()


def test_the_command_runs_and_says_its_version(fresh: Path, tmp_path: Path):
    told = run(str(fresh / "groundswell"), "--version", in_folder=tmp_path)
    assert told.strip() == f"groundswell, version {groundswell.__version__}"


def test_the_wheel_carries_the_web_ui_and_the_sql(fresh: Path):
    (package,) = fresh.parent.glob("lib/python*/site-packages/groundswell")
    assert (package / "http" / "static" / "index.html").is_file()
    assert list((package / "store" / "migrations").glob("*.sql"))
    assert (package / "py.typed").is_file()


def test_importing_the_package_imports_nothing_heavy(fresh: Path, tmp_path: Path):
    code = "import sys, groundswell; print(*{name.partition('.')[0] for name in sys.modules})"
    imported = set(run(str(fresh / "python"), "-c", code, in_folder=tmp_path).split())
    assert not imported & HEAVY
    shown = run(
        str(fresh / "python"),
        "-c",
        f"import sys; sys.argv[1:] = ['label', '--help']\nfrom groundswell.cli.main import main\n"
        f"try: main()\nexcept SystemExit: pass\nprint(*set(sys.modules) & {HEAVY!r})",
        in_folder=tmp_path,
    )
    assert shown.splitlines()[-1] == ""


def test_collecting_consensus_and_feeding_work_without_scikit_learn(fresh: Path, tmp_path: Path):
    told = run(str(fresh / "python"), "-c", WITHOUT_EXTRAS, in_folder=tmp_path)
    assert json.loads(told) == [2, {"t1": "cat", "t2": "dog"}, 2]


def test_what_needs_scikit_learn_says_how_to_get_it(fresh: Path, tmp_path: Path):
    done = subprocess.run(
        [fresh / "groundswell", "--home", tmp_path / "home", "collect", "digits"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6
    assert done.stderr.startswith("groundswell: ")
    assert "pip install 'groundswell[models]'" in done.stderr


def test_labelling_works_without_scikit_learn(fresh: Path, tmp_path: Path):
    (tmp_path / "texts.txt").write_text(
        "".join(f"text {n} of {'cats' if n % 2 else 'dogs'}\n" for n in range(30))
    )
    code = """
import groundswell as gs
by = lambda item: "cat" if "cats" in item.text else "dog"
with gs.label("texts.txt", ["cat", "dog"], by=[by], home="data") as labelling:
    print(len(labelling.labels()), labelling.progress().completed)
"""
    assert run(str(fresh / "python"), "-c", code, in_folder=tmp_path).split() == ["30", "30"]
