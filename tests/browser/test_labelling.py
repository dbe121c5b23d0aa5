"""A person labels their own data in a browser: what is on screen, and what is stored at the end."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import LAPTOP, PHONE, Served, looks, run, serve, violations

pytestmark = pytest.mark.browser


def answer_by_key(page: Page, served: Served, count: int) -> None:
    """Look at each image, press the key of its class, and wait until the next is shown."""
    for _ in range(count):
        image = page.get_by_test_id("item-image")
        source = image.get_attribute("src")
        page.keyboard.press("1" if served.truth[source.rsplit("/", 1)[1]] == "circle" else "2")
        page.wait_for_function(
            "before => document.querySelector('[data-testid=item-image]')?.getAttribute('src') !== before",
            arg=source,
        )


def wait_until_saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=re.compile("^Saved"))).to_be_visible(timeout=15_000)


def exported(served: Served) -> list[dict]:
    target = served.home / "labels.jsonl"
    done = run(served.home, "export", served.folder.name.split(".")[0], "--to", str(target), "--overwrite")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in target.read_text().splitlines()]


def test_images_are_labelled_by_keyboard_and_every_answer_is_in_the_export(page: Page, shapes: Served):
    page.goto(shapes.link)
    expect(page.get_by_role("heading", level=1, name="shapes")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/projects/1$"))
    answer_by_key(page, shapes, 30)
    wait_until_saved(page)
    rows = exported(shapes)
    assert len(rows) == 30
    assert all(row["label"] == shapes.truth[row["id"]] for row in rows)
    assert {row["label_source"] for row in rows} == {"people"}


def test_the_models_proposals_appear_after_some_dozens_of_answers_and_enter_accepts_one(
    page: Page, shapes: Served
):
    page.goto(shapes.link)
    page.get_by_test_id("item-image").wait_for()
    answer_by_key(page, shapes, 30)
    wait_until_saved(page)
    page.wait_for_timeout(3_000)  # no person is faster than the model, which now learns
    proposed = page.get_by_text(re.compile(r"Model v\d+ proposes"))
    for _ in range(20):  # those that were fetched ahead have no proposal yet
        if proposed.is_visible():
            break
        answer_by_key(page, shapes, 1)
        page.wait_for_timeout(300)
    expect(proposed).to_be_visible()
    source = page.get_by_test_id("item-image").get_attribute("src")
    said = re.search(r"proposes (\w+),", proposed.inner_text())[1]
    page.keyboard.press("Enter")
    wait_until_saved(page)
    stored = {row["id"]: row["label"] for row in exported(shapes)}
    assert stored[source.rsplit("/", 1)[1]] == said


def test_texts_are_labelled_with_the_mouse_and_back_takes_the_last_answer_back(page: Page, texts: Served):
    page.goto(texts.link)
    text = page.get_by_text(re.compile("the (good|bad) number"))
    given = {}
    for _ in range(3):
        shown = text.inner_text()
        given[shown] = "bad" if "bad" in shown else "good"
        page.get_by_role("button", name="good").click()
        expect(text).not_to_have_text(shown)
        page.get_by_role("button", name="Back").click()
        expect(text).to_have_text(shown)
        page.get_by_role("button", name=given[shown]).click()
        expect(text).not_to_have_text(shown)
    wait_until_saved(page)
    assert {row["text"]: row["label"] for row in exported(texts)} == given


def test_answers_survive_a_closed_tab_and_a_server_that_comes_back(page: Page, shapes: Served):
    page.goto(shapes.link)
    page.get_by_test_id("item-image").wait_for()
    answer_by_key(page, shapes, 5)
    page.close(run_before_unload=True)
    assert shapes.stop() == 0
    again = serve(shapes.home, shapes.folder, "--classes", "circle,square")
    try:
        shapes.process, shapes.link = again.process, again.link
        rows = exported(shapes)
        assert len(rows) == 5
        assert all(row["label"] == shapes.truth[row["id"]] for row in rows)
    finally:
        shapes.stop()


def test_a_skipped_image_goes_away_and_is_not_in_the_export(page: Page, shapes: Served):
    page.goto(shapes.link)
    image = page.get_by_test_id("item-image")
    skipped = image.get_attribute("src")
    page.keyboard.press("s")
    page.keyboard.press("1")
    expect(image).not_to_have_attribute("src", skipped)
    answer_by_key(page, shapes, 2)
    wait_until_saved(page)
    rows = exported(shapes)
    assert len(rows) == 2
    assert skipped.rsplit("/", 1)[1] not in {row["id"] for row in rows}


def test_a_used_link_says_what_to_do_and_a_new_one_signs_in(page: Page, shapes: Served):
    page.goto(shapes.link)
    page.get_by_test_id("item-image").wait_for()
    page.context.clear_cookies()
    page.goto(shapes.address)
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    page.get_by_role("textbox").fill(shapes.link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("not valid any more")).to_be_visible()
    page.get_by_role("textbox").fill(shapes.new_link())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible()


def test_every_page_is_accessible(page: Page, shapes: Served):
    def judge() -> None:
        for look in looks(page, LAPTOP, PHONE):
            assert violations(page) == [], look

    page.goto(shapes.address)
    page.get_by_role("heading", level=1, name="Sign in").wait_for()
    judge()
    page.goto(shapes.link)
    page.get_by_test_id("item-image").wait_for()
    judge()
    page.goto(shapes.address)
    page.get_by_role("heading", level=1, name="Projects").wait_for()
    page.get_by_role("link", name="Label").wait_for()
    judge()
