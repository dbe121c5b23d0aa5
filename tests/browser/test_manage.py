"""Those who manage: a project from above, its tasks, review by keyboard, people, files; each seen in the database."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import faults, finish, violations
from tests.browser.house import House, open_house

from groundswell.app import App, local_member
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("house") / "home")
    opened.do(lambda app: _answers(app, opened))
    yield opened
    assert finish(opened.process) == 0


async def _answers(app: App, house: House) -> None:
    """Let a program answer all that is reviewed: right but for what it takes for cats."""
    import numpy as np

    scope = (await local_member(app)).scope()
    (worker,) = await add_workers(app.db, scope, ["Wilma"], Origin.PROGRAM)
    says = {worker: lambda task: Said("cat", 3.0)}
    rng = np.random.default_rng(0)
    await answer_open_tasks(app.db, scope, house.projects["reviewed"], says, rng=rng)


@pytest.fixture
def manager(page: Page, house: House) -> Page:
    """The owner of the house, signed in."""
    page.goto(house.owner_link())
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    return page


def settled(house: House) -> bool:
    return house.rows("select count(*) from unsettled") == [(0,)]


def test_a_project_from_above_says_how_far_at_what_price_and_by_whom(manager: Page, house: House):
    manager.goto(f"{house.page_of('reviewed')}/overview")
    expect(manager.get_by_text("100% done")).to_be_visible(timeout=20_000)
    expect(manager.get_by_text("40 of 40")).to_be_visible()
    expect(manager.get_by_role("link", name="Wilma")).to_be_visible(timeout=30_000)  # once it is learnt
    expect(manager.get_by_role("link", name=re.compile("tasks wait for a reviewer"))).to_be_visible()
    manager.get_by_text("As a table").click()
    table = manager.get_by_role("region", name="Answers an hour, As a table").get_by_role("table")
    expect(table).to_contain_text("40")
    assert violations(manager) == []


def test_reviews_are_decided_by_keyboard(manager: Page, house: House):
    manager.goto(f"{house.page_of('reviewed')}/review")
    review = manager.get_by_test_id("review")
    review.wait_for(timeout=20_000)

    def next_one() -> str:
        return review.get_attribute("data-review")

    decided = []
    for keys in (["a"], ["f", "2", "Control+Enter"], ["x"]):
        decided.append(int(next_one()))
        for key in keys:
            manager.keyboard.press(key)
        if keys == ["x"]:
            manager.keyboard.type("Look at the last word.")
            manager.keyboard.press("Control+Enter")
        expect(review).not_to_have_attribute("data-review", str(decided[-1]))
    said = house.rows(
        "select decision, answer, reason, cardinality(rejected) from verdicts where review_id = any(%(ids)s) "
        "order by id",
        ids=decided,
    )
    assert said == [
        ("accept", None, "", 0),
        ("fix", {"choice": "dog"}, "", 0),
        ("reject", None, "Look at the last word.", 1),
    ]
    assert violations(manager) == []


def test_labels_are_accepted_together_by_what_a_filter_finds(manager: Page, house: House):
    manager.goto(f"{house.page_of('reviewed')}/tasks?reviewed=false&state=completed")
    rows = manager.get_by_test_id("task-row")
    rows.first.wait_for(timeout=20_000)
    tasks = [int(rows.nth(n).get_attribute("data-task")) for n in range(3)]
    for n in range(3):
        rows.nth(n).get_by_role("checkbox").check()
    expect(manager.get_by_test_id("bulk")).to_contain_text("3 chosen")
    manager.get_by_role("button", name="Accept labels").click()
    expect(manager.get_by_role("status").filter(has_text="3 labels are final.")).to_be_visible()
    final = house.rows("select task_id, answer from reviews where task_id = any(%(ids)s)", ids=tasks)
    assert sorted(final) == [(task, {"choice": "cat"}) for task in sorted(tasks)]
    assert violations(manager) == []


def test_a_manager_says_what_is_right_of_one_task_and_others_are_told(manager: Page, house: House):
    manager.goto(f"{house.page_of('reviewed')}/tasks")
    manager.get_by_role("link", name="a story about dogs, number 19").click()
    expect(manager.get_by_text("Wilma")).to_be_visible()
    manager.get_by_test_id("decide").click()
    manager.keyboard.press("2")
    manager.get_by_test_id("make-final").click()
    expect(manager.get_by_role("status").filter(has_text="The label is final.")).to_be_visible()
    manager.get_by_label("Say something").fill("All of these are dogs.")
    manager.get_by_label("Ask somebody to look").check()
    manager.get_by_role("button", name="Send").click()
    expect(manager.get_by_test_id("thread")).to_contain_text("All of these are dogs.")
    task = int(manager.url.rsplit("/", 1)[1])
    assert house.rows("select answer, reviewer from reviews where task_id = %(t)s", t=task) == [
        ({"choice": "dog"}, "You")
    ]
    manager.get_by_role("button", name="Resolve").click()
    expect(manager.get_by_role("button", name="Resolve")).to_have_count(0)
    assert house.rows("select is_flag, resolved_at is not null from comments") == [(True, True)]
    assert violations(manager) == []


def test_a_file_of_labels_is_written_and_holds_what_people_said(manager: Page, house: House):
    manager.goto(f"{house.page_of('reviewed')}/settings")
    manager.get_by_test_id("write-file").click()
    link = manager.get_by_test_id("download")
    link.wait_for(timeout=30_000)
    with manager.expect_download() as got:
        link.click()
    rows = [json.loads(line) for line in got.value.path().read_text().splitlines()]
    expected = dict(
        house.rows(
            "select t.item_id, coalesce(r.answer, c.answer) ->> 'choice' from tasks t "
            "join consensus c on c.task_id = t.id left join reviews r on r.task_id = t.id where t.project_id = %(p)s",
            p=house.projects["reviewed"],
        )
    )
    assert {row["id"]: row["label"] for row in rows} == expected
    assert len(rows) == 40
    assert violations(manager) == []


def test_who_may_label_is_said_at_the_set_up(manager: Page, house: House):
    manager.goto(f"{house.address}/new")
    manager.get_by_test_id("dataset").select_option("stories")
    manager.get_by_label("Name", exact=True).fill("for the tested")
    manager.get_by_test_id("classes").fill("cat\ndog")
    manager.get_by_test_id("entry").select_option("entry test")
    manager.get_by_label("Least skill").fill("0.7")
    manager.get_by_test_id("create").click()
    expect(manager).to_have_url(re.compile("/overview$"))
    assert house.rows("select state, requirements from projects where name = 'for the tested'") == [
        ("draft", {"qualifications": [house.projects["entry test"]], "min_skill": 0.7})
    ]


def test_a_test_for_people_is_made_of_what_another_project_knows(manager: Page, house: House):
    manager.goto(f"{house.address}/new")
    manager.get_by_test_id("dataset").select_option("stories")
    manager.get_by_label("Name", exact=True).fill("cats or dogs")
    manager.get_by_test_id("classes").fill("cat\ndog")
    manager.get_by_test_id("purpose").select_option("qualification")
    expect(manager.get_by_test_id("create")).to_be_disabled()  # until it is said where answers are known from
    manager.get_by_test_id("known").select_option("reviewed")
    manager.get_by_label("Tasks of it").fill("5")
    manager.get_by_label("Share that must be right").fill("0.8")
    assert violations(manager) == []
    manager.get_by_test_id("create").click()
    expect(manager).to_have_url(re.compile("/overview$"))
    made = "from projects p where name = 'cats or dogs'"
    assert house.rows(f"select purpose, requirements {made}") == [
        ("qualification", {"test_size": 5, "pass_mark": 0.8})
    ]
    assert house.rows(
        f"select count(*), count(t.gold) from tasks t where project_id = (select id {made})"
    ) == [(40, 40)]


def test_classes_change_once_it_is_seen_what_that_does_and_change_back(manager: Page, house: House):
    manager.goto(f"{house.page_of('reviewed')}/settings")
    form = manager.get_by_test_id("change-classes")
    form.get_by_role("combobox", name="Class", exact=True).select_option("dog")
    form.get_by_label("New name").fill("hound")
    form.get_by_role("button", name="See what it does").click()
    plan = manager.get_by_test_id("plan")
    expect(plan).to_contain_text("dog is called hound")
    expect(plan.get_by_role("row", name=re.compile("^dog hound"))).to_be_visible()
    expect(plan).to_contain_text("No task is asked again.")
    assert classes_of(house) == ["cat", "dog"]
    assert violations(manager) == []
    manager.get_by_test_id("make-change").click()
    expect(manager.get_by_text("The classes are changed.")).to_be_visible()
    assert classes_of(house) == ["cat", "hound"]
    manager.get_by_text("Versions", exact=True).click()
    manager.get_by_role("button", name="Back to version 1").click()
    expect(plan).to_contain_text("Version 1 comes back")
    manager.get_by_test_id("make-change").click()
    expect(plan).to_be_hidden()
    assert classes_of(house) == ["cat", "dog"]


def classes_of(house: House) -> list[str]:
    query = "select classes from ontologies where project_id = %(p)s order by version desc limit 1"
    ((classes,),) = house.rows(query, p=house.projects["reviewed"])
    return classes


PAGES = {
    "/": "[data-testid=project]",
    "/projects/{}/overview": "text=Cost",
    "/projects/{}/tasks": "[data-testid=task-row]",
    "/projects/{}/review": "[data-testid=review]",
    "/projects/{}/settings": "[data-testid=write-file]",
    "/new": "[data-testid=dataset] option:nth-child(2)",
    "/people": "[data-testid=member]",
    "/settings": "[data-testid=jobs] li",
    "/me": "[data-testid=export-me]",
}
"""Each managing page, and what is there once it is whole."""


def test_every_page_is_accessible_and_fits_on_a_dark_phone(browser: Browser, house: House):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce", locale="en-US"
    )
    page = context.new_page()
    page.goto(house.owner_link())
    page.get_by_role("heading", level=1, name="Projects").wait_for(timeout=15_000)
    for address, whole in PAGES.items():
        page.goto(house.address + address.format(house.projects["reviewed"]))
        page.locator(whole).first.wait_for(timeout=20_000, state="attached")
        assert (address, faults(page)) == (address, [])
    context.close()


def test_somebody_is_invited_and_comes_in_by_the_link(manager: Page, house: House):
    manager.goto(f"{house.address}/people")
    manager.get_by_label("E-mail").fill("ines@example.org")
    manager.get_by_label("Name").fill("Ines")
    manager.get_by_test_id("invite").click()
    link = manager.get_by_test_id("link").inner_text()
    assert violations(manager) == []
    context = manager.context.browser.new_context(locale="en-US")
    guest = context.new_page()
    guest.goto(link)
    expect(guest.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    guest.goto(f"{house.address}/me")
    expect(guest.get_by_role("heading", level=1, name="My work")).to_be_visible()
    expect(guest.get_by_role("link", name="animals")).to_be_visible()
    assert violations(guest) == []
    context.close()
    assert house.rows(
        "select m.role from members m join users u on u.id = m.user_id where u.email = 'ines@example.org'"
    ) == [("labeler",)]


def test_a_key_is_made_shown_once_and_ended(manager: Page, house: House):
    manager.goto(f"{house.address}/settings")
    manager.get_by_label("Name of a new key").fill("nightly export")
    manager.get_by_role("button", name="Create").click()
    secret = manager.get_by_test_id("secret").inner_text()
    asked = manager.request.get(
        f"{house.address}/api/v1/projects", headers={"Authorization": f"Bearer {secret}"}
    )
    assert asked.status == 200
    assert violations(manager) == []
    manager.get_by_role("button", name="Revoke: nightly export").click()
    expect(manager.get_by_text("revoked")).to_be_visible()


def test_all_that_is_kept_about_oneself_comes_as_one_file(page: Page, house: House):
    link, worker = house.invite("olaf")
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    page.goto(house.page_of("animals"))
    page.get_by_test_id("item-text").wait_for()
    page.keyboard.press("1")
    page.goto(f"{house.address}/me")
    with page.expect_download() as got:
        page.get_by_test_id("export-me").click()
    about = json.loads(got.value.path().read_text())
    assert about["who"]["user"]["email"] == "olaf@example.org"
    assert (
        len(about["ledger"]) == len(house.rows("select 1 from ledger where worker_id = %(w)s", w=worker)) == 1
    )


def test_who_labels_changes_an_earlier_answer_and_comments_on_the_task_in_hands(page: Page, house: House):
    link, worker = house.invite("hugo")
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    page.goto(house.page_of("animals"))
    text = page.get_by_test_id("item-text")
    for _ in range(2):
        before = text.inner_text()
        page.keyboard.press("1")
        expect(text).not_to_have_text(before)
    page.keyboard.press("c")
    page.get_by_label("Say something").fill("Is a lynx a cat?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_test_id("thread")).to_contain_text("Is a lynx a cat?")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.get_by_test_id("answered").first.click()
    page.get_by_test_id("history-stage").get_by_role("button", name="dog").click()
    page.get_by_test_id("revise").click()
    expect(page.get_by_text("Changed. What you said before stays on record.")).to_be_visible()
    assert violations(page) == []
    said = house.rows(
        "select revision, answer ->> 'choice' from annotations where worker_id = %(w)s order by id", w=worker
    )
    assert said.count((2, "dog")) == 1


def test_what_is_hard_to_look_at_is_veiled_until_one_looks(page: Page, house: House):
    link, worker = house.invite("vito")
    house.rows("select 1")
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    page.goto(house.page_of("hard to look at"))
    page.get_by_role("checkbox", name=re.compile("violence")).check()
    page.get_by_test_id("save-content").click()
    veil = page.get_by_test_id("veil")
    veil.wait_for(timeout=30_000)
    page.keyboard.press("1")  # nothing is said of what was not seen
    expect(veil).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("v")
    expect(veil).to_have_count(0)
    page.keyboard.press("1")
    veil.wait_for()
    page.get_by_test_id("back").click()
    assert house.rows("select count(*) from annotations where worker_id = %(w)s", w=worker) == [(0,)]
