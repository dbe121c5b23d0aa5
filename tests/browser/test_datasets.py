"""The dataset browser: found, sliced, counted, traced and compared by a person, each against what is in the data."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg import sql
from tests.browser.conftest import draw_shapes, faults, finish, violations
from tests.browser.house import ANIMALS, House, open_house

from groundswell.app import App, local_member
from groundswell.ids import ProjectId
from groundswell.label.jobs import ask_to_learn
from groundswell.label.opening import open_project
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.organize import collect
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers

pytestmark = pytest.mark.browser

WORDS = ("broken screen", "lovely sound", "late delivery", "fair price")
REVIEWS = [
    {"text": f"Review {number}: {WORDS[number % 4]}, said a buyer.", "stars": 1 + number % 5}
    for number in range(60)
]
ASIDE = [{"text": "", "stars": 3}, REVIEWS[0]]
BROKEN = [each for each in REVIEWS if "broken" in each["text"] and each["stars"] <= 2]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("data") / "shapes"
    draw_shapes(folder, 6)
    opened = open_house(tmp_path_factory.mktemp("house") / "home", lambda app: furnish(app, folder))
    yield opened
    assert finish(opened.process) == 0


async def furnish(app: App, folder: Path) -> dict[str, ProjectId]:
    """Keep reviews in three versions: as they came, with labels, with one label changed; and have them labelled."""
    member = await local_member(app)
    scope, store = member.scope(), app.datasets(member.org_slug)
    collect(folder).save("shapes", store=store)
    first = collect([*REVIEWS, *ASIDE], licence="CC-BY-4.0").clean().save("reviews", store=store)
    ids = first.ids()
    labels = ["bad" if number % 3 else "good" for number in range(len(ids))]
    second = store.add_columns(first, pa.table({"id": ids, "label": labels}))
    store.tag(second, "gold")
    newest = store.add_columns(second, pa.table({"id": ids, "label": ["none of it", *labels[1:]]}))
    spec = {**vars(ANIMALS), "name": "moods", "kind": "text_choice", "classes": ("good", "bad"), "answers": 1}
    spec |= {"dataset": newest.name, "dataset_version": newest.number}
    project = await open_project(app.db, scope, newest, type(ANIMALS)(**spec))
    (worker,) = await add_workers(app.db, scope, ["Wilma"], Origin.PROGRAM)
    says = {worker: lambda task: Said("good", 3.0)}
    await answer_open_tasks(app.db, scope, project, says, rng=np.random.default_rng(0))
    return {"moods": project}


def come_in(page: Page, house: House) -> None:
    page.goto(house.owner_link())
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)


@pytest.fixture
def reader(page: Page, house: House) -> Page:
    come_in(page, house)
    return page


def open_reviews(page: Page, house: House, part: str = "") -> None:
    page.goto(f"{house.address}/datasets/reviews{part}")


def expect_found(page: Page, count: int) -> None:
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"^{count} items? found$"), timeout=20_000)
    expect(page.get_by_test_id("item")).to_have_count(min(count, 48))


def test_items_are_found_by_keyboard_and_the_address_finds_them_again(reader: Page, house: House):
    reader.goto(f"{house.address}/datasets")
    expect(reader.get_by_test_id("dataset")).to_have_count(2)
    reader.get_by_role("link", name="reviews", exact=True).click()
    expect_found(reader, len(REVIEWS))
    reader.keyboard.press("/")
    reader.keyboard.type("broken stars<=2")
    reader.keyboard.press("Enter")
    expect_found(reader, len(BROKEN))
    texts = {item.get_by_role("link").inner_text() for item in reader.get_by_test_id("item").all()}
    assert texts == {each["text"] for each in BROKEN}
    reader.reload()
    expect_found(reader, len(BROKEN))
    reader.get_by_label("Search").fill("nothing like this")
    reader.keyboard.press("Enter")
    expect(reader.get_by_text("Nothing is found")).to_be_visible()


def test_pictures_lie_in_a_grid_and_records_in_a_table_and_either_is_chosen(reader: Page, house: House):
    reader.goto(f"{house.address}/datasets/shapes")
    expect(reader.get_by_role("list", name="Items").get_by_role("img")).to_have_count(6)
    reader.get_by_role("button", name="Table").click()
    expect(reader.get_by_role("table").get_by_role("img")).to_have_count(6)
    open_reviews(reader, house)
    expect_found(reader, len(REVIEWS))
    expect(reader.get_by_role("table")).to_be_visible()
    reader.get_by_role("button", name="Show more").click()
    expect(reader.get_by_test_id("item")).to_have_count(len(REVIEWS))
    reader.get_by_role("button", name="Grid").click()
    expect(reader.get_by_role("table")).to_have_count(0)


def test_labels_are_counted_and_a_slice_of_them_is_saved_and_used(reader: Page, house: House):
    open_reviews(reader, house)
    bad = len([number for number in range(1, len(REVIEWS)) if number % 3])
    spread = reader.get_by_role("region", name="How values are spread")
    expect(spread.get_by_role("button", name=re.compile(rf"^bad {bad} "))).to_be_visible(timeout=20_000)
    spread.get_by_role("button", name=re.compile("^bad ")).click()
    expect(reader.get_by_label("Search")).to_have_value("label:bad")
    expect_found(reader, bad)
    slices = reader.get_by_role("region", name="Slices")
    slices.get_by_label("Name of the slice").fill("unhappy")
    slices.get_by_role("button", name="Save this search").click()
    expect(slices.get_by_text("label:bad")).to_be_visible()
    reader.get_by_label("Search").fill("slice:unhappy broken")
    reader.keyboard.press("Enter")
    worst = [n for n, each in enumerate(REVIEWS) if n and n % 3 and "broken" in each["text"]]
    expect_found(reader, len(worst))
    slices.get_by_role("button", name="Delete the slice unhappy").click()
    expect(slices.get_by_text("None yet")).to_be_visible()


def test_an_item_shows_where_it_is_from_and_who_labelled_it(reader: Page, house: House):
    open_reviews(reader, house, '?q="Review 7"')
    expect_found(reader, 1)
    reader.get_by_test_id("item").get_by_role("link").press("Enter")
    expect(reader.get_by_test_id("item-content")).to_contain_text(REVIEWS[7]["text"])
    expect(reader.get_by_test_id("item-content")).to_contain_text("stars")
    expect(reader.get_by_role("region", name="Where it is from")).to_contain_text("CC-BY-4.0")
    places = reader.get_by_role("region", name="Versions that have it")
    for number in (1, 2, 3):
        expect(places.get_by_role("link", name=f"reviews {number}")).to_be_visible()
    people = reader.get_by_role("region", name="Who labelled it")
    expect(people).to_contain_text("Wilma: good")
    people.get_by_role("link", name="moods").click()
    expect(reader.get_by_test_id("task-stage")).to_contain_text(REVIEWS[7]["text"])


def test_two_versions_are_compared_and_what_was_set_aside_says_why(reader: Page, house: House):
    open_reviews(reader, house, "/versions")
    expect(reader.get_by_test_id("version")).to_have_count(3)
    expect(reader.get_by_text("gold", exact=True).first).to_be_visible()
    reader.get_by_role("link", name="Compare with 2").click()
    expect(reader.get_by_role("button", name="Relabelled 1")).to_be_visible()
    expect(reader.get_by_test_id("changed")).to_have_count(1)
    expect(reader.get_by_role("row", name="python row 0 good none of it")).to_be_visible()
    open_reviews(reader, house, "/drops?version=1")
    rows = reader.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(1 + len(ASIDE))
    expect(reader.get_by_role("table")).to_contain_text("duplicate")


SEEN = {
    "/datasets": "[data-testid=dataset]",
    "/datasets/reviews": "[data-testid=item]",
    "/datasets/shapes": "[data-testid=item] img",
    "/datasets/reviews/versions": "[data-testid=version]",
    "/datasets/reviews/compare": "[data-testid=changed]",
    "/datasets/reviews/drops?version=1": "tbody tr",
    "/datasets/reviews/card": "article h1, article h2",
}
"""Each page, and what is there once it is whole."""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_of_datasets_is_accessible_and_fits(
    browser: Browser, house: House, scheme: str, width: int
):
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce", locale="en-US"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    come_in(page, house)
    complaints.clear()  # that nobody is signed in yet is none of ours
    for address, whole in SEEN.items():
        page.goto(house.address + address)
        page.locator(whole).first.wait_for(timeout=20_000)
        assert (address, faults(page)) == (address, [])
    page.goto(f"{house.address}/datasets/reviews")
    page.get_by_test_id("item").first.get_by_role("link").first.click()
    page.get_by_text("Wilma").wait_for()
    assert faults(page) == []
    assert complaints == []
    page.goto(f"{house.address}/datasets/reviews?q=stars<")
    expect(page.get_by_role("alert")).to_contain_text("at character 7, at its end: a value was expected")
    context.close()


def test_background_work_that_gave_up_is_seen_with_its_error_and_tried_again(reader: Page, house: House):
    house.do(lambda app: give_up(app, house.projects["moods"]))
    reader.goto(f"{house.address}/settings")
    job = reader.get_by_test_id("jobs").get_by_role("listitem").filter(has_text="gave up")
    expect(job).to_contain_text("ValueError: no classes")
    expect(job.get_by_role("link", name=f"project {house.projects['moods']}")).to_be_visible()
    assert violations(reader) == []
    job.get_by_role("button", name=re.compile("^Try again")).press("Enter")
    expect(reader.get_by_role("status").filter(has_text="It is tried again.")).to_be_visible()
    expect(job).to_have_count(0)
    expect(reader.get_by_test_id("jobs")).to_contain_text("Nothing waits", timeout=20_000)


async def give_up(app: App, project_id: ProjectId) -> None:
    """Let a job be tried for the last time, in vain."""
    scope = (await local_member(app)).scope()
    async with app.db.system_transaction() as tx:
        await ask_to_learn(tx, scope.org_id, project_id)
        await tx.execute(sql.SQL("set local search_path to procrastinate"))
        number = await tx.fetch_value(
            sql.SQL(
                "update procrastinate_jobs set status = 'failed', attempts = 8 where status = 'todo' "
                "and args @> %(args)s::jsonb returning id"
            ),
            args=json.dumps({"project_id": project_id}),
        )
        await tx.execute(
            sql.SQL(
                "insert into public.job_errors (job_id, error) values (%(id)s, 'ValueError: no classes')"
            ),
            id=number,
        )
