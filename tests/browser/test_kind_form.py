"""Forms are filled in a browser by keys, field after field; hidden fields are never stored."""

from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import faults, finish, violations
from tests.browser.house import House, open_house
from tests.browser.kinds import open_as, open_kind, open_returned, propose, stored

from groundswell.app import App
from groundswell.ids import ProjectId
from groundswell.items import digest_bytes
from groundswell.label.projects.model import ProjectSpec

pytestmark = pytest.mark.browser

READ = {"field": "legible", "is": [True]}
FIELDS = [
    {"name": "legible", "kind": "flag", "required": True, "title": "Can the receipt be read?"},
    {"name": "shop", "kind": "text", "most": 80, "required": True, "when": READ},
    {"name": "total", "kind": "number", "low": 0, "when": READ},
    {"name": "items", "kind": "whole", "low": 0, "high": 99},
    {
        "name": "paid",
        "kind": "choice",
        "values": ["cash", {"value": "card", "title": "By card"}],
        "required": True,
    },
    {
        "name": "card",
        "kind": "text",
        "pattern": "number",
        "when": {"all": [READ, {"field": "paid", "is": ["card"]}]},
    },
    {"name": "bought", "kind": "choices", "values": ["food", "drinks", "travel"], "least": 1},
    {"name": "date", "kind": "date"},
    {"name": "at", "kind": "datetime"},
    {"name": "site", "kind": "url"},
    {"name": "scan", "kind": "file"},
    {"name": "order", "kind": "rank", "values": ["price", "service", "place"]},
    {"name": "mood", "kind": "scale", "low": 1, "high": 7},
    {"name": "names", "kind": "text", "several": True, "most": 3},
    {"name": "notes", "kind": "text", "most": 500},
]
FULL = {
    "legible": True,
    "shop": "Bar “Roma” 🍝",
    "total": 12.5,
    "items": 3,
    "paid": "card",
    "card": "1234",
    "bought": ["food", "travel"],
    "date": "2026-03-01",
    "at": "2026-03-01T20:15:30",
    "site": "https://example.org/roma",
    "scan": "a" * 64,
    "order": ["place", "price", "service"],
    "mood": 6,
    "names": ["Ada", "Charles"],
    "notes": "Two lines,\nand a comma.",
}
TABLE = [
    {
        "name": "lines",
        "kind": "rows",
        "title": "What was bought",
        "most": 5,
        "fields": [
            {"name": "item", "kind": "text", "required": True},
            {"name": "price", "kind": "number", "low": 0},
        ],
    },
    {
        "name": "people",
        "kind": "rows",
        "fields": [
            {"name": "name", "kind": "text", "most": 80},
            {"name": "adult", "kind": "flag"},
            {"name": "age", "kind": "whole", "when": {"field": "adult", "is": [False]}},
        ],
    },
    {"name": "scan", "kind": "file"},
]
PROPOSED = {"fields": {"legible": True, "shop": "Bar Roma", "paid": "card"}}
SPEC = ProjectSpec(
    name="",
    kind="form",
    classes=(),
    dataset="",
    dataset_version=0,
    answers=40,
    options={"fields": FIELDS},
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("form") / "receipts"
    folder.mkdir()
    gold = {}
    for number in range(3):
        path = folder / f"{number}.png"
        Image.new("RGB", (300, 400), (240, 240 - number, 230)).save(path)
        gold[digest_bytes(path.read_bytes())] = {"fields": {"legible": False, "paid": "cash"}}

    async def furnish(app: App) -> dict[str, ProjectId]:
        specs = [
            ProjectSpec(**{**vars(SPEC), "name": name, **more})
            for name, more in (
                ("receipts", {}),
                ("proposed", {}),
                ("table", {"options": {"fields": TABLE}}),
                ("lesson", {"purpose": "training"}),
                ("reviewed", {"answers": 1, "review_levels": 1, "review_share": 1.0}),
            )
        ]
        opened = await open_kind(app, folder, specs, gold)
        await propose(app, opened["proposed"], PROPOSED)
        return opened

    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


def field(page: Page, name: str):
    return page.locator(f"[data-field='{name}']")


def current(page: Page, name: str) -> None:
    expect(field(page, name)).to_have_attribute("data-current", "true")


def test_every_kind_of_field_is_filled_in_by_keys(page: Page, house: House):
    worker = open_as(page, house, "kay", "receipts")
    key, write = page.keyboard.press, page.keyboard.type
    expect(field(page, "shop")).to_have_count(0)
    key("1")
    current(page, "shop")
    page.keyboard.insert_text("Bar “Roma” 🍝")
    key("Enter")
    write("12,5")
    key("Enter")
    write("3")
    key("Enter")
    current(page, "paid")
    key("2")
    current(page, "card")
    write("1234")
    key("Enter")
    current(page, "bought")
    key("3")
    key("1")
    key("n")
    current(page, "date")
    page.keyboard.type("03012026")
    key("Enter")
    current(page, "at")
    page.get_by_label("at", exact=True).fill("2026-03-01T20:15:30")
    key("Enter")
    write("https://example.org/roma")
    key("Enter")
    write("a" * 64)
    key("Enter")
    current(page, "order")
    for one in "312":
        key(one)
    current(page, "mood")
    key("6")
    current(page, "names")
    write("Ada")
    key("Enter")
    write("Charles")
    key("Enter")
    expect(page.get_by_label("names, entry 3")).to_be_focused()
    key("Enter")  # an entry that stays blank is none
    current(page, "notes")
    page.keyboard.insert_text("Two lines,\nand a comma.")
    key("Control+Enter")
    assert stored(page, house, worker) == [{"fields": FULL}]


def test_what_a_condition_hides_is_not_stored_and_comes_back_with_it(page: Page, house: House):
    worker = open_as(page, house, "hal", "receipts")
    page.keyboard.press("1")
    page.keyboard.type("Bar Roma")
    field(page, "legible").get_by_text("No", exact=True).click()
    expect(field(page, "shop")).to_have_count(0)
    field(page, "legible").get_by_text("Yes", exact=True).click()
    expect(page.get_by_label("shop")).to_have_value("Bar Roma")
    field(page, "legible").get_by_text("No", exact=True).click()
    field(page, "paid").get_by_text("cash").click()
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"fields": {"legible": False, "paid": "cash"}}]


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_given(page: Page, house: House):
    worker = open_as(page, house, "wes", "receipts")
    page.keyboard.press("2")
    page.get_by_label("items").fill("300")
    field(page, "paid").get_by_text("cash").click()
    expect(field(page, "items")).to_contain_text("at most 99")
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="items: at most 99.")).to_be_attached()
    page.get_by_label("items").fill("x3")
    page.get_by_label("items").press("Enter")
    expect(field(page, "items")).to_contain_text("write a whole number")
    page.get_by_label("items").fill("30")
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"fields": {"legible": False, "items": 30, "paid": "cash"}}]


def test_a_proposal_is_taken_field_by_field_or_whole_and_undone(page: Page, house: House):
    worker = open_as(page, house, "pia", "proposed")
    expect(page.get_by_test_id("proposed")).to_have_count(2)  # the shop is hidden yet
    field(page, "paid").get_by_role("button", name="Use").click()
    expect(field(page, "paid").get_by_role("radio", name="By card")).to_be_checked()
    page.keyboard.press("m")
    expect(page.get_by_label("shop")).to_have_value("Bar Roma")
    page.keyboard.press("Control+z")
    expect(field(page, "shop")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    page.get_by_label("shop").fill("Bar Romana")
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"fields": {**PROPOSED["fields"], "shop": "Bar Romana"}}]


def test_training_says_what_is_right_of_each_field_and_locks_them(page: Page, house: House):
    open_as(page, house, "tom", "lesson")
    page.keyboard.press("2")
    page.get_by_label("items").fill("3")
    field(page, "paid").get_by_text("cash").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("verdict")).to_contain_text("Not quite")
    expect(field(page, "legible").get_by_test_id("told")).to_have_text("✓ Right answer: No")
    expect(field(page, "items").get_by_test_id("told")).to_have_text("✗ Right answer: nothing")
    expect(page.get_by_label("items")).not_to_be_editable()
    expect(field(page, "paid").get_by_role("radio", name="cash")).to_be_disabled()


def test_a_form_that_was_sent_back_is_put_right(page: Page, house: House):
    worker = open_as(page, house, "rob", "reviewed")
    page.keyboard.press("2")
    field(page, "paid").get_by_text("cash").click()
    page.keyboard.press("Control+Enter")
    open_returned(page, house, worker, "reviewed", {"fields": {"legible": False, "paid": "card"}})
    expect(field(page, "paid").get_by_test_id("told")).to_have_text("✗ Reviewer: By card")
    field(page, "paid").get_by_text("By card", exact=True).click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sent-back")).to_have_count(0)
    assert stored(page, house, worker) == [{"fields": {"legible": False, "paid": "card"}}]


def test_rows_are_filled_in_by_keys_cell_after_cell(page: Page, house: House):
    worker = open_as(page, house, "ron", "table")
    key, write = page.keyboard.press, page.keyboard.type
    key("n")
    for item, price in (("Tea", "2,50"), ("Bun", "1")):
        write(item)
        key("Enter")
        write(price)
        key("Enter")
    expect(field(page, "lines").locator("[data-row]")).to_have_count(3)
    key("Enter")  # a row that stays blank is none, and leads on
    current(page, "people")
    write("Ann")
    key("Enter")
    field(page, "people").get_by_text("No", exact=True).click()
    field(page, "people").get_by_label("age").fill("7")
    key("Control+Enter")
    bought = [{"item": "Tea", "price": 2.5}, {"item": "Bun", "price": 1}]
    people = [{"name": "Ann", "adult": False, "age": 7}]
    assert stored(page, house, worker) == [{"fields": {"lines": bought, "people": people}}]


PASTE = """(cell, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  cell.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_rows_are_pasted_taken_away_and_undone_and_what_they_lack_is_said(page: Page, house: House):
    worker = open_as(page, house, "pat", "table")
    lines = field(page, "lines")
    item, price = lines.get_by_label("item"), lines.get_by_label("price")
    item.first.evaluate(PASTE, "Tea\t2\nBun\t1\n\t9\nJam\tx")
    expect(item).to_have_count(4)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="row 3, item: this is needed")).to_be_attached()
    lines.get_by_role("button", name="Remove row 3").click()
    page.keyboard.press("Control+z")
    expect(item).to_have_count(4)
    lines.get_by_role("button", name="Remove row 3").click()
    price.nth(2).fill("3")
    lines.get_by_test_id("add-row").click()
    lines.get_by_test_id("add-row").click()
    expect(lines.get_by_test_id("add-row")).to_have_count(0)  # five at most
    page.keyboard.press("Control+Enter")
    bought = [{"item": "Tea", "price": 2}, {"item": "Bun", "price": 1}, {"item": "Jam", "price": 3}]
    assert stored(page, house, worker) == [{"fields": {"lines": bought}}]


def test_a_file_is_handed_in_and_can_be_fetched_again(page: Page, house: House):
    worker = open_as(page, house, "fay", "table")
    scan, data = field(page, "scan"), b"%PDF-1.7 as far as it goes"
    chosen = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": data}
    scan.get_by_test_id("chooser").set_input_files(chosen)
    expect(scan.get_by_test_id("handed")).to_have_text("scan.pdf")
    with page.expect_download() as fetched:
        scan.get_by_test_id("handed").click()
    assert fetched.value.suggested_filename == "scan.pdf"
    scan.get_by_role("button", name="Remove scan.pdf").click()
    expect(scan.get_by_label("scan")).to_have_value("")
    scan.get_by_test_id("chooser").set_input_files({**chosen, "buffer": bytes(9_000_000)})
    expect(scan.get_by_role("alert")).to_contain_text("larger than 8 MB")
    scan.get_by_test_id("chooser").set_input_files(chosen)
    expect(scan.get_by_test_id("handed")).to_be_visible()
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"fields": {"scan": digest_bytes(data)}}]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_rows_and_files_are_accessible(
    browser: Browser, house: House, request: pytest.FixtureRequest, scheme: str, width: int
):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    open_as(page, house, f"rosa-{scheme}", "table")
    field(page, "lines").get_by_label("item").first.evaluate(PASTE, "Tea\t2\nBun\tx")
    field(page, "people").get_by_label("name").fill("Ann")
    page.get_by_label("scan").fill("nowhere")
    page.get_by_label("scan").press("Enter")
    if folder := request.config.getoption("--screenshots"):
        page.screenshot(path=f"{folder}/rows-{scheme}.png")
    assert faults(page) == []
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 620)])
def test_the_screen_is_accessible_in_full_and_in_half_the_width(
    browser: Browser, house: House, scheme: str, width: int
):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    open_as(page, house, f"axel-{scheme}", "proposed")
    page.keyboard.press("m")
    page.get_by_label("items").fill("300")
    page.get_by_label("items").press("Enter")
    assert violations(page) == []
    context.close()
