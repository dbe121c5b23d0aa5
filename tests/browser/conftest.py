"""Chromium against the real command: `groundswell label` serves a folder, a person opens the printed link."""

import hashlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIGNED_OUT = "the server responded with a status of 401"
"""What Chromium logs when a page asks who is signed in and nobody is: no error of ours."""


@dataclass
class Served:
    """A running `groundswell label`, and what is known of its images."""

    process: subprocess.Popen
    home: Path
    folder: Path
    link: str
    truth: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.link.split("/sign-in")[0]

    def new_link(self) -> str:
        port = self.address.rsplit(":", 1)[1]
        done = run(self.home, "sign-in", "--port", port)
        return done.stdout.strip()

    def stop(self) -> int:
        return finish(self.process)


def finish(process: subprocess.Popen) -> int:
    """Ask a service to stop, and return its exit code."""
    process.send_signal(signal.SIGINT)
    with process:
        return process.wait(30)


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "groundswell.cli.main", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def serve(home: Path, path: Path, *options: str) -> Served:
    command = [
        sys.executable,
        "-m",
        "groundswell.cli.main",
        "--home",
        str(home),
        "label",
        str(path),
        "--port",
        "0",
    ]
    log = home.parent / "stderr.txt"
    with log.open("a") as errors:
        process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=errors, text=True)
    link = process.stdout.readline().strip()
    assert link, log.read_text()
    return Served(process, home, path, link)


def draw_shapes(folder: Path, count: int) -> dict[str, str]:
    """Draw circles and squares of many sizes and places; return the class of each by its digest."""
    folder.mkdir()
    truth = {}
    for number in range(count):
        shape = "circle" if number % 2 else "square"
        image = Image.new("RGB", (64, 64), (230 - number, 235, 240))
        left, top, side = 4 + number * 7 % 20, 4 + number * 11 % 22, 24 + number % 14
        pen = ImageDraw.Draw(image)
        box = [left, top, left + side, top + side]
        (pen.ellipse if shape == "circle" else pen.rectangle)(box, fill=(number * 5 % 90, 40, 90))
        path = folder / f"{number:03d}.png"
        image.save(path)
        truth[hashlib.sha256(path.read_bytes()).hexdigest()] = shape
    return truth


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", help="a folder for pictures of every state, to look at")


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, without motion: the contrast of what fades in is too low."""
    page.emulate_media(reduced_motion="reduce")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


LAPTOP, PHONE = (1280, 800), (390, 844)


def looks(page: Page, *sizes: tuple[int, int]) -> Iterator[str]:
    """Show what is on screen in each size, light and dark, without motion; yield the name of each look."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            yield f"{width}-{scheme}"


def faults(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, and whether it is wider than its window."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return violations(page) + ([f"{too_wide} pixels too wide"] if too_wide > 0 else [])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("no Chromium: run `bash scripts/browser.sh` (make test does)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=120_000)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser profile whose console must stay free of errors."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console",
        lambda m: complaints.append(m.text) if m.type == "error" and SIGNED_OUT not in m.text else None,
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints


@pytest.fixture
def shapes(tmp_path: Path) -> Iterator[Served]:
    """Sixty images of circles and squares, being labelled."""
    truth = draw_shapes(tmp_path / "shapes", 60)
    served = serve(
        tmp_path / "home", tmp_path / "shapes", "--classes", "circle,square", "--instructions", "# Look"
    )
    served.truth = truth
    yield served
    if served.process.poll() is None:
        assert served.stop() == 0


@pytest.fixture
def texts(tmp_path: Path) -> Iterator[Served]:
    """Texts from a CSV file, being labelled."""
    file = tmp_path / "reviews.csv"
    pairs = [(word, number) for number in range(12) for word in ("good", "bad")]
    rows = [f'"the {word} number {number}, with ""quotes"" and ünïcödé",{number}' for word, number in pairs]
    file.write_text("text,number\n" + "\n".join(rows) + "\n")
    served = serve(tmp_path / "home", file, "--classes", "good,bad")
    yield served
    if served.process.poll() is None:
        assert served.stop() == 0
