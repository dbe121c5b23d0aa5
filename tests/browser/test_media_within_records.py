"""Images and recordings within records: compared in a browser, looked at and played together, by keys and by thumb."""

import io
import wave
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import LAPTOP, PHONE, faults, finish, looks
from tests.browser.house import House, open_house
from tests.browser.kinds import open_as, stored

from groundswell.app import App, local_member
from groundswell.ids import ProjectId
from groundswell.label.kinds.shown_order import shown_order
from groundswell.label.opening import open_project
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect

pytestmark = pytest.mark.browser

SPEC = ProjectSpec(name="", kind="preference", classes=(), dataset="", dataset_version=0, answers=40)
CHOICE = {"fields": [{"name": "choice", "kind": "choice", "values": ["left", "right"], "required": True}]}


def drawing(number: int, size: tuple[int, int] = (640, 480)) -> dict[str, Any]:
    """Return an image of a house under a sun, as a record holds it."""
    image = Image.new("RGB", size, (150 + 20 * number, 200, 235))
    pen, (width, height) = ImageDraw.Draw(image), size
    pen.rectangle((0, height * 0.7, width, height), fill=(90, 150, 70))
    pen.rectangle((width * 0.3, height * 0.4, width * 0.6, height * 0.85), fill=(180, 90 + 30 * number, 70))
    pen.ellipse((width * 0.7, height * 0.1, width * 0.7 + 80, height * 0.1 + 80), fill=(250, 210, 60))
    file = io.BytesIO()
    image.save(file, "PNG")
    return {"bytes": file.getvalue()}


def tone(hertz: int, seconds: float = 0.6) -> dict[str, Any]:
    """Return a recording of a tone, as a record holds it."""
    file, rate = io.BytesIO(), 16_000
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        time = np.arange(int(rate * seconds)) / rate
        sound.writeframes((8000 * np.sin(2 * np.pi * hertz * time)).astype("<i2").tobytes())
    return {"bytes": file.getvalue()}


RECORDS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "images": (
        {"options": {"ties": True}},
        [
            {"prompt": f"A red house under the sun, number {n}", "responses": [drawing(n), drawing(n + 1)]}
            for n in range(3)
        ],
    ),
    "several": (
        {"options": {"mode": "rank", "ties": True, "justification": "optional"}},
        [
            {
                "prompt": {"text": "More like this one, but wider.", **drawing(0, (300, 400))},
                "responses": [
                    drawing(1, (900, 300)),
                    {
                        "id": "said",
                        "text": "A house, and the sun over it: much wider than before.",
                        **drawing(2),
                    },
                    drawing(3, (200, 600)),
                    "I cannot draw a house.",
                ],
            }
        ],
    ),
    "recordings": (
        {"options": {"mode": "grade"}},
        [{"prompt": "Read it aloud: *so be it*.", "responses": [tone(440), {"text": "lower", **tone(220)}]}],
    ),
    "form": (
        {"kind": "form", "options": CHOICE},
        [
            {
                "attachment 1": drawing(1),
                "attachment 2": drawing(2),
                "attachment 3": "Which is the better one?",
            }
        ],
    ),
    "chat": (
        {"kind": "chat"},
        [{"messages": [{"role": "user", "content": "What is drawn here?", **drawing(1)}]}],
    ),
}


async def furnish(app: App) -> dict[str, ProjectId]:
    member = await local_member(app)
    projects = {}
    for name, (given, records) in RECORDS.items():
        version = collect(records, as_records=True).save(name, store=app.datasets(member.org_slug))
        spec = replace(SPEC, name=name, dataset=version.name, dataset_version=version.number, **given)
        projects[name] = await open_project(app.db, member.scope(), version, spec)
    return projects


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


def order(page: Page) -> list[str]:
    """Return the ids of the responses as they stand on the screen."""
    return [one.get_attribute("data-response") or "" for one in page.get_by_test_id("response").all()]


def loaded(page: Page) -> None:
    """Wait until all images are there."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=item-image]')].every((one) => one.naturalWidth > 0)"
    )


def test_two_images_are_compared_by_one_key_and_named_for_who_does_not_see_them(page: Page, house: House):
    worker = open_as(page, house, "ines", "images")
    rows = house.rows(
        "select payload -> 'record' from tasks where project_id = %(p)s", p=house.projects["images"]
    )
    orders = {record["prompt"]: shown_order(record) for (record,) in rows}
    for _ in range(3):
        loaded(page)
        prompt = page.get_by_test_id("prompt").inner_text().strip()
        assert order(page) == orders[prompt]
        expect(page.get_by_role("img", name="Image: Response A")).to_be_visible()
        page.keyboard.press(str(1 + order(page).index("a")))
        expect(page.get_by_test_id("prompt").filter(has_text=prompt)).to_have_count(0)
    assert stored(page, house, worker, 3) == [{"ranking": [["a"], ["b"]]}] * 3


def test_images_are_zoomed_and_moved_together_and_each_task_begins_anew(page: Page, house: House):
    open_as(page, house, "zora", "images")
    loaded(page)

    def looks() -> set[str]:
        return {one.evaluate("one => one.style.transform") for one in page.get_by_test_id("item-image").all()}

    assert looks() == {""}
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("Control+ArrowLeft")
    assert looks() == {"translate(60px, 0px) scale(2.25)"}
    first = page.get_by_test_id("item-image").first
    first.hover()
    page.mouse.wheel(0, -300)
    (zoomed,) = looks()
    assert float(zoomed.rpartition("scale(")[2].rstrip(")")) > 2.25
    page.keyboard.press("f")
    assert looks() == {""}
    page.keyboard.press("+")
    page.keyboard.press("0")
    page.wait_for_timeout(200)
    loaded(page)
    assert looks() == {""}


def test_one_recording_is_heard_at_a_time_and_a_key_plays_them_in_turn(page: Page, house: House):
    worker = open_as(page, house, "otto", "recordings")
    page.wait_for_function("() => [...document.querySelectorAll('audio')].every((one) => one.duration > 0.5)")
    playing = "[...document.querySelectorAll('audio')].map((one) => !one.paused)"
    page.keyboard.press(" ")
    page.wait_for_function(f"() => {playing}[0]")
    page.wait_for_function("() => document.querySelectorAll('audio')[0].ended")
    page.keyboard.press(" ")
    page.wait_for_function(f"() => {playing}[1]")
    page.locator("audio").first.evaluate("one => one.play()")
    page.wait_for_function(f"() => {playing}[0] && !{playing}[1]")
    page.keyboard.press(" ")
    page.wait_for_function(f"() => !{playing}[0]")
    level = 1 if order(page)[0] == "a" else -1
    page.keyboard.press("5" if level == 1 else "2")
    assert stored(page, house, worker) == [{"grade": 2}]


def test_a_form_shows_images_beside_each_other_and_is_filled_in_by_key(page: Page, house: House):
    page.emulate_media(reduced_motion="reduce")
    worker = open_as(page, house, "fay", "form")
    loaded(page)
    boxes = [one.bounding_box() or {} for one in page.get_by_test_id("medium").all()]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[1]["x"] >= boxes[0]["x"] + boxes[0]["width"]
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"fields": {"choice": "right"}}]


def test_an_image_that_is_gone_says_so_and_can_be_asked_for_again(browser: Browser, house: House):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.route("**/api/v1/blobs/*", lambda route: route.abort())
    open_as(page, house, "gone", "images")
    expect(page.get_by_role("alert")).to_have_count(2)
    page.unroute("**/api/v1/blobs/*")
    for _ in range(2):
        page.get_by_role("alert").first.get_by_role("button").click()
    loaded(page)
    expect(page.get_by_test_id("item-image")).to_have_count(2)
    page.close()


def test_on_a_phone_images_are_whole_and_the_finger_moves_the_page(browser: Browser, house: House):
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    worker = open_as(page, house, "pia", "images")
    loaded(page)
    assert faults(page) == []
    first = page.get_by_test_id("medium").first
    assert first.locator(".picture").evaluate("one => getComputedStyle(one).touchAction") == "pan-y"
    box = first.bounding_box() or {}
    assert abs(box["width"] / box["height"] - 640 / 480) < 0.02
    ids = order(page)
    page.locator(f"[data-option='{ids[1]}']").tap()
    best, other = ids[1], ids[0]
    assert stored(page, house, worker) == [{"ranking": [[best], [other]]}]
    context.close()


def test_every_screen_is_accessible(page: Page, house: House):
    open_as(page, house, "ada", "images")
    for name in RECORDS:
        page.goto(house.page_of(name))
        page.get_by_test_id("stage").wait_for()
        loaded(page)
        if name == "images":
            page.keyboard.press("+")
        for look in looks(page, LAPTOP):
            assert faults(page) == [], (name, look)


def test_the_page_of_an_item_shows_its_images(page: Page, house: House):
    page.goto(house.owner_link())
    page.get_by_role("heading", level=1, name="Projects").wait_for()
    ((item,),) = house.rows("select item_id from tasks where project_id = %(p)s", p=house.projects["several"])
    page.goto(f"{house.address}/datasets/several/items/{item}")
    expect(page.get_by_role("img", name="Image: responses 2")).to_be_visible()
    loaded(page)
    expect(page.get_by_test_id("item-image")).to_have_count(4)
    assert faults(page) == []
