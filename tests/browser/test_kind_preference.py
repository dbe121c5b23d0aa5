"""Responses to a prompt are compared in a browser: chosen, graded, ranked, rated; what is stored names the response."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg import sql
from tests.browser.conftest import LAPTOP, PHONE, finish, looks, violations
from tests.browser.house import House, open_house
from tests.browser.talks import CRITERIA, EVIL, FIBONACCI, LONG, MANY, pair

from groundswell.app import App, local_member
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.kinds.shown_order import shown_order
from groundswell.label.opening import open_project
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect

pytestmark = pytest.mark.browser

PAIRS = [pair(number) for number in range(6)]
SPEC = ProjectSpec(name="", kind="preference", classes=(), dataset="", dataset_version=0, answers=40)
GRADED = {"mode": "grade", "ties": True, "criteria": CRITERIA, "justification": "optional"}
RANKED = {"mode": "rank", "ties": True, "justification": "required", "least_words": 3}
HALF = (620, 800)


async def furnish(app: App) -> dict[str, ProjectId]:
    member = await local_member(app)
    projects: dict[str, ProjectId] = {}

    async def add(name: str, records: list[dict[str, Any]], **given: Any) -> None:
        collection = collect(records, as_records=True)
        version = collection.save(name.replace(" ", "-"), store=app.datasets(member.org_slug))
        if given.get("purpose") == "training":
            right = {"ranking": [["a"], ["b"]]}
            given |= {
                "gold": {item.id: right for item in collection.items()},
                "requirements": {"test_size": 2},
            }
        at = {"dataset": version.name, "dataset_version": version.number}
        projects[name] = await open_project(
            app.db, member.scope(), version, replace(SPEC, name=name, **at, **given)
        )

    await add("pairs", PAIRS, options={"ties": True})
    await add("graded", [FIBONACCI, *PAIRS], options=GRADED)
    await add("ranked", [LONG, MANY], options=RANKED)
    await add("hostile", [EVIL])
    await add("lesson", PAIRS, purpose="training")
    await add("reviewed", PAIRS[:1], options=GRADED, answers=1, review_levels=1, review_share=1.0)
    async with app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into predictions (org_id, task_id, model_version, answer, probability) "
                "select org_id, id, 4, %(answer)s::jsonb, 0.72 from tasks where project_id = %(id)s"
            ),
            id=projects["graded"],
            answer='{"grade": 1, "rubric": {"a": {"correct": 2, "clear": 3, "brief": 1}, '
            '"b": {"correct": 4, "clear": 4, "brief": 2}}}',
        )
    return projects


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


def open_as(page: Page, house: House, name: str, project: str) -> WorkerId:
    link, worker = house.invite(name)
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    page.goto(house.page_of(project))
    page.get_by_test_id("stage").wait_for()
    return worker


def order(page: Page) -> list[str]:
    """Return the ids of the responses as they stand on the screen."""
    return [one.get_attribute("data-response") or "" for one in page.get_by_test_id("response").all()]


def stored(house: House, worker: WorkerId, count: int) -> list[tuple[dict, dict]]:
    """Wait for the answers of a worker; returns the record and the newest answer of each task."""
    query = (
        "select distinct on (a.task_id) t.payload -> 'record', a.answer from annotations a "
        "join tasks t on t.id = a.task_id where a.worker_id = %(worker)s order by a.task_id, a.revision desc"
    )
    for _ in range(80):
        rows = house.rows(query, worker=worker)
        if len(rows) == count:
            return rows
    raise AssertionError(f"{len(rows)} of {count} answers are stored")


def next_prompt(page: Page, press: str) -> None:
    """Press a key that gives an answer, and wait for the next task."""
    before = page.get_by_test_id("prompt").inner_text()
    page.keyboard.press(press)
    expect(page.get_by_test_id("prompt")).not_to_have_text(before)


def option(page: Page, label: str):
    return page.get_by_role("group", name="Your verdict").get_by_role("button", name=label, exact=True)


def test_one_key_chooses_and_what_is_stored_is_the_response_wherever_it_stood(page: Page, house: House):
    worker = open_as(page, house, "cleo", "pairs")
    first: list[str] = []
    for _ in range(4):
        ids = order(page)
        first.append(ids[0])
        next_prompt(page, str(1 + ids.index("a")))
    page.keyboard.press("0")
    expect(page.get_by_test_id("last")).to_contain_text("Equally good")
    page.goto(house.address)
    rows = stored(house, worker, 5)
    assert [answer for _, answer in rows[:4]] == [{"ranking": [["a"], ["b"]]}] * 4
    assert rows[4][1] == {"ranking": [["a", "b"]]}
    assert [shown_order(record)[0] for record, _ in rows[:4]] == first
    assert set(first) == {"a", "b"}


def test_a_grade_ratings_and_a_reason_by_keyboard_with_steps_back_and_forth(page: Page, house: House):
    worker = open_as(page, house, "gail", "graded")
    ids = order(page)
    submit = page.get_by_test_id("submit")
    expect(submit).to_be_disabled()
    page.keyboard.press("2")
    page.keyboard.press("6")
    expect(option(page, "B better")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+z")
    expect(option(page, "A better")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+Shift+z")
    expect(option(page, "B better")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("c")
    for digit in "54433":
        page.keyboard.press(digit)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("last")).to_have_text("Rate every criterion: 1 to go")
    page.keyboard.press("9")  # no step of this scale
    page.keyboard.press("2")
    page.keyboard.press("w")
    page.keyboard.type("So it is: \N{PARTY POPPER}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("last")).to_contain_text("B better")
    page.goto(house.address)
    ((_, answer),) = stored(house, worker, 1)
    left, right = ids
    assert answer == {
        "grade": 2 if right == "b" else -2,
        "rubric": {
            left: {"correct": 5, "clear": 4, "brief": 3},
            right: {"correct": 4, "clear": 3, "brief": 2},
        },
        "justification": "So it is: \N{PARTY POPPER}",
    }


def test_a_proposal_is_taken_over_and_corrected(page: Page, house: House):
    worker = open_as(page, house, "mona", "graded")
    ids = order(page)
    said = "B slightly better" if ids[1] == "b" else "A slightly better"
    expect(page.get_by_test_id("proposal")).to_have_text(re.compile(f"Model v4 proposes {said}, 72"))
    expect(page.locator("[data-proposed]")).to_contain_text(said)
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("m")
    expect(page.get_by_role("radio", name="4, right")).to_have_count(0)
    page.get_by_role("group", name=f"correct, Response {'A' if ids[0] == 'b' else 'B'}").get_by_role(
        "radio", name="5, right"
    ).check(force=True)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("last")).to_contain_text(said)
    page.goto(house.address)
    ((_, answer),) = stored(house, worker, 1)
    assert (answer["grade"], answer["rubric"]["b"]) == (1, {"correct": 5, "clear": 4, "brief": 2})
    seen = house.rows(
        "select proposal -> 'answer' ->> 'grade' from annotations where worker_id = %(w)s", w=worker
    )
    assert seen == [("1",)]


def test_responses_are_ranked_by_keys_and_pointer_with_ties(page: Page, house: House):
    worker = open_as(page, house, "rosa", "ranked")
    ids = order(page)
    assert ids == shown_order(LONG)
    page.keyboard.press("3")
    page.keyboard.press("1")
    page.keyboard.press("=")
    expect(page.get_by_role("status").filter(has_text="Now: A = C")).to_be_attached()
    page.keyboard.press("4")  # the last one has its place by itself
    ranked = page.get_by_test_id("ranked")
    expect(ranked).to_have_count(4)
    page.get_by_role("button", name="B one place up").click()
    page.get_by_role("button", name="A and B equally good").click()
    expect(page.get_by_test_id("place").nth(1)).to_have_text("Place 1")
    page.keyboard.press("Backspace")
    page.keyboard.press("4")
    expect(page.get_by_test_id("place").nth(3)).to_have_text("Place 4")
    page.keyboard.press("w")
    page.keyboard.type("too short")
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.type(" by one")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("last")).to_contain_text("A = B = C > D")
    page.goto(house.address)
    ((_, answer),) = stored(house, worker, 1)
    assert answer == {
        "ranking": [sorted(ids[:3]), [ids[3]]],
        "justification": "too short by one",
    }


def test_training_shows_what_was_said_and_what_is_right_and_nothing_can_be_changed(page: Page, house: House):
    open_as(page, house, "tilda", "lesson")
    ids = order(page)
    page.keyboard.press(str(1 + ids.index("b")))
    right = page.locator("[data-told=right]")
    expect(right).to_have_attribute("data-option", "a")
    expect(page.locator("[data-told=wrong]")).to_have_attribute("data-option", "b")
    expect(page.get_by_test_id("verdict")).to_contain_text(f"it is {'A' if ids[0] == 'a' else 'B'} is best")
    right.click(force=True)
    page.keyboard.press("1")
    expect(page.locator("[data-told=wrong]")).to_have_attribute("data-option", "b")
    expect(page.locator("[data-option][aria-disabled=true]")).to_have_count(2)


def test_what_was_sent_back_is_answered_anew_from_what_was_said(page: Page, house: House):
    worker = open_as(page, house, "sven", "reviewed")
    ids = order(page)
    page.keyboard.press("7")
    page.keyboard.press("c")
    for digit in "111111":
        page.keyboard.press(digit)
    page.keyboard.press("Control+Enter")
    page.goto(house.address)
    stored(house, worker, 1)
    right = {"grade": 2, "rubric": {one: {"correct": 2, "clear": 1, "brief": 1} for one in "ab"}}
    for _ in range(100):
        house.send_back("reviewed", right)
        if house.rows("select 1 from returned_tasks where worker_id = %(w)s", w=worker):
            break
    page.goto(house.page_of("reviewed") + "?returned")
    page.get_by_test_id("sent-back").wait_for() if page.get_by_test_id(
        "sent-back"
    ).count() else page.keyboard.press("r")
    expect(page.locator("[data-told=right]")).to_have_attribute("data-option", "2" if ids[1] == "b" else "-2")
    page.keyboard.press("6" if ids[1] == "b" else "2")
    page.get_by_test_id("answer-again").click()
    expect(page.get_by_test_id("sent-back")).to_have_count(0)
    ((_, answer),) = stored(house, worker, 1)
    assert answer == {"grade": 2, "rubric": {one: {"correct": 1, "clear": 1, "brief": 1} for one in "ab"}}


def test_what_a_model_wrote_runs_nothing_fetches_nothing_and_can_be_read_letter_by_letter(
    browser: Browser, house: House
):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_as(page, house, "hal", "hostile")
    evil = page.locator("[data-response=a]")
    expect(evil).to_contain_text("It shows a picture.")
    assert evil.locator("img, script, style, form, input").count() == 0
    assert page.evaluate("window.hacked") is None
    assert not [url for url in asked if "from=response" in url or "evil" in url]
    assert evil.locator("a").first.get_attribute("href") is None
    with page.expect_popup() as popup:
        evil.get_by_text("another").click()
    assert popup.value.evaluate("window.opener") is None
    popup.value.close()
    assert page.url == house.page_of("hostile")
    page.keyboard.press("v")
    expect(evil).to_contain_text("<script>window.hacked = 2</script>")
    page.close()


def test_the_prompt_stays_in_sight_and_keys_scroll_the_responses_together(page: Page, house: House):
    open_as(page, house, "kay", "ranked")
    page.keyboard.press("PageDown")
    tops = page.evaluate(
        "[...document.querySelectorAll('[data-response] .text')].map((one) => one.scrollTop)"
    )
    longer = [shown_order(LONG).index(one) for one in ("model-x", "model-z")]
    assert all(tops[place] > 50 for place in longer), tops
    expect(page.get_by_test_id("prompt").get_by_text("Then why is it blue")).to_be_in_viewport()
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Show less")).to_be_visible()


def test_on_a_phone_everything_is_reached_by_thumb_and_nothing_is_wider_than_the_screen(
    browser: Browser, house: House
):
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    worker = open_as(page, house, "phil", "graded")
    for project in ("ranked", "hostile", "graded"):
        page.goto(house.page_of(project))
        page.get_by_test_id("stage").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0], project
        page.evaluate("document.querySelector('.work').scrollTop = 150")
        expect(page.get_by_test_id("prompt").locator("p").last).to_be_in_viewport()
    ids = order(page)
    page.locator("[data-option='-3']").tap()
    for criterion, step in (("correct", "4"), ("clear", "4"), ("brief", "2")):
        for sign in "AB":
            group = page.get_by_role("group", name=f"{criterion}, Response {sign}")
            group.get_by_role("radio", name=re.compile(f"^{step}")).tap()
    page.get_by_test_id("submit").tap()
    expect(page.get_by_test_id("last")).to_contain_text("A much better")
    page.goto(house.address)
    ((_, answer),) = stored(house, worker, 1)
    assert answer["grade"] == (-3 if ids[0] == "a" else 3)
    context.close()


def test_every_screen_is_accessible(page: Page, house: House):
    open_as(page, house, "ada", "graded")
    for project, keys in {"graded": "2c54", "ranked": "31=", "lesson": "1"}.items():
        page.goto(house.page_of(project))
        page.get_by_test_id("stage").wait_for()
        for key in keys:
            page.keyboard.press(key)
        for look in looks(page, LAPTOP, PHONE, HALF):
            assert violations(page) == [], (project, look)
