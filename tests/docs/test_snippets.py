"""What the documentation shows in Python runs, as it stands, and says what it says."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import groundswell

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
    if "```python" in page.read_text()
]
EXAMPLES = sorted(ROOT.glob("examples/*.py"))
FUNCTIONS = ("collect", "label", "consensus", "feed", "dataset", "certify")


def examples_of(name: str) -> list[doctest.DocTest]:
    found = doctest.DocTestFinder().find(getattr(groundswell, name), name, globs={})
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_shows_an_example(name):
    assert any(test.name == name for test in examples_of(name))


@pytest.mark.parametrize(
    "test",
    [test for name in groundswell.__all__ if name != "__version__" for test in examples_of(name)],
    ids=lambda test: test.name,
)
def test_the_example_of_a_public_name_runs_and_prints_what_it_says(test, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner().run(test, out=said.append)
    assert tried
    assert not failed, "".join(said)


def test_the_example_of_the_package_runs_and_prints_what_it_says():
    failed, tried = doctest.testmod(groundswell)
    assert (failed, tried) == (0, 3)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path):
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.M | re.S)
    assert blocks
    (tmp_path / "page.py").write_text("\n".join(blocks))
    run(tmp_path / "page.py", tmp_path)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_runs(example, tmp_path):
    run(example, tmp_path)


def run(script: Path, folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")}
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
