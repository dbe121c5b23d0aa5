"""How quick the workspace feels: `python -m bench.workspace [--tasks 200] [--newcomer] [--seed 0]`.

It wants Chromium and a built `ui`. `groundswell up` runs in a process of its own, with its database. Somebody at a
headless Chromium of 1280x800 labels, by key presses that go through the browser's own input, at a pace: 150 to 450 ms
to look at a task, 60 to 140 ms between keys, at times that have nothing to do with frames. It is a member of the
organization, who may hold as many tasks as a proven labeler; with `--newcomer` somebody who was just invited. A third
of the tasks each are of

- `text_spans`: eight keys a task in 250 words: go from word to word, mark three, submit. Marks are measured on the
  text.
- `rating`: a rubric of five criteria beside a text, a key for each, submit.
- `image_choice`: zoom in, then one key that answers. An image is a JPEG of 1280x960, to be decoded and painted.

That is the costliest work of a key, a form, and the costliest next task; `text_choice` would only flatter. All
presses count, the first of a page too. Two measures, in milliseconds from the press (`event.timeStamp`: when the
browser got it, before anything of ours runs):

- *key*: to the frame that shows what the key does: the selection or span is there, the step chosen, the image larger.
- *next*: from the press that submits, to the frame that shows the next task: its text, or its image, decoded and
  visible.

A frame is over when the one after it begins: of each frame it is asked whether the effect is there, and then the next
frame is awaited (a double `requestAnimationFrame`). That is up to a frame (17 ms) too much. The browser's Event
Timing alone would flatter: it ends with the next paint after the handlers, whether or not the effect is in it, rounds
to 8 ms and is silent below 16. But a double frame does not see how long the screen takes to draw what the page has
laid out. So where the browser has timed the same press or the same item (Event Timing; Element Timing of the item's
text or image), the later of the two counts.

The first row is the machine's own floor: a bare page on which a key changes one word, measured the same way in the
same browser. The last line is JSON: both p95, the shell (what `index.html` loads before anything else, as gzip -9
packs it, in kB of 1,000 bytes), and the number of label kinds that have a screen in this build.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.browser.conftest import CHROMIUM, FLAGS, finish
from tests.browser.house import House, open_house

from groundswell.app import App, local_member
from groundswell.http.server import STATIC
from groundswell.ids import ProjectId
from groundswell.label.kinds import label_kinds
from groundswell.label.opening import open_project
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect
from groundswell.tenancy.model import Role

PROBE = Path(__file__).with_name("workspace_probe.js")
CRITERIA = [
    {"name": name, "low": 1, "high": 5} for name in ("correct", "clear", "complete", "polite", "useful")
]
SPEC = ProjectSpec(name="", kind="", classes=(), dataset="", dataset_version=0)
SPARE = 8
"""Tasks more than are measured: the last one submitted has a next one too."""
BARE = "<!doctype html><title>bare</title><main tabindex=0><p data-testid=item-text>0</p></main>"


@dataclass(frozen=True)
class Work:
    """One kind of work: its project, the keys of a task (the last one submits), and what shows that a key acted.

    Attributes:
        shows: a JavaScript expression whose value differs once the effect of a key is on the page.
    """

    spec: ProjectSpec
    keys: tuple[str, ...]
    shows: str


WORKS = (
    Work(
        replace(SPEC, name="spans", kind="text_spans", classes=("person", "place", "group")),
        ("ArrowRight", "1", "ArrowRight", "2", "Shift+ArrowRight", "ArrowRight", "3", "Control+Enter"),
        "[...document.querySelectorAll('.under i')].map((mark) => mark.style.cssText).join()",
    ),
    Work(
        replace(SPEC, name="rating", kind="rating", options={"criteria": CRITERIA}),
        ("4", "3", "5", "2", "4", "Control+Enter"),
        "[...document.querySelectorAll('label.on input')].map((step) => step.value).join()",
    ),
    Work(
        replace(SPEC, name="images", kind="image_choice", classes=("cat", "dog", "neither")),
        ("+", "2"),
        "document.querySelector('[data-testid=item-image]')?.style.transform",
    ),
)


@dataclass
class Timings:
    """Milliseconds of every press of a key, and of every submission, each as the page and as the browser timed it."""

    key: list[float] = field(default_factory=list)
    next: list[float] = field(default_factory=list)

    def add(self, found: dict[str, Any]) -> None:
        later = max(found["frames"], found["browser"] or 0)
        (self.next if found["submits"] else self.key).append(later)


def photo(rng: np.random.Generator) -> bytes:
    """Return a JPEG of 1280x960 pixels, of the detail and size of a photograph (about 300 kB)."""
    rough = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)).resize((1280, 960))
    noisy = np.asarray(rough, dtype=np.int16) + rng.integers(-18, 19, (960, 1280, 1))
    packed = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(packed, "JPEG", quality=85)
    return packed.getvalue()


def draw_data(folder: Path, count: int, rng: np.random.Generator) -> tuple[Path, Path]:
    """Write `count` texts of 250 words and as many images; returns their folders."""
    texts, images = folder / "texts", folder / "images"
    texts.mkdir()
    images.mkdir()
    vocabulary = ["".join(rng.choice(list("aeinorstlmd"), rng.integers(2, 10))) for _ in range(2_000)]
    for number in range(count):
        (texts / f"{number}.txt").write_text(f"{number} " + " ".join(rng.choice(vocabulary, 250)))
        (images / f"{number}.jpg").write_bytes(photo(rng))
    return texts, images


async def furnish(app: App, folders: tuple[Path, Path]) -> dict[str, ProjectId]:
    """Open a project of each kind over the data."""
    member = await local_member(app)
    store = app.datasets(member.org_slug)
    texts, images = (collect(folder).save(folder.name, store=store) for folder in folders)
    opened = {}
    for work in WORKS:
        version = images if work.spec.kind == "image_choice" else texts
        spec = replace(work.spec, dataset=version.name, dataset_version=version.number)
        opened[spec.name] = await open_project(app.db, member.scope(), version, spec)
    return opened


def label(page: Page, work: Work, tasks: int, rng: np.random.Generator) -> Timings:
    """Answer tasks by key presses at a person's pace, and time each press in the page."""
    timings = Timings()
    page.evaluate("shows => probe.watch(shows)", work.shows)
    for _ in range(tasks):
        page.wait_for_timeout(rng.uniform(150, 450))
        for place, key in enumerate(work.keys, 1):
            page.evaluate("submits => probe.expect(submits)", place == len(work.keys))
            page.keyboard.press(key)
            timings.add(page.evaluate("() => probe.seen"))
            page.wait_for_timeout(rng.uniform(60, 140))
    return timings


def label_bare(page: Page, presses: int, rng: np.random.Generator) -> Timings:
    """Time a page that does next to nothing on a key."""
    page.set_content(BARE)
    page.evaluate("addEventListener('keydown', () => (document.querySelector('p').textContent += '1'))")
    bare = Work(SPEC, ("x",), "document.querySelector('p').textContent")
    page.evaluate("shows => probe.watch(shows)", bare.shows)
    timings = Timings()
    for _ in range(presses):
        page.evaluate("probe.expect(false)")
        page.keyboard.press("x")
        timings.add(page.evaluate("() => probe.seen"))
        page.wait_for_timeout(rng.uniform(60, 140))
    return timings


def measure(house: House, tasks: int, role: Role, rng: np.random.Generator) -> Iterator[tuple[str, Timings]]:
    """Let one person label all three projects in one browser; yields what each kind took."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=120_000)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.add_init_script(path=PROBE)
        page.goto("about:blank")
        yield "a bare page", label_bare(page, 100, rng)
        page.goto(house.invite("bea", role)[0])
        page.get_by_role("heading", level=1, name="Projects").wait_for()
        for place, work in enumerate(WORKS):
            share = tasks * (place + 1) // len(WORKS) - tasks * place // len(WORKS)
            page.goto(house.page_of(work.spec.name))
            page.get_by_test_id("stage").wait_for()
            yield f"{work.spec.kind}, {share} tasks", label(page, work, share, rng)
        browser.close()


def shell_kb() -> float:
    """Return the kB (of 1,000 bytes, gzipped) of what `index.html` loads before anything is asked for."""
    found = set(re.findall(r'(?:src|href)="/(assets/[^"]+)"', (STATIC / "index.html").read_text()))
    ahead = [name for name in found if name.endswith(".js")]
    while ahead:
        imported = re.findall(r'(?:from|import)\s*"\./([^"]+\.js)"', (STATIC / ahead.pop()).read_text())
        fresh = {f"assets/{name}" for name in imported} - found
        found |= fresh
        ahead += fresh
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in found) / 1000


def kinds_with_a_screen() -> int:
    """Return how many label kinds of the service have a screen in this build."""
    screens = {path.name.split("-", 1)[0] for path in (STATIC / "assets").glob("*.js")}
    return len(screens & set(label_kinds()))


def row(name: str, timings: Timings) -> str:
    """Return a line of the table."""
    parts = []
    for values in (timings.key, timings.next):
        p50, p95, most = np.percentile(values, [50, 95, 100]) if values else [np.nan] * 3
        parts.append(f"{len(values):5} {p50:6.0f} {p95:6.0f} {most:6.0f}" if values else " " * 26)
    return f"{name:26}" + "   ".join(parts)


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--newcomer", action="store_true", help="label as somebody who has proved nothing yet"
    )
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    role = Role.LABELER if given.newcomer else Role.MEMBER
    total = Timings()
    with tempfile.TemporaryDirectory() as temporary:
        folders = draw_data(Path(temporary), given.tasks // len(WORKS) + SPARE, rng)
        house = open_house(Path(temporary) / "home", lambda app: furnish(app, folders))
        try:
            print(f"{'milliseconds':26}  keys    p50    p95    max   submits   p50    p95    max")
            for name, timings in measure(house, given.tasks, role, rng):
                print(row(name, timings), flush=True)
                if name != "a bare page":
                    total.key += timings.key
                    total.next += timings.next
        finally:
            finish(house.process)
    print(row("all", total))
    key, following = (round(float(np.percentile(all_, 95)), 1) for all_ in (total.key, total.next))
    summary = {"key_p95_ms": key, "next_p95_ms": following}
    print(json.dumps({**summary, "shell_kb": round(shell_kb(), 2), "kinds": kinds_with_a_screen()}))


if __name__ == "__main__":
    main()
