"""Conversations in a browser: answers are written and edited, turns go on with models, steps are marked."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg import sql
from tests.browser.conftest import LAPTOP, PHONE, finish, looks, violations
from tests.browser.house import House, open_house
from tests.browser.talks import CRITERIA, DRAFT, EGG, STEPS
from tests.unit.assist.models.server import Server

from groundswell.app import App, local_member
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.opening import open_project
from groundswell.label.predictors.model import PredictorSpec
from groundswell.label.predictors.rules import Access
from groundswell.label.predictors.service import put_predictor
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect

pytestmark = pytest.mark.browser

SPEC = ProjectSpec(name="", kind="chat", classes=(), dataset="", dataset_version=0, answers=40)
PARTS = STEPS["messages"][-1]["content"].split("\n\n")
RIGHT = [{"text": part, "verdict": verdict} for part, verdict in zip(PARTS, "gggb", strict=True)]
WORDS = {"g": "good", "n": "neutral", "b": "bad"}
EVIL = "<script>window.hacked = 1</script><img src=/favicon.svg?from=reply onerror='window.hacked = 2'>"


class Models:
    """Two models on this machine: each says its name and the last word; one also tries to break out."""

    def __init__(self) -> None:
        self.down = False
        self.held = threading.Event()
        self.held.set()
        self.server = Server(self._answer)
        self.host = f"http://127.0.0.1:{self.server.port}"

    def _answer(self, body: dict[str, Any], number: int) -> Any:
        self.held.wait(20)
        if self.down:
            return 503, {"error": "overloaded"}
        name, last = body["model"], body["messages"][-1]["content"]
        content = f"**{name}** says {number}: {last}" + (EVIL if name == "second" else "")
        return {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    opened = Models()
    yield opened
    opened.server.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Iterator[House]:
    async def furnish(app: App) -> dict[str, ProjectId]:
        return await furnished(app, models.host)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDSWELL_MODEL_HOSTS", models.host)
        opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


async def furnished(app: App, host: str) -> dict[str, ProjectId]:
    member = await local_member(app)
    projects: dict[str, ProjectId] = {}

    async def add(name: str, record: dict[str, Any], models: tuple[str, ...] = (), **given: Any) -> None:
        collection = collect([record], as_records=True)
        version = collection.save(name, store=app.datasets(member.org_slug))
        if given.get("purpose") == "training":
            right = {"steps": [{**one, "verdict": WORDS[one["verdict"]]} for one in RIGHT]}
            given |= {
                "gold": {item.id: right for item in collection.items()},
                "requirements": {"test_size": 1},
            }
        at = {"dataset": version.name, "dataset_version": version.number}
        spec = replace(SPEC, name=name, **at, **given)
        projects[name] = await open_project(app.db, member.scope(), version, spec)
        for model in models:
            talker = PredictorSpec("chat", f"{host}/v1", model, replies_per_day=30)
            await put_predictor(app.db, member.scope(), Access([host]), projects[name], model, talker)

    turns = {"mode": "continue", "least_turns": 2, "most_turns": 3}
    await add("writing", EGG, options={"justification": "optional"})
    await add("editing", DRAFT, options={"mode": "edit", "system": True, "criteria": CRITERIA[:1]})
    await add("talking", EGG, ("first", "second"), options={**turns, "criteria": CRITERIA[:1]})
    await add("alone", EGG, options={"mode": "continue"})
    await add("weak", EGG, ("first",), options={"mode": "continue", "system": True})
    await add("steps", STEPS, options={"mode": "steps", "justification": "optional"})
    await add("lesson", STEPS, options={"mode": "steps"}, purpose="training")
    async with app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into predictions (org_id, task_id, model_version, answer, probability) "
                "select org_id, id, 4, %(answer)s::jsonb, 0.72 from tasks where project_id = %(id)s"
            ),
            id=projects["writing"],
            answer='{"messages": [{"role": "assistant", "content": "Ten minutes.", "from": "model"}]}',
        )
    return projects


def open_as(page: Page, house: House, name: str, project: str) -> WorkerId:
    link, worker = house.invite(name)
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    page.goto(house.page_of(project))
    page.get_by_test_id("stage").wait_for()
    return worker


def stored(page: Page, house: House, worker: WorkerId) -> dict[str, Any]:
    """Submit, leave the page, and return the answer that is stored then."""
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("last")).to_contain_text("last:")
    page.goto(house.address)
    for _ in range(80):
        rows = house.rows("select answer from annotations where worker_id = %(w)s", w=worker)
        if rows:
            return rows[0][0]
    raise AssertionError("nothing was stored")


def assistant(content: str, author: str = "worker", **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "from": author, **more}


def user(content: str) -> dict[str, Any]:
    return {"role": "user", "content": content, "from": "worker"}


def test_an_answer_is_written_by_keyboard_and_seen_as_it_will_look(page: Page, house: House):
    worker = open_as(page, house, "wim", "writing")
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("i")
    page.keyboard.type("**Six** minutes \N{EGG}")
    expect(page.get_by_test_id("preview").locator("strong")).to_have_text("Six")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("composer")).to_have_value("")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("w")
    page.keyboard.type("From a book.")
    answer = stored(page, house, worker)
    assert answer == {
        "messages": [assistant("**Six** minutes \N{EGG}")],
        "justification": "From a book.",
    }


def test_a_proposal_is_seen_taken_over_and_corrected(page: Page, house: House):
    worker = open_as(page, house, "pat", "writing")
    expect(page.get_by_test_id("proposal")).to_contain_text("Ten minutes.")
    page.keyboard.press("m")
    expect(page.get_by_test_id("composer")).to_have_value("Ten minutes.")
    page.keyboard.press("i")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Or six.")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    expect(page.get_by_test_id("changes").locator("ins")).to_contain_text("Or six")
    assert stored(page, house, worker) == {
        "messages": [assistant("Ten minutes. Or six.", "model", edited=True)]
    }


def test_the_last_answer_is_edited_with_its_changes_in_sight_and_the_system_message_too(
    page: Page, house: House
):
    worker = open_as(page, house, "eda", "editing")
    last = DRAFT["messages"][-1]["content"]
    expect(page.get_by_test_id("composer")).to_have_value(last)
    page.keyboard.press("i")
    page.keyboard.press("Control+Home")
    page.keyboard.type("Well: ")
    expect(page.get_by_test_id("changes").locator("ins")).to_have_text("Well: ")
    expect(page.get_by_test_id("changes").locator("del")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("textbox", name="System").fill("You are a chemist.")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.press("2")
    assert stored(page, house, worker) == {
        "messages": [
            {"role": "system", "content": "You are a chemist.", "from": "worker"},
            assistant(f"Well: {last}", "model", edited=True),
        ],
        "ratings": [{"message": 1, "correct": 2}],
    }


def test_a_conversation_goes_on_with_models_whose_words_run_nothing(page: Page, house: House, models: Models):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    worker = open_as(page, house, "cora", "talking")
    models.held.clear()
    page.keyboard.press("a")
    expect(page.get_by_test_id("waiting")).to_be_visible()
    models.held.set()
    replies = page.get_by_test_id("reply")
    expect(replies).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="2 replies")).to_be_attached()
    evil = replies.filter(has_text="second")
    assert evil.locator("script, img").count() == 0
    assert page.evaluate("window.hacked") is None
    assert not [url for url in asked if "from=reply" in url]
    place = 1 if "first" in replies.first.inner_text() else 2
    page.keyboard.press(str(place))
    page.keyboard.press("4")  # its rating has the focus, then the next message
    page.keyboard.type("And at sea?")
    page.keyboard.press("Enter")
    expect(replies).to_have_count(2)
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("a")
    expect(replies).to_have_count(4)
    second = replies.filter(has_text="first").first
    said = second.inner_text().splitlines()[0]
    second.get_by_role("button", name="Use this").click()
    page.keyboard.press("5")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(replies).to_have_count(4)  # undone, and still at hand
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Ahoy.")
    page.keyboard.press("Escape")
    expect(page.get_by_text("from the model, edited")).to_be_visible()
    answer = stored(page, house, worker)
    first, spoken, last = answer["messages"]
    assert re.fullmatch(r"\*\*first\*\* says \d+: How long does an egg boil\?", first["content"])
    assert (first["from"], "edited" in first) == ("model", False)
    assert spoken == user("And at sea?")
    assert last["content"].replace("*", "") == f"{said} Ahoy."
    assert (last["from"], last["edited"]) == ("model", True)
    assert answer["ratings"] == [{"message": 0, "correct": 4}, {"message": 2, "correct": 5}]
    logged = house.rows(
        "select predictor, content is not null from model_replies where worker_id = %(w)s order by id",
        w=worker,
    )
    assert sorted(logged) == [("first", True)] * 3 + [("second", True)] * 3


def test_after_a_crash_the_same_question_is_answered_as_before_and_asked_once(
    page: Page, house: House, models: Models
):
    worker = open_as(page, house, "carl", "talking")
    page.keyboard.press("a")
    replies = page.get_by_test_id("reply")
    expect(replies).to_have_count(2)
    before, asked = sorted(replies.all_inner_texts()), len(models.server.asked)
    page.reload()
    page.get_by_test_id("ask").wait_for()
    page.keyboard.press("a")
    expect(replies).to_have_count(2)
    assert (sorted(replies.all_inner_texts()), len(models.server.asked)) == (before, asked)
    assert house.rows("select count(*) from model_replies where worker_id = %(w)s", w=worker) == [(2,)]


def test_without_a_model_or_with_one_that_is_down_one_writes_oneself(
    browser: Browser, house: House, models: Models
):
    page = browser.new_page(viewport={"width": LAPTOP[0], "height": LAPTOP[1]}, locale="en-US")
    worker = open_as(page, house, "solo", "alone")
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("No model is connected")
    page.goto(house.page_of("weak"))
    page.get_by_test_id("ask").wait_for()
    models.down = True
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("The model did not answer", timeout=20_000)
    models.down = False
    page.keyboard.press("a")
    expect(page.get_by_test_id("reply")).to_have_count(1)
    page.keyboard.press("i")
    page.keyboard.type("Six minutes.")
    assert stored(page, house, worker) == {"messages": [assistant("Six minutes.")]}
    page.close()


def test_steps_are_marked_by_keys_joined_cut_and_may_end_at_a_bad_one(page: Page, house: House):
    worker = open_as(page, house, "stef", "steps")
    steps = page.get_by_test_id("step")
    expect(steps).to_have_count(4)
    page.keyboard.press("1")
    page.keyboard.press("j")
    expect(steps).to_have_count(3)
    page.keyboard.press("2")
    page.keyboard.press("Backspace")
    expect(steps).to_have_count(4)
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("j")
    page.keyboard.press("3")
    expect(page.get_by_test_id("may-stop")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("2")
    expect(steps.first).to_have_attribute("data-verdict", "neutral")
    assert stored(page, house, worker) == {
        "steps": [
            {"text": PARTS[0], "verdict": "neutral"},
            {"text": f"{PARTS[1]}\n\n{PARTS[2]}", "verdict": "bad"},
        ]
    }


def test_training_shows_the_right_verdicts_and_nothing_can_be_changed(page: Page, house: House):
    open_as(page, house, "lena", "lesson")
    for key in "1112":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("verdict")).to_contain_text("it is bad at step 4")
    right = page.locator("[data-told=right]")
    expect(right).to_have_text([re.compile("Good")] * 3 + [re.compile("Bad")])
    right.last.click(force=True)
    page.keyboard.press("3")
    expect(page.get_by_test_id("step").last).to_have_attribute("data-verdict", "neutral")


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, house: House):
    page = browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True)
    open_as(page, house, "phil", "writing")
    for project in ("writing", "editing", "talking", "steps"):
        page.goto(house.page_of(project))
        page.get_by_test_id("stage").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0], project
        expect(page.get_by_test_id("submit")).to_be_in_viewport()
    page.close()


def test_every_screen_is_accessible(page: Page, house: House):
    open_as(page, house, "ada", "writing")
    for project, keys in (("writing", "m"), ("editing", ""), ("talking", "a"), ("steps", "13")):
        page.goto(house.page_of(project))
        page.get_by_test_id("stage").wait_for()
        for key in keys:
            page.keyboard.press(key)
        if project == "talking":
            page.get_by_test_id("reply").first.wait_for()
        for look in looks(page, LAPTOP):
            assert violations(page) == [], (project, look)
