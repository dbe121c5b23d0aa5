"""A project without code, from `/new` to its file: made, labelled by keyboard, reviewed, exported, compared."""

import json
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import finish, violations
from tests.browser.house import House, open_house

from groundswell.app import App, local_member
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.kinds import Answer, as_text
from groundswell.organize import collect

pytestmark = pytest.mark.browser

TEXT = "Ada Lovelace was born in London."
QUESTION = {"prompt": "Is it late?", "responses": ["It is.", "It is not."]}
TALK = {"messages": [{"role": "user", "content": "Is it late?"}]}
SPANS_XML = """
<View><Labels name="label" toName="text"><Label value="person"/><Label value="place"/></Labels>
<Text name="text" value="$text"/></View>
"""


@dataclass(frozen=True)
class Family:
    """A kind: what is chosen for it at `/new`, the keys that label its item, and what that says.

    Attributes:
        sees: what the preview shows.
        fill: fills in the form of the kind's options.
        right: what the reviewer makes of it, by `fixes`; None where it is accepted as it is.
    """

    kind: str
    dataset: str
    sees: str
    keys: tuple[str, ...]
    answer: Answer
    classes: tuple[str, ...] = ()
    xml: str = ""
    fill: Callable[[Locator], None] = lambda options: None
    fixes: tuple[str, ...] = ()
    right: Answer | None = None
    instructions: str = "# Look twice"


def span(words: str, label: str, number: int) -> dict:
    start = TEXT.index(words)
    return {"id": f"s{number}", "start": start, "end": start + len(words), "label": label}


def rate_two(options: Locator) -> None:
    options.get_by_role("button", name="Add to: Criteria").click()
    for at, name in enumerate(("helpful", "correct")):
        for label, said in (("Name", name), ("Lowest", "1"), ("Highest", "5")):
            options.get_by_label(label).nth(at).fill(said)


def ask_a_title(options: Locator) -> None:
    options.get_by_label("Name").fill("title")
    options.get_by_label("Kind of value").select_option("text")
    options.get_by_text("More", exact=True).click()
    options.get_by_label("Must be filled in").check()


FAMILIES = [
    Family(
        kind="text_choice",
        dataset="sentences",
        classes=("about a person", "about a place"),
        sees="item-text",
        keys=("2",),
        answer={"choice": "about a place"},
        fixes=("1",),
        right={"choice": "about a person"},
    ),
    Family(
        kind="image_choice",
        dataset="streets",
        classes=("a house", "a street"),
        sees="item-image",
        keys=("2",),
        answer={"choice": "a street"},
    ),
    Family(
        kind="text_spans",
        dataset="sentences",
        xml=SPANS_XML,
        sees="item-text",
        keys=("ArrowRight", "Shift+ArrowRight", "1", *["ArrowRight"] * 4, "2", "Control+Enter"),
        answer={"spans": [span("Ada Lovelace", "person", 1), span("London", "place", 2)]},
    ),
    Family(
        kind="image_shapes",
        dataset="streets",
        classes=("car",),
        sees="canvas",
        keys=("b", "Space", *["Shift+ArrowRight"] * 4, *["Shift+ArrowDown"] * 2, "Space", "Control+Enter"),
        answer={"shapes": [{"type": "box", "label": "car", "points": [[320.0, 200.0], [360.0, 220.0]]}]},
    ),
    Family(
        kind="audio_segments",
        dataset="calls",
        classes=("speech", "music"),
        fill=lambda options: options.get_by_label("Write down what is said").check(),
        sees="wave",
        keys=("ArrowRight", "i", *["ArrowRight"] * 3, "o", "Control+Enter"),
        answer={"segments": [{"start": 0.5, "end": 2.0, "label": "speech", "transcript": ""}]},
    ),
    Family(
        kind="rating",
        dataset="sentences",
        fill=rate_two,
        sees="criterion",
        keys=("4", "5", "Control+Enter"),
        answer={"ratings": {"helpful": 4, "correct": 5}},
        fixes=("2",),
        right={"ratings": {"helpful": 2, "correct": 5}},
    ),
    Family(
        kind="transcription",
        dataset="streets",
        sees="transcript",
        keys=("R", "u", "e", "Space", "4", "Control+Enter"),
        answer={"text": "Rue 4"},
    ),
    Family(
        kind="preference",
        dataset="questions",
        fill=lambda options: options.get_by_label("Ties are allowed").check(),
        sees="response",
        keys=("0", "Control+Enter"),
        answer={"ranking": [["a", "b"]]},
    ),
    Family(
        kind="form",
        dataset="sentences",
        fill=ask_a_title,
        sees="field",
        keys=("n", "A", "d", "a", "Control+Enter"),
        answer={"fields": {"title": "Ada"}},
    ),
    Family(
        kind="chat",
        dataset="talks",
        sees="composer",
        keys=("i", "N", "o", "Control+Enter"),
        answer={"messages": [{"role": "assistant", "content": "No", "from": "worker"}]},
    ),
]


def draw_street(folder: Path) -> Path:
    folder.mkdir()
    image = Image.new("RGB", (640, 400), (200, 220, 235))
    ImageDraw.Draw(image).rectangle([320, 200, 360, 220], fill=(190, 60, 50))
    image.save(folder / "street.png")
    return folder


def record_call(folder: Path) -> Path:
    folder.mkdir()
    with wave.open(str(folder / "call.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(range(256)) * 250)  # four seconds
    return folder


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service that has data, and no project."""
    folder = draw_street(tmp_path_factory.mktemp("data") / "streets")
    calls = record_call(tmp_path_factory.mktemp("data") / "calls")

    async def furnish(app: App) -> dict[str, ProjectId]:
        store = app.datasets((await local_member(app)).org_slug)
        collect([TEXT]).save("sentences", store=store)
        collect(folder).save("streets", store=store)
        collect(calls).save("calls", store=store)
        collect([QUESTION], as_records=True).save("questions", store=store)
        collect([TALK], as_records=True).save("talks", store=store)
        return {}

    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


@pytest.fixture
def manager(page: Page, house: House) -> Page:
    page.goto(house.owner_link())
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    return page


def make(page: Page, house: House, family: Family) -> ProjectId:
    """Make the project at `/new` and start it; returns what it was made as."""
    page.goto(f"{house.address}/new")
    page.get_by_test_id("dataset").select_option(family.dataset)
    page.get_by_label("Name", exact=True).fill(family.kind)
    if family.xml:
        page.get_by_text("Import a Label Studio configuration").click()
        page.get_by_label("Paste the XML").fill(family.xml)
        page.get_by_role("button", name="Read it").click()
        expect(page.get_by_test_id("kind")).to_have_value(family.kind)
        expect(page.get_by_test_id("classes")).to_have_value("person\nplace")
    else:
        page.get_by_test_id("kind").select_option(family.kind)
    if family.classes:
        page.get_by_test_id("classes").fill("\n".join(family.classes))
    family.fill(page.get_by_test_id("options"))
    page.get_by_role("textbox", name="Instructions").fill(family.instructions)
    page.get_by_label("Price of an answer, in cents").fill("7")
    page.get_by_label("Verdicts for each reviewed task").fill("1")
    page.get_by_label("Share that is reviewed").fill("1")
    expect(page.get_by_test_id("preview").get_by_test_id(family.sees).first).to_be_visible()
    assert violations(page) == []
    page.get_by_test_id("create-start").click()
    page.wait_for_url("**/overview")
    expect(page.get_by_role("main")).to_contain_text(family.kind)
    return ProjectId(int(page.url.split("/")[-2]))


def label_by_keyboard(page: Page, house: House, family: Family, project: ProjectId) -> WorkerId:
    """Let somebody who was invited do the only task."""
    context = page.context.browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    guest = context.new_page()
    link, worker = house.invite(family.kind.replace("_", "-"))
    guest.goto(link)
    guest.get_by_role("heading", level=1, name="Projects").wait_for()
    guest.goto(f"{house.address}/projects/{project}")
    guest.get_by_test_id(family.sees).first.wait_for()
    expect(guest.get_by_role("heading", name="Look twice")).to_be_visible()
    if family.sees == "wave":
        guest.locator("[data-testid=wave][data-phase=ready]").wait_for(timeout=15_000)
    for key in family.keys:
        guest.keyboard.press(key)
    expect(guest.get_by_test_id("workspace")).to_have_attribute("data-phase", "empty")
    guest.goto(house.address)  # what is held goes out
    guest.get_by_role("heading", level=1, name="Projects").wait_for()
    context.close()
    return worker


def review(page: Page, house: House, family: Family, project: ProjectId) -> None:
    """Accept what was said, or put it right, by keyboard."""
    page.goto(f"{house.address}/projects/{project}/review")
    shown = page.get_by_test_id("review")
    for _ in range(60):  # it is settled in the background first
        if shown.is_visible():
            break
        if (again := page.get_by_role("button", name="Try again")).is_visible():
            again.click()
        page.wait_for_timeout(250)
    keys = ("f", *family.fixes, "Control+Enter") if family.fixes else ("a",)
    shown.get_by_test_id("stage").first.wait_for()
    for key in keys:
        page.keyboard.press(key)
    expect(page.get_by_text("Nothing to review")).to_be_visible()


def exported(page: Page, house: House, project: ProjectId) -> list[dict]:
    page.goto(f"{house.address}/projects/{project}/settings")
    page.get_by_test_id("write-file").click()
    link = page.get_by_test_id("download")
    link.wait_for(timeout=30_000)
    with page.expect_download() as got:
        link.click()
    return [json.loads(line) for line in got.value.path().read_text().splitlines()]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.kind)
def test_a_project_is_made_without_code_labelled_by_keyboard_reviewed_and_exported_as_it_was_said(
    manager: Page, house: House, family: Family
):
    project = make(manager, house, family)
    worker = label_by_keyboard(manager, house, family, project)
    said = (
        "select answer, price_cents from annotations a join ledger l on l.annotation_id = a.id "
        "where a.worker_id = %(w)s"
    )
    assert house.rows(said, w=worker) == [(family.answer, 7)]
    manager.goto(f"{house.address}/projects/{project}/overview")
    expect(manager.get_by_text("1 of 1")).to_be_visible(timeout=20_000)
    review(manager, house, family, project)
    (row,) = exported(manager, house, project)
    assert row["label"] == as_text(family.right or family.answer)
    assert row["label_source"] == "review"
