"""Segments are marked on recordings in a browser, by keys alone and by pointer, with labels and transcripts."""

import math
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import LAPTOP, finish, looks, violations
from tests.browser.house import House, open_house
from tests.browser.kinds import open_as, open_kind, propose, stored

from groundswell.app import App
from groundswell.ids import ProjectId
from groundswell.items import digest_bytes
from groundswell.label.projects.model import ProjectSpec

pytestmark = pytest.mark.browser

SECONDS, RATE = 10, 8000
SPEAKER = [{"name": "speaker", "kind": "choice", "values": ["A", "B"], "required": True, "of": ["speech"]}]
RIGHT = {"segments": [{"start": 1.0, "end": 3.0, "label": "speech"}]}
PROPOSED = {
    "segments": [
        {"start": 0.5, "end": 2.5, "label": "speech", "transcript": "good morning"},
        {"start": 4.0, "end": 6.0, "label": "music", "transcript": ""},
    ]
}
SPEC = ProjectSpec(
    name="", kind="audio_segments", classes=("speech", "music"), dataset="", dataset_version=0, answers=40
)


def record(folder: Path) -> dict[str, dict]:
    """Write some recordings of tones; returns what is right of each by its digest."""
    folder.mkdir()
    right = {}
    for number in range(4):
        tones = (
            round(12_000 * math.sin(2 * math.pi * (220 + 20 * number) * at / RATE) * (at // RATE % 2))
            for at in range(SECONDS * RATE)
        )
        path = folder / f"{number}.wav"
        with wave.open(str(path), "wb") as out:
            out.setparams((1, 2, RATE, 0, "NONE", ""))
            out.writeframes(struct.pack(f"<{SECONDS * RATE}h", *tones))
        right[digest_bytes(path.read_bytes())] = RIGHT
    return right


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("audio") / "recordings"
    right = record(folder)

    async def furnish(app: App) -> dict[str, ProjectId]:
        specs = [
            ProjectSpec(**{**vars(SPEC), "name": name, "options": options, **more})
            for name, options, more in (
                ("talks", {"transcript": True, "attributes": SPEAKER}, {}),
                ("apart", {"overlap": False}, {}),
                ("proposed", {"transcript": True}, {}),
                ("lesson", {}, {"purpose": "training"}),
            )
        ]
        opened = await open_kind(app, folder, specs, right)
        await propose(app, opened["proposed"], PROPOSED)
        return opened

    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


def ready(page: Page) -> None:
    """Wait until the recording is loaded and drawn."""
    page.locator("[data-testid=wave][data-phase=ready]").wait_for(timeout=15_000)
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def drag(page: Page, start: float, end: float, height: float = 0.5) -> None:
    """Drag over the waveform from one second to another."""
    box = page.get_by_test_id("wave").bounding_box()
    x, y = lambda second: box["x"] + box["width"] * second / SECONDS, box["y"] + 168 * height
    page.mouse.move(x(start), y)
    page.mouse.down()
    page.mouse.move(x((start + end) / 2), y)
    page.mouse.move(x(end), y)
    page.mouse.up()


def rows(page: Page):
    return page.get_by_test_id("segment")


def test_segments_are_marked_labelled_and_transcribed_by_keys_alone(page: Page, house: House):
    worker = open_as(page, house, "kim", "talks")
    ready(page)
    press(page, "ArrowRight", "i", "ArrowRight", "ArrowRight", "ArrowRight", "o")  # 0.5 to 2.0
    expect(rows(page)).to_have_count(1)
    press(page, "2", "i", "Shift+ArrowRight", "o")  # music from 2.0 to 7.0
    press(page, ",", "a", "Enter", "Escape")  # the speech is A's
    expect(page.get_by_test_id("lacks")).to_have_count(0)
    press(page, "t")
    page.keyboard.type("Good morning 👋 everybody")
    press(page, "Enter")  # on to the next one, which is played
    expect(page.get_by_test_id("play")).to_contain_text("Pause")
    page.keyboard.type("piano")
    press(page, "Control+Space", "Escape")
    expect(page.get_by_test_id("play")).to_contain_text("Play")
    press(page, "j", "ArrowRight", "Shift+ArrowRight")  # its start, 110 ms later
    press(page, "j", "ArrowLeft")  # its end, 10 ms earlier
    press(page, "Control+Enter")
    assert stored(page, house, worker) == [
        {
            "segments": [
                {
                    "start": 0.5,
                    "end": 2.0,
                    "label": "speech",
                    "transcript": "Good morning 👋 everybody",
                    "attributes": {"speaker": "A"},
                },
                {"start": 2.11, "end": 6.99, "label": "music", "transcript": "piano"},
            ]
        }
    ]


def test_a_drag_marks_a_click_picks_and_what_overlaps_lies_in_lanes(page: Page, house: House):
    worker = open_as(page, house, "dora", "talks")
    ready(page)
    press(page, "2")
    drag(page, 1, 4)
    press(page, "Escape")
    drag(page, 3, 6)  # begins in the first one, which is not picked
    expect(rows(page)).to_have_count(2)
    press(page, "Escape")
    box = page.get_by_test_id("wave").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.35, box["y"] + 150)  # the lower lane
    expect(rows(page).nth(1)).to_have_attribute("aria-pressed", "true")
    drag(page, 5, 6, 0.9)  # what is picked is moved
    press(page, "Control+Enter")
    first, second = stored(page, house, worker)[0]["segments"]
    assert (first["start"], first["end"]) == pytest.approx((1, 4), abs=0.012)
    assert (second["start"], second["end"]) == pytest.approx((4, 7), abs=0.03)
    assert {first["label"], second["label"]} == {"music"}


def test_where_segments_may_not_overlap_they_only_touch(page: Page, house: House):
    worker = open_as(page, house, "apu", "apart")
    ready(page)
    press(page, "ArrowRight", "i", "ArrowRight", "ArrowRight", "o")  # 0.5 to 1.5
    press(page, "ArrowLeft", "i", "ArrowRight", "ArrowRight", "ArrowRight", "o")  # wanted: 1.0 to 2.5
    expect(rows(page)).to_have_count(2)
    press(page, ",", "u", "ArrowRight", "x")  # joined, and cut in two a second later
    press(page, "Control+Enter")
    assert stored(page, house, worker) == [
        {
            "segments": [
                {"start": 0.5, "end": 1.0, "label": "speech"},
                {"start": 1.0, "end": 2.5, "label": "speech"},
            ]
        }
    ]


def test_a_proposal_is_taken_over_corrected_undone_and_done_again(page: Page, house: House):
    worker = open_as(page, house, "pia", "proposed")
    ready(page)
    expect(page.get_by_test_id("proposed")).to_contain_text("2 segments are proposed")
    press(page, "m")
    expect(page.get_by_test_id("proposed")).to_have_count(0)
    press(page, ".", "j", "Shift+ArrowLeft", "Escape", "t")
    page.keyboard.type(", all")
    press(page, "Escape", ".", "Delete", "Control+z", "Control+z", "Control+Shift+z")
    press(page, ".", "1")
    press(page, "Control+Enter")
    assert stored(page, house, worker) == [
        {
            "segments": [
                {"start": 0.4, "end": 2.5, "label": "speech", "transcript": "good morning, all"},
                {"start": 4.0, "end": 6.0, "label": "speech", "transcript": ""},
            ]
        }
    ]


def test_a_segment_is_played_around_and_around_at_the_speed_one_likes(page: Page, house: House):
    open_as(page, house, "lou", "apart")
    ready(page)
    press(page, "i", "ArrowRight", "o", "l", ">", ">", "p")  # half a second, looped
    time = page.get_by_test_id("time")
    expect(page.get_by_label("Speed")).to_have_value("1.5")
    page.wait_for_timeout(1_500)
    expect(page.get_by_test_id("play")).to_contain_text("Pause")
    assert float(time.inner_text().split(" ")[0].split(":")[1]) < 0.7
    press(page, "p")
    expect(page.get_by_test_id("play")).to_contain_text("Play")
    press(page, "+", "+", "Space")
    expect(page.get_by_test_id("play")).to_contain_text("Pause")
    page.wait_for_timeout(800)
    press(page, "Space", "0")
    assert float(time.inner_text().split(" ")[0].split(":")[1]) > 0.5


def test_training_shows_what_is_right_and_nothing_can_be_changed(page: Page, house: House):
    open_as(page, house, "tess", "lesson")
    ready(page)
    press(page, "i", "ArrowRight", "o", "Control+Enter")
    expect(page.get_by_test_id("verdict")).to_contain_text("Not quite: it is 1 × speech")
    expect(page.get_by_text("Right answer", exact=True)).to_be_visible()
    drag(page, 5, 6)
    press(page, ".", "Delete", "i", "ArrowRight", "o")
    expect(rows(page)).to_have_count(1)
    press(page, "Enter")
    expect(page.get_by_test_id("verdict")).to_have_count(0)


def test_the_screen_is_accessible_with_everything_on_it(page: Page, house: House):
    def judge() -> None:
        for look in looks(page, LAPTOP):
            assert violations(page) == [], look

    open_as(page, house, "axel", "talks")
    ready(page)
    judge()
    drag(page, 1, 4)
    expect(rows(page)).to_have_count(1)
    judge()
    press(page, "?")
    expect(page.get_by_text("A segment begins here")).to_be_visible()
    judge()
