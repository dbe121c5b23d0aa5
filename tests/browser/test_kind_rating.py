"""Items are rated in a browser: one press a criterion by keys, taps on a phone; weights, words that say why."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import finish, violations
from tests.browser.house import House, open_house
from tests.browser.kinds import open_as, open_kind, open_returned, propose, stored

from groundswell.app import App
from groundswell.ids import ProjectId
from groundswell.items import digest_text
from groundswell.label.projects.model import ProjectSpec

pytestmark = pytest.mark.browser

TEXTS = [f"Story number {number}: the cat sat on the mat, and so on." for number in range(4)]
AGREE = ["strongly disagree", "disagree", "neither", "agree", "strongly agree"]
RUBRIC = [
    {"name": "correct", "low": 1, "high": 5, "labels": ["wrong", "flawless"], "weight": 3},
    {"name": "clear", "low": 1, "high": 5, "labels": AGREE, "description": "Is it read without effort?"},
    {"name": "tone", "low": -2, "high": 2},
    {"name": "would share", "low": 0, "high": 10},
    {"name": "share of truth", "low": 0, "high": 100},
]
ALL = {"correct": 4, "clear": 2, "tone": 2, "would share": 10, "share of truth": 85}
WHY = {"criteria": RUBRIC, "justification": "required", "least_words": 3}
ONE = {"criteria": [{"name": "fluent", "low": 1, "high": 5, "labels": AGREE}]}
SPEC = ProjectSpec(name="", kind="rating", classes=(), dataset="", dataset_version=0, answers=40)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("rating") / "stories"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text)

    async def furnish(app: App) -> dict[str, ProjectId]:
        specs = [
            ProjectSpec(**{**vars(SPEC), "name": name, "options": options, **more})
            for name, options, more in (
                ("rubric", WHY, {}),
                ("fluency", ONE, {}),
                ("proposed", {"criteria": RUBRIC}, {}),
                ("lesson", {"criteria": RUBRIC}, {"purpose": "training"}),
                (
                    "reviewed",
                    {"criteria": RUBRIC[:2]},
                    {"answers": 1, "review_levels": 1, "review_share": 1.0},
                ),
            )
        ]
        gold = {digest_text(text): {"ratings": ALL} for text in TEXTS}
        opened = await open_kind(app, folder, specs, gold)
        await propose(app, opened["proposed"], {"ratings": ALL})
        return opened

    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def criterion(page: Page, name: str):
    return page.get_by_test_id("criterion").filter(has=page.get_by_role("heading", name=name, exact=True))


def chosen(page: Page, name: str):
    return criterion(page, name).get_by_role("radio", checked=True)


def test_a_rubric_is_rated_by_one_key_each_and_words_say_why(page: Page, house: House):
    worker = open_as(page, house, "kay", "rubric")
    press(page, "425x")  # ten is X on a scale from nought
    press(page, "85")  # the long scale is written
    expect(page.get_by_test_id("overall")).to_have_text("76%")
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("Escape")
    page.get_by_test_id("why").fill("as it is")
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"ratings": ALL, "justification": "as it is"}]


def test_one_criterion_is_given_by_one_key_and_taken_back(page: Page, house: House):
    worker = open_as(page, house, "una", "fluency")
    text = page.get_by_test_id("item-text")
    first = text.inner_text()
    page.keyboard.press("5")
    expect(text).not_to_have_text(first)
    page.keyboard.press("Control+z")
    expect(text).to_have_text(first)
    page.keyboard.press("2")
    expect(text).not_to_have_text(first)
    assert stored(page, house, worker) == [{"ratings": {"fluent": 2}}]


def test_arrows_go_from_criterion_to_criterion_and_step_by_step_and_undo_takes_it_back(
    page: Page, house: House
):
    worker = open_as(page, house, "ari", "proposed")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(chosen(page, "clear")).to_have_attribute("value", "3")
    press(page, "5")
    expect(chosen(page, "correct")).to_have_attribute("value", "5")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")  # all steps of one criterion are one
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(chosen(page, "clear")).to_have_attribute("value", "3")
    page.keyboard.press("m")
    expect(page.get_by_test_id("overall")).to_have_text("76%")
    criterion(page, "tone").get_by_role("radio", name="-1").check()
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"ratings": {**ALL, "tone": -1}}]


def test_training_shows_each_step_that_is_right_and_locks_what_was_said(page: Page, house: House):
    open_as(page, house, "tom", "lesson")
    page.keyboard.press("m")  # no proposal in a training: nothing happens
    press(page, "4350")
    press(page, "85")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("verdict")).to_contain_text("Not quite")
    expect(criterion(page, "clear").get_by_role("radio", name="2, disagree, right answer")).to_be_disabled()
    expect(chosen(page, "clear")).to_have_accessible_name("3, neither, Your answer")
    press(page, "1")
    expect(chosen(page, "clear")).to_have_attribute("value", "3")


def test_ratings_that_were_sent_back_are_changed_beside_the_reviewers(page: Page, house: House):
    worker = open_as(page, house, "rob", "reviewed")
    press(page, "11")
    page.keyboard.press("Control+Enter")
    open_returned(page, house, worker, "reviewed", {"ratings": {"correct": 1, "clear": 4}})
    expect(criterion(page, "clear").get_by_role("radio", name="4, agree, right answer")).to_be_enabled()
    page.keyboard.press("ArrowDown")
    press(page, "4")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sent-back")).to_have_count(0)
    assert stored(page, house, worker) == [{"ratings": {"correct": 1, "clear": 4}}]


def test_it_is_rated_by_taps_on_a_phone(browser: Browser, house: House):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-US"
    )
    page = context.new_page()
    worker = open_as(page, house, "tap", "proposed")
    for name, step in (("correct", "4, "), ("clear", "2, disagree"), ("tone", "2"), ("would share", "10")):
        found = criterion(page, name).get_by_role("radio", name=step).last
        found.scroll_into_view_if_needed()
        found.tap()
    page.get_by_role("spinbutton").fill("85")
    page.get_by_test_id("submit").tap()
    assert stored(page, house, worker) == [{"ratings": ALL}]
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_screen_is_accessible_on_every_size(browser: Browser, house: House, scheme: str, width: int):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    open_as(page, house, f"axel-{scheme}", "proposed")
    press(page, "42")
    assert violations(page) == []
    context.close()
