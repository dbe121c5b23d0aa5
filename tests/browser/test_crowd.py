"""Somebody who was invited to label: tests and training, pay, returned work, leases, content, and having no work."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import LAPTOP, PHONE, finish, looks, violations
from tests.browser.house import REASON, House, open_house

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("house") / "home")
    yield opened
    assert finish(opened.process) == 0


def come_in(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)


def shown(page: Page) -> str:
    return page.get_by_test_id("item-text").inner_text()


def right_key(page: Page) -> str:
    return "1" if "cats" in shown(page) else "2"


def wrong_key(page: Page) -> str:
    return "2" if "cats" in shown(page) else "1"


def test_training_says_at_once_what_is_right_and_one_key_goes_on(page: Page, house: House):
    link, worker = house.invite("tess")
    come_in(page, link)
    page.goto(house.page_of("first lesson"))
    verdict, first = page.get_by_test_id("verdict"), shown(page)
    right = "cat" if "cats" in first else "dog"
    page.keyboard.press(wrong_key(page))
    expect(verdict).to_contain_text(f"Not quite: it is {right}")
    expect(page.get_by_role("status").filter(has_text=f"it is {right}")).to_be_attached()
    expect(page.locator(f"[data-choice={right}]")).to_have_attribute("data-told", "right")
    page.keyboard.press("1")  # what was judged cannot be changed
    assert shown(page) == first
    page.keyboard.press("Space")
    expect(page.get_by_test_id("item-text")).not_to_have_text(first)
    page.keyboard.press(right_key(page))
    expect(verdict).to_contain_text("Right")
    expect(page.get_by_test_id("score")).to_have_text("1 of 2 right")
    page.keyboard.press("Enter")
    expect(verdict).to_have_count(0)
    assert house.rows("select count(*) from annotations where worker_id = %(w)s", w=worker) == [(2,)]


def test_a_rejected_answer_comes_back_with_its_reason_and_is_fixed_by_keyboard(page: Page, house: House):
    link, worker = house.invite("rolf")
    come_in(page, link)
    page.goto(house.page_of("reviewed"))
    page.get_by_test_id("item-text").wait_for()
    page.keyboard.press("1")
    page.goto(house.address)
    _reject_when_it_is_settled(house, worker)
    page.reload()
    expect(page.get_by_text("1 answer was sent back to you.")).to_be_visible()
    page.get_by_role("link", name="Look at what was said").click()
    expect(page.get_by_test_id("reason")).to_have_text(REASON)
    expect(page.get_by_text("The reviewer says “dog”.")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_test_id("sent-back")).to_have_count(0)
    said = house.rows(
        "select answer ->> 'choice', revision from annotations where worker_id = %(w)s order by revision",
        w=worker,
    )
    assert said == [("cat", 1), ("dog", 2)]
    page.goto(house.address)
    page.get_by_test_id("project").first.wait_for()
    expect(page.get_by_text("sent back to you")).to_have_count(0)


def _reject_when_it_is_settled(house: House, worker: int) -> None:
    """Send back what waits for a review until an answer of this worker is among it: others' may come first."""

    def is_returned() -> bool:
        house.send_back("reviewed")
        return house.rows("select count(*) from returned_tasks where worker_id = %(w)s", w=worker) != [(0,)]

    _until(is_returned)


def test_who_is_not_qualified_reads_why_and_opens_the_test_that_leads_in(page: Page, house: House):
    link, _ = house.invite("una")
    come_in(page, link)
    page.goto(house.page_of("experts only"))
    expect(page.get_by_test_id("notice")).to_contain_text("First pass the test 'entry test'")
    page.get_by_test_id("entry").click()
    expect(page.get_by_role("heading", level=1, name="entry test")).to_be_visible()
    page.get_by_test_id("item-text").wait_for()


def test_who_is_restricted_reads_the_reason_the_evidence_and_whom_to_turn_to(page: Page, house: House):
    link, worker = house.invite("rick")
    house.restrict(worker)
    come_in(page, link)
    page.goto(house.page_of("animals"))
    expect(page.get_by_test_id("restriction")).to_contain_text("Nine of ten known answers")
    expect(page.get_by_role("link", name="people@example.org")).to_have_attribute(
        "href", "mailto:people@example.org"
    )


def test_signing_out_gives_the_tasks_back_and_leaving_does_too(page: Page, house: House):
    link, worker = house.invite("olga")
    come_in(page, link)
    page.goto(house.page_of("animals"))
    page.get_by_test_id("item-text").wait_for()
    assert house.leases(worker)
    page.get_by_role("link", name="All projects").click()
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible()
    _until(lambda: not house.leases(worker))
    page.go_back()
    page.get_by_test_id("item-text").wait_for()
    assert house.leases(worker)
    page.keyboard.press("1")
    page.keyboard.press("?")
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    assert not house.leases(worker)
    assert house.rows("select count(*) from annotations where worker_id = %(w)s", w=worker) == [(1,)]


def test_a_closed_tab_gives_the_tasks_back(page: Page, house: House):
    link, worker = house.invite("carl")
    come_in(page, link)
    page.goto(house.page_of("animals"))
    page.get_by_test_id("item-text").wait_for()
    assert house.leases(worker)
    page.close(run_before_unload=True)
    _until(lambda: not house.leases(worker))


def _until(holds) -> None:
    for _ in range(80):
        if holds():
            return
        time.sleep(0.25)
    assert holds()


def test_leases_are_extended_while_somebody_reads_and_only_then(page: Page, house: House):
    link, worker = house.invite("hedy")
    come_in(page, link)
    page.goto(house.page_of("short leases"))
    text = page.get_by_test_id("item-text").inner_text()
    before = house.leases(worker)
    for step in range(16):  # twice as long as a lease
        page.mouse.move(100 + step, 300)
        page.wait_for_timeout(750)
    after = house.leases(worker)
    assert after.keys() == before.keys()
    assert all(after[task] > before[task] for task in before)
    assert shown(page) == text


def test_start_working_opens_the_most_urgent_project_and_pay_is_shown(page: Page, house: House):
    link, _ = house.invite("pia")
    come_in(page, link)
    expect(page.get_by_text("3¢ an answer")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="animals")).to_be_visible()
    expect(page.get_by_test_id("price")).to_have_text("3¢ for this")
    expect(page.get_by_test_id("earned")).to_have_count(0)
    first = shown(page)
    page.keyboard.press("1")
    expect(page.get_by_test_id("item-text")).not_to_have_text(first)
    expect(page.get_by_test_id("earned")).to_have_text("3¢ today", timeout=15_000)
    page.reload()
    expect(page.get_by_test_id("earned")).to_have_text("3¢ today")


def test_start_working_says_so_where_there_is_no_work(page: Page, house: House):
    link, worker = house.invite("nora")
    house.restrict(worker)
    come_in(page, link)
    page.get_by_role("button", name="Start working").click()
    expect(page.get_by_text("There is no work for you right now")).to_be_visible()


def test_nothing_is_said_of_pay_where_nothing_is_paid(page: Page, house: House):
    link, _ = house.invite("vera")
    come_in(page, link)
    page.goto(house.page_of("reviewed"))
    page.get_by_test_id("item-text").wait_for()
    expect(page.get_by_test_id("pay")).to_have_count(0)


def test_content_is_agreed_to_before_it_is_shown_and_never_by_default(page: Page, house: House):
    link, worker = house.invite("cora")
    come_in(page, link)
    page.goto(house.page_of("hard to look at"))
    box = page.get_by_role("checkbox", name=re.compile("violence"))
    expect(box).not_to_be_checked()
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_text("may show violence")).to_be_visible()
    expect(page.get_by_test_id("item-text")).to_have_count(0)
    page.get_by_role("button", name="Decide what you see").click()
    expect(box).not_to_be_checked()
    box.check()
    page.get_by_test_id("save-content").click()
    page.get_by_test_id("item-text").wait_for(timeout=30_000)
    agreed = house.rows("select content from content_consents where worker_id = %(w)s", w=worker)
    assert agreed == [("violence",)]


def test_every_state_is_accessible(page: Page, house: House, request: pytest.FixtureRequest):
    folder = request.config.getoption("--screenshots")
    for state in states(page, house, "everywhere"):
        for look in looks(page, LAPTOP, PHONE):
            if folder:
                page.screenshot(path=f"{folder}/{state}-{look}.png")
            assert violations(page) == [], (state, look)


def states(page: Page, house: House, name: str) -> Iterator[str]:
    """Lead somebody new through every state of the screens, and say which is on screen."""
    link, worker = house.invite(name)
    come_in(page, link)
    page.get_by_text("3¢ an answer").wait_for()
    yield "list"
    page.goto(house.page_of("experts only"))
    page.get_by_test_id("entry").wait_for()
    yield "not-qualified"
    page.goto(house.page_of("first lesson"))
    page.keyboard.press(wrong_key(page))
    page.get_by_test_id("score").wait_for()
    yield "training-wrong"
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("verdict")).to_have_count(0)
    page.keyboard.press(right_key(page))
    page.get_by_test_id("score").wait_for()
    yield "training-right"
    page.goto(house.page_of("hard to look at"))
    page.get_by_test_id("save-content").wait_for()
    yield "content"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Decide what you see").wait_for()
    yield "content-declined"
    page.goto(house.page_of("animals"))
    page.get_by_test_id("item-text").wait_for()
    page.keyboard.press("1")
    page.get_by_test_id("earned").wait_for(timeout=15_000)
    yield "paid"
    yield from _returned_states(page, house, worker)
    house.restrict(worker)
    page.goto(house.page_of("experts only"))
    page.get_by_test_id("restriction").wait_for()
    yield "restricted"


def _returned_states(page: Page, house: House, worker: int) -> Iterator[str]:
    page.goto(house.page_of("reviewed"))
    page.get_by_test_id("item-text").wait_for()
    page.keyboard.press("1")
    page.goto(house.address)
    _reject_when_it_is_settled(house, worker)
    page.reload()
    page.get_by_test_id("returned-badge").wait_for()
    yield "list-returned"
    page.goto(house.page_of("reviewed"))
    page.get_by_test_id("returned").wait_for()
    yield "workspace-returned"
    page.keyboard.press("r")
    page.get_by_test_id("sent-back").wait_for()
    yield "sent-back"
