"""Images, recordings and texts are written down in a browser; recordings play by keys while one types."""

import math
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import finish, violations
from tests.browser.house import House, open_house
from tests.browser.kinds import open_as, open_kind, open_returned, propose, stored

from groundswell.app import App
from groundswell.ids import ProjectId
from groundswell.items import digest_bytes
from groundswell.label.projects.model import ProjectSpec

pytestmark = pytest.mark.browser

RATE = 8_000
DANTE = "Nel mezzo del cammin\ndi nostra vita"
SPEC = ProjectSpec(
    name="",
    kind="transcription",
    classes=(),
    dataset="",
    dataset_version=0,
    answers=40,
)
LINES = {"language": "it", "lines": True}


def record(path: Path, pitch: int, seconds: int = 6) -> None:
    """Write a tone that swells."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        loud = (12_000 * abs(math.sin(at / RATE * 3)) for at in range(RATE * seconds))
        tones = (int(level * math.sin(at / RATE * pitch * 2 * math.pi)) for at, level in enumerate(loud))
        file.writeframes(b"".join(struct.pack("<h", tone) for tone in tones))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folders = {name: tmp_path_factory.mktemp(name) / name for name in ("pages", "calls")}
    gold = {}
    for folder in folders.values():
        folder.mkdir()
    for number in range(3):
        path = folders["pages"] / f"{number}.png"
        image = Image.new("RGB", (600, 160), (250, 248, 240 - number))
        ImageDraw.Draw(image).text((30, 20), DANTE, fill=(40, 30, 30), font_size=44)
        image.save(path)
        gold[digest_bytes(path.read_bytes())] = {"text": DANTE}
        record(folders["calls"] / f"{number}.wav", 220 + 110 * number)

    async def furnish(app: App) -> dict[str, ProjectId]:
        def spec(name: str, **more: object) -> ProjectSpec:
            return ProjectSpec(**{**vars(SPEC), "name": name, **more})

        pages = [
            spec("pages", options=LINES),
            spec("proposed", options=LINES),
            spec("lesson", options=LINES, purpose="training"),
            spec("reviewed", options=LINES, answers=1, review_levels=1, review_share=1.0),
        ]
        opened = await open_kind(app, folders["pages"], pages, gold)
        await propose(app, opened["proposed"], {"text": "Nel mezzo del camin\ndi nostra vita"})
        calls = [spec("calls", options={"most_characters": 40})]
        return opened | await open_kind(app, folders["calls"], calls, {})

    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


def transcript(page: Page):
    return page.get_by_test_id("transcript")


def test_one_begins_to_write_at_once_and_the_next_page_is_written_on(page: Page, house: House):
    worker = open_as(page, house, "kay", "pages")
    expect(transcript(page)).to_be_focused()
    expect(transcript(page)).to_have_attribute("lang", "it")
    page.keyboard.type("Nel mezzo del cammin\ndi nostra vita")
    page.keyboard.press("Control+Enter")
    expect(transcript(page)).to_have_value("")
    expect(transcript(page)).to_be_focused()
    page.keyboard.insert_text("mi ritrovai 🌲")
    page.keyboard.press("Escape")  # out of the text: letters are keys again
    expect(transcript(page)).not_to_be_focused()
    page.keyboard.press("t")
    page.keyboard.type(".")
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker, 2) == [{"text": DANTE}, {"text": "mi ritrovai 🌲."}]


def test_an_empty_text_is_said_on_purpose(page: Page, house: House):
    worker = open_as(page, house, "ema", "pages")
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_test_id("empty")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Enter")
    assert stored(page, house, worker) == [{"text": ""}]


def test_a_proposal_is_read_first_then_taken_over_and_corrected(page: Page, house: House):
    worker = open_as(page, house, "pia", "proposed")
    expect(transcript(page)).to_have_attribute("placeholder", "Nel mezzo del camin\ndi nostra vita")
    expect(page.get_by_test_id("submit")).to_be_disabled()  # a proposal is no answer
    page.keyboard.press("m")
    expect(transcript(page)).to_be_focused()
    for _ in "Nel mezzo del cam":
        page.keyboard.press("ArrowRight")
    page.keyboard.type("m")
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"text": DANTE}]


def test_a_recording_plays_by_keys_while_one_types(page: Page, house: House):
    worker = open_as(page, house, "cal", "calls")
    player = page.get_by_test_id("player")
    expect(page.get_by_test_id("time")).to_contain_text("/ 0:06")
    expect(transcript(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(player).to_have_attribute("data-playing", "true")
    page.keyboard.type("hello there")
    page.keyboard.press("F2")
    page.keyboard.press("F3")
    expect(page.get_by_test_id("rate")).to_have_text("0.9×")
    page.keyboard.press("Escape")
    expect(player).to_have_attribute("data-playing", "false")
    expect(page.get_by_test_id("time")).not_to_contain_text("0:00.")  # F2 went on by two seconds at least
    expect(page.get_by_test_id("time")).not_to_contain_text("0:01.")
    expect(player.locator("path").first).to_be_attached()  # its shape is drawn
    page.keyboard.press("Enter")  # one line here: Enter leaves the text
    for _ in range(6):  # a second or more each, in six seconds
        page.keyboard.press("j")
    expect(page.get_by_test_id("time")).to_contain_text("0:00.0")
    page.keyboard.press("t")
    page.keyboard.type(", and how are you doing today? 🙂")
    expect(page.get_by_test_id("submit")).to_be_disabled()  # 44 of 40 characters
    for _ in range(8):
        page.keyboard.press("Backspace")
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"text": "hello there, and how are you doing"}]


def test_training_shows_the_words_that_differ(page: Page, house: House):
    open_as(page, house, "tom", "lesson")
    page.keyboard.type("Nel mezzo del camin\ndi nostra")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("verdict")).to_contain_text("Not quite")
    difference = page.get_by_test_id("difference")
    expect(difference.locator("del")).to_contain_text("camin")
    expect(difference.locator("ins").first).to_contain_text("cammin")
    expect(transcript(page)).not_to_be_editable()


def test_a_text_that_was_sent_back_is_corrected_beside_the_reviewers(page: Page, house: House):
    worker = open_as(page, house, "rob", "reviewed")
    page.keyboard.type("Nel mezzo")
    page.keyboard.press("Control+Enter")
    open_returned(page, house, worker, "reviewed", {"text": DANTE})
    expect(transcript(page)).to_have_value("Nel mezzo")
    transcript(page).fill(DANTE)
    expect(page.get_by_test_id("difference")).to_contain_text("The same, word for word.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sent-back")).to_have_count(0)
    assert stored(page, house, worker) == [{"text": DANTE}]


@pytest.mark.parametrize(
    ("scheme", "width", "project"), [("light", 1280, "proposed"), ("dark", 620, "calls")]
)
def test_the_screen_is_accessible_in_full_and_in_half_the_width(
    browser: Browser, house: House, scheme: str, width: int, project: str
):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    open_as(page, house, f"axel-{scheme}", project)
    assert violations(page) == []
    context.close()
