"""Spans are marked on texts in a browser, by keys alone and by mouse; offsets are stored as code points."""

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

TEXT = (
    "🧪 Ada Lovelace was born in London in 1815. Her friend Mary Somerville, of the Royal Society of London, "
    "taught her.\nShe wrote to Charles Babbage 👩‍🔬 from Ockham."
)
RELATIONS = [
    {"name": "born in", "from": ["person"], "to": ["place"]},
    {"name": "taught", "from": ["person"], "to": ["person"]},
    {"name": "wrote to", "from": ["person"], "to": ["person"]},
]
SPEC = ProjectSpec(
    name="",
    kind="text_spans",
    classes=("person", "place", "group"),
    dataset="",
    dataset_version=0,
    answers=40,
)


def span(words: str, label: str, number: int, *, nth: int = 0) -> dict:
    """Return the span of some words of the text, counted in code points as Python counts."""
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return {"id": f"s{number}", "start": start, "end": start + len(words), "label": label}


LINES = """() => {
    const text = document.querySelector('[data-testid=item-text]');
    const range = document.createRange();
    range.selectNodeContents(text);
    const { top } = text.getBoundingClientRect();
    return [...range.getClientRects()].map((line) =>
        [line.left, line.top - top, line.width, line.height].map(Math.round));
}"""
"""Where the lines of the text lie."""

RIGHT = {"spans": [span("Ada Lovelace", "person", 1), span("London", "place", 2)]}
PROPOSED = {"spans": [span("Ada", "person", 1), span("London", "group", 2), span("1815", "group", 3)]}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("spans") / "letters"
    folder.mkdir()
    (folder / "0.txt").write_text(TEXT)
    long = tmp_path_factory.mktemp("long") / "books"
    long.mkdir()
    (long / "0.txt").write_text("\n\n".join(f"{n}. {TEXT}" for n in range(125)) + " The end")

    async def furnish(app: App) -> dict[str, ProjectId]:
        specs = [
            ProjectSpec(**{**vars(SPEC), "name": name, **more})
            for name, more in (
                ("related", {"options": {"relations": RELATIONS}}),
                ("apart", {"options": {"overlap": False, "words": True}}),
                ("proposed", {}),
                ("lesson", {"purpose": "training"}),
                ("reviewed", {"answers": 1, "review_levels": 1, "review_share": 1.0}),
            )
        ]
        opened = await open_kind(app, folder, specs, {digest_text(TEXT): RIGHT})
        await propose(app, opened["proposed"], PROPOSED)
        return opened | await open_kind(app, long, [ProjectSpec(**{**vars(SPEC), "name": "long"})], {})

    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def said(page: Page):
    return page.get_by_test_id("said")


def spans(page: Page):
    return page.get_by_test_id("span")


def drag(page: Page, start: str, end: str) -> None:
    """Drag over the text from inside one word to inside another."""
    places = page.evaluate(
        """([start, end]) => {
            const node = document.querySelector('[data-testid=item-text]').firstChild;
            return [start, end].map((word) => {
                const range = document.createRange();
                const at = node.data.indexOf(word);
                range.setStart(node, at);
                range.setEnd(node, at + word.length);
                const { x, y, width, height } = range.getClientRects()[0];
                return [x + width / 2, y + height / 2];
            });
        }""",
        [start, end],
    )
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=3)
    page.mouse.up()


def click(page: Page, word: str) -> None:
    drag(page, word, word)


def test_spans_and_a_relation_are_made_by_keys_alone_and_stored_in_code_points(page: Page, house: House):
    worker = open_as(page, house, "kay", "related")
    press(page, "ArrowRight", "ArrowRight")
    expect(said(page)).to_have_text("Ada")
    press(page, "Shift+ArrowRight", "1")
    expect(said(page)).to_have_text("Ada Lovelace is person.")
    press(page, *["ArrowRight"] * 4, "2")
    expect(said(page)).to_have_text("London is place.")
    press(page, ",")
    expect(said(page)).to_have_text("Ada Lovelace, person, span 1 of 2")
    press(page, "l", ".", "1")
    expect(said(page)).to_have_text("Ada Lovelace, born in, London.")
    expect(spans(page)).to_have_count(2)
    press(page, "Control+z", "Control+z")
    expect(spans(page)).to_have_count(1)
    press(page, "Control+Shift+z", "Control+Shift+z")
    expect(spans(page)).to_have_count(2)
    press(page, "Control+Enter")
    assert stored(page, house, worker) == [
        {
            "spans": [span("Ada Lovelace", "person", 1), span("London", "place", 2)],
            "relations": [{"from": "s1", "to": "s2", "label": "born in"}],
        }
    ]


def test_a_span_is_grown_shrunk_relabelled_and_removed_by_keys(page: Page, house: House):
    worker = open_as(page, house, "gus", "related")
    press(page, "ArrowDown")
    expect(said(page)).to_have_text("🧪")
    press(page, "ArrowRight", "ArrowRight", "1")  # Lovelace
    press(page, "o", "Shift+ArrowLeft")  # its start moves: a forename more
    expect(said(page)).to_have_text("Ada Lovelace is person.")
    press(page, "o", "Control+ArrowRight", "Control+ArrowRight", "Control+ArrowLeft")
    expect(said(page)).to_have_text("Ada Lovelace is person.")
    press(page, "3", "ArrowRight", "2", "Delete")
    expect(said(page)).to_have_text("was is not place any more.")
    press(page, "Control+z")  # one step: all the growing and shrinking of a span is another
    expect(spans(page)).to_have_count(2)
    press(page, "Control+Enter")
    labels = {
        one["label"]: TEXT[one["start"] : one["end"]] for one in stored(page, house, worker)[0]["spans"]
    }
    assert labels["place"] == "was"
    assert labels["group"].strip() == "Ada Lovelace"


def test_the_mouse_marks_nested_spans_and_no_line_of_the_text_moves(page: Page, house: House):
    worker = open_as(page, house, "mo", "related")
    before = page.evaluate(LINES)
    drag(page, "Royal", "of London")
    press(page, "Escape")
    click(page, "Somerville")
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_test_id("label").filter(has_text="group").click()  # armed: what is dragged over is marked
    drag(page, "Royal", "Society")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(spans(page)).to_have_count(2)
    assert page.evaluate(LINES) == before
    page.get_by_test_id("span").filter(has_text="Somerville").click()
    page.get_by_test_id("relate").click()
    expect(said(page)).to_have_text("No other span here can be related to this one.")
    expect(page.get_by_test_id("relating")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    person, group = stored(page, house, worker)[0]["spans"]
    assert TEXT[person["start"] : person["end"]] == "Somerville"
    dragged = TEXT[group["start"] : group["end"]]
    assert (person["label"], group["label"]) == ("person", "group")
    assert "al So" in dragged
    assert (
        dragged in "Royal Society"
    )  # from the middle of a word to the middle of another: nothing snaps here


def test_selections_snap_to_words_and_spans_that_may_not_overlap_are_refused(page: Page, house: House):
    worker = open_as(page, house, "ora", "apart")
    drag(page, "ovelac", "born")
    page.keyboard.press("1")
    expect(said(page)).to_have_text("Lovelace was born is person.")
    click(page, "1815")
    press(page, "Shift+ArrowLeft", *["Shift+ArrowLeft"] * 3)
    page.keyboard.press("2")
    expect(page.get_by_test_id("caution")).to_have_text(
        "This overlaps a span of person. Here spans may only touch."
    )
    expect(spans(page)).to_have_count(1)
    press(page, "Shift+ArrowRight", "2")
    expect(spans(page)).to_have_count(2)
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker)[0] == {
        "spans": [span("Lovelace was born", "person", 1), span("in London in 1815", "place", 2)]
    }


def test_a_proposal_is_seen_as_one_taken_over_and_corrected(page: Page, house: House):
    worker = open_as(page, house, "pia", "proposed")
    expect(spans(page)).to_have_count(3)
    expect(spans(page).first).to_have_attribute("data-by", "model")
    page.keyboard.press("m")
    expect(spans(page).first).to_have_attribute("data-by", "person")
    press(page, ".", "Shift+ArrowRight")  # Ada Lovelace
    press(page, ".", "2")  # London is a place
    press(page, ".", "Delete")  # 1815 is nothing
    expect(spans(page)).to_have_count(2)  # and is not proposed again
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [RIGHT]
    seen = house.rows("select proposal from annotations where worker_id = %(w)s", w=worker)
    assert seen[0][0]["answer"] == PROPOSED


def test_one_span_of_a_proposal_can_be_taken_alone(page: Page, house: House):
    worker = open_as(page, house, "una", "proposed")
    spans(page).filter(has_text="Ada").click()
    expect(spans(page).filter(has_text="proposed")).to_have_count(2)
    page.keyboard.press("Control+Enter")
    assert stored(page, house, worker) == [{"spans": [span("Ada", "person", 1)]}]


def test_training_shows_what_was_missed_and_wrong_and_nothing_changes_any_more(page: Page, house: House):
    open_as(page, house, "tom", "lesson")
    press(page, "ArrowRight", "ArrowRight", "Shift+ArrowRight", "2", "Control+Enter")
    expect(page.get_by_test_id("verdict")).to_contain_text("Not quite")
    for note in ("wrong", "missed"):
        expect(spans(page).filter(has_text=note).first).to_be_visible()
    expect(spans(page)).to_have_count(3)  # Ada Lovelace twice, and London
    press(page, ".", "1", "Delete")
    expect(spans(page)).to_have_count(3)
    expect(spans(page).filter(has_text="wrong")).to_have_count(1)


def test_an_answer_that_was_sent_back_is_put_right_with_the_reviewers_spans(page: Page, house: House):
    worker = open_as(page, house, "rob", "reviewed")
    press(page, "ArrowRight", "ArrowRight", "Shift+ArrowRight", "1", "Control+Enter")
    open_returned(page, house, worker, "reviewed", RIGHT)
    expect(spans(page)).to_have_count(2)
    expect(spans(page).filter(has_text="reviewer")).to_have_count(1)
    press(page, "ArrowRight", "Escape")  # lets go of a word; the task stays
    spans(page).filter(has_text="reviewer").click()
    expect(spans(page).filter(has_text="right")).to_have_count(2)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sent-back")).to_have_count(0)
    assert stored(page, house, worker) == [RIGHT]


def test_a_text_of_twenty_thousand_characters_scrolls_with_the_keys(page: Page, house: House):
    worker = open_as(page, house, "lena", "long")
    text = page.get_by_test_id("item-text").inner_text()
    assert len(text) > 20_000
    press(page, "End")
    expect(said(page)).to_have_text("end")
    page.wait_for_function("document.querySelector('[data-stage]').scrollTop > 5000")
    page.keyboard.press("1")
    press(page, "Home", "ArrowRight", "2", "Control+Enter")
    answer = stored(page, house, worker)[0]["spans"]
    assert [(one["start"], one["end"]) for one in answer] == [
        (3, 4),
        (len(text) - 3, len(text)),
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 620)])
def test_the_screen_is_accessible_in_full_and_in_half_the_width(
    browser: Browser, house: House, scheme: str, width: int
):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    open_as(page, house, f"axel-{scheme}", "proposed")
    press(page, "m", ".")
    assert violations(page) == []
    context.close()
