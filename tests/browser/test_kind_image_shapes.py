"""Shapes are drawn on images in a browser, by pointer and by keys alone; what is stored is what was drawn."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from psycopg import sql
from tests.browser.conftest import LAPTOP, finish, looks, violations
from tests.browser.house import REASON, House, open_house
from tests.browser.kinds import open_as, open_kind, propose, stored

from groundswell.app import App
from groundswell.ids import ProjectId
from groundswell.items import digest_bytes
from groundswell.label.projects.model import ProjectSpec

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 640, 400
JOINTS = ["head", "hip", "foot"]
EVERYTHING = {
    "shapes": ["box", "rotated_box", "polygon", "line", "keypoints", "ellipse", "point", "cuboid"],
    "shapes_of": {
        "car": ["box", "rotated_box", "polygon", "line", "ellipse", "point", "cuboid"],
        "person": ["keypoints", "box"],
    },
    "skeletons": {"person": {"joints": JOINTS, "edges": [[0, 1], [1, 2]]}},
}
COLOURS = [
    {"name": "colour", "kind": "choice", "values": ["red", "blue"], "required": True, "of": ["car"]},
    {"name": "parked", "kind": "flag", "of": ["car"]},
    {"name": "note", "kind": "text"},
]
LINKED = [{"name": "drives", "kind": "link", "of": ["person"], "to": ["car"], "required": True}]
JOINED = {
    "shapes": ["point", "line"],
    "connections": [{"pair": ["car", "person"]}],
    "least_points": 3,
    "most_points": 4,
}
LAYERS = [{"type": "polygon", "label": "road", "points": [[0, 250], [640, 250], [640, 400], [0, 400]]}]
BESIDE = ["https://example.org/left.png", "Taken at **night**."]
RIGHT = {"shapes": [{"type": "box", "label": "car", "points": [[100.0, 120.0], [260.0, 240.0]]}]}
PROPOSED = {
    "shapes": [
        {"type": "box", "label": "car", "points": [[90.0, 110.0], [250.0, 230.0]]},
        {"type": "box", "label": "person", "points": [[400.0, 100.0], [440.0, 220.0]]},
    ]
}
SPEC = ProjectSpec(
    name="",
    kind="image_shapes",
    classes=("car", "person"),
    dataset="",
    dataset_version=0,
    answers=40,
)


def draw_streets(folder: Path) -> dict[str, dict]:
    """Draw some pictures with a car; returns what is right of each by its digest."""
    folder.mkdir()
    right = {}
    for number in range(4):
        image = Image.new("RGB", (WIDTH, HEIGHT), (200, 220 - number, 235))
        pen = ImageDraw.Draw(image)
        pen.rectangle([0, 250, WIDTH, HEIGHT], fill=(96, 98, 104))
        pen.rounded_rectangle([100, 120, 260, 240], 20, fill=(190, 60, 50))
        pen.rectangle([400, 100, 440, 220], fill=(60, 110, 120))
        path = folder / f"{number}.png"
        image.save(path)
        right[digest_bytes(path.read_bytes())] = RIGHT
    return right


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("shapes") / "streets"
    right = draw_streets(folder)

    async def furnish(app: App) -> dict[str, ProjectId]:
        specs = [
            ProjectSpec(**{**vars(SPEC), "name": name, "options": options, **more})
            for name, options, more in (
                ("everything", EVERYTHING, {}),
                ("coloured", {"shapes": ["box", "polygon"], "attributes": COLOURS, "most": 3}, {}),
                ("proposed", {}, {}),
                ("linked", {"attributes": LINKED}, {}),
                ("joined", JOINED, {}),
                ("lesson", {}, {"purpose": "training"}),
                ("reviewed", {}, {"answers": 1, "review_levels": 1, "review_share": 1.0}),
            )
        ]
        opened = await open_kind(app, folder, specs, right)
        await propose(app, opened["proposed"], PROPOSED)
        async with app.db.system_transaction() as tx:
            beside = sql.SQL(
                "update tasks set payload = payload || %(more)s::jsonb where project_id = %(id)s"
            )
            await tx.execute(
                beside, id=opened["linked"], more=json.dumps({"beside": BESIDE, "layers": LAYERS})
            )
        return opened

    opened = open_house(tmp_path_factory.mktemp("house") / "home", furnish)
    yield opened
    assert finish(opened.process) == 0


class Canvas:
    """The stage of a page, in pixels of the image."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.read()

    def read(self) -> None:
        """Look where the image is; again after the view has changed."""
        canvas = self.page.get_by_test_id("canvas")
        canvas.wait_for()
        self.page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        box = canvas.bounding_box()
        self.scale = float(canvas.get_attribute("data-scale"))
        left, top = map(float, canvas.get_attribute("data-origin").split())
        self.left, self.top = box["x"] + left, box["y"] + top

    def screen(self, x: float, y: float) -> tuple[float, float]:
        """Return the whole screen pixel that is nearest to a place."""
        return round(self.left + x * self.scale), round(self.top + y * self.scale)

    def there(self, x: float, y: float) -> list[float]:
        """Return the place that a pointer at that screen pixel means, as it is stored."""
        across, down = self.screen(x, y)
        return [round((across - self.left) / self.scale, 2), round((down - self.top) / self.scale, 2)]

    def click(self, x: float, y: float, **how: object) -> None:
        self.page.mouse.click(*self.screen(x, y), **how)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*self.screen(*start))
        mouse.down()
        mouse.move(*self.screen((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        mouse.move(*self.screen(*end))
        mouse.up()


def submit(page: Page) -> None:
    """Give the answer, and wait for the next task."""
    source = page.get_by_test_id("item-image").get_attribute("src")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("item-image")).not_to_have_attribute("src", source)


def rows(page: Page):
    return page.get_by_test_id("shape")


def near(points: list, expected: list) -> bool:
    there, here = ([value for pair in path for value in pair] for path in (points, expected))
    return there == pytest.approx(here, abs=0.02)


def test_boxes_and_polygons_are_drawn_with_the_pointer_and_described_by_attributes(page: Page, house: House):
    worker = open_as(page, house, "bea", "coloured")
    canvas = Canvas(page)
    canvas.drag((100, 120), (260, 240))
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_test_id("submit")).to_be_disabled()
    expect(page.get_by_test_id("lacks")).to_have_text("Shape 1, car, “colour”: this is needed.")
    page.keyboard.press("a")
    page.keyboard.press("Enter")  # on the button of the first colour
    page.get_by_label("parked").check()
    page.get_by_label("note").fill("a dent, “left” 🚗")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.keyboard.press("2")
    corners = [(400, 100), (440, 110), (430, 220)]
    for corner in corners:
        canvas.click(*corner)
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    canvas.drag((20, 300), (60, 320))  # traced, and ended by a click on its first point
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(2)
    submit(page)
    car, person = stored(page, house, worker)[0]["shapes"]
    assert (car["type"], car["label"]) == ("box", "car")
    assert car["attributes"] == {"colour": "red", "parked": True, "note": "a dent, “left” 🚗"}
    assert near(car["points"], [canvas.there(100, 120), canvas.there(260, 240)])
    assert (person["type"], person["label"]) == ("polygon", "person")
    assert near(person["points"], [canvas.there(*corner) for corner in corners])


def test_every_type_is_drawn_by_keys_alone(page: Page, house: House):
    worker = open_as(page, house, "kim", "everything")
    Canvas(page)
    key = page.keyboard.press

    def go(*moves: tuple[str, int]) -> None:
        for arrow, times in moves:
            for _ in range(times):
                key(f"Shift+Arrow{arrow}")  # ten pixels of the image

    key("b")  # the cross begins in the middle: 320, 200
    key("Space")
    go(("Right", 4), ("Down", 2))
    key("Space")  # box 320,200 – 360,220
    key("p")
    go(("Up", 12))
    key("Space")  # 360,100
    go(("Right", 3))
    key("Space")
    key("ArrowDown")
    key("Space")
    key("Backspace")  # the last point is taken back
    go(("Down", 3))
    key("Space")  # 390,131
    key("Enter")
    key("l")
    key("Space")
    go(("Right", 5))
    key("Space")
    key("Enter")  # line 390,131 – 440,131
    key("e")
    key("Space")
    go(("Right", 2), ("Down", 1))
    key("Space")  # ellipse from 440,131 to 460,141
    key("o")
    key("Space")
    go(("Right", 4))
    key("Space")
    go(("Down", 2))
    key("Space")  # rotated box 460,141 – 500,161
    key("d")
    key("Space")  # point 500,161
    key("u")
    key("Space")
    go(("Right", 4), ("Down", 2))
    key("Space")  # front face 500,161 – 540,181
    go(("Right", 1), ("Up", 4))
    key("Space")  # the back face begins 10 to the right and 20 above
    key("Shift+j")  # the last handle moves the back face
    key("Shift+ArrowUp")
    key("Escape")
    key("Escape")
    key("k")  # a person's tool: the label follows
    key("Space")
    key("u")  # the hip cannot be seen
    go(("Left", 1))
    key("Space")
    expect(rows(page)).to_have_count(8)
    submit(page)
    shapes = {shape["type"]: shape for shape in stored(page, house, worker)[0]["shapes"]}
    points = {name: shape["points"] for name, shape in shapes.items()}
    assert points == {
        "box": [[320, 200], [360, 220]],
        "polygon": [[360, 100], [390, 100], [390, 131]],
        "line": [[390, 131], [440, 131]],
        "ellipse": [[450, 136], [10, 5]],
        "rotated_box": [[460, 141], [500, 141], [500, 161], [460, 161]],
        "point": [[500, 161]],
        "cuboid": [
            *([500, 161], [540, 161], [540, 181], [500, 181]),
            *([510, 131], [550, 131], [550, 151], [510, 151]),
        ],
        "keypoints": [[550, 141], None, [540, 141]],
    }
    assert shapes["keypoints"]["label"] == "person"


def test_a_proposal_is_taken_over_whole_and_corrected_with_undo_and_redo(page: Page, house: House):
    worker = open_as(page, house, "pia", "proposed")
    canvas = Canvas(page)
    expect(page.get_by_test_id("proposed")).to_contain_text("2 shapes are proposed")
    page.keyboard.press("m")
    expect(page.get_by_test_id("proposed")).to_have_count(0)
    page.keyboard.press(".")  # the car
    page.keyboard.press("j")  # its first corner
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Escape")  # all of it
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(rows(page).first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press(".")  # the person
    page.keyboard.press("Delete")
    canvas.drag((300, 300), (360, 340))
    drawn = [canvas.there(300, 300), canvas.there(360, 340)]
    page.keyboard.press("2")  # names what comes next, not what was just drawn
    submit(page)
    first, second = stored(page, house, worker)[0]["shapes"]
    assert (first["label"], first["points"]) == ("car", [[120, 110], [250, 230]])
    assert second["label"] == "car"
    assert near(second["points"], drawn)
    seen = house.rows("select proposal is not null from annotations where worker_id = %(w)s", w=worker)
    assert seen == [(True,)]


def test_a_single_proposed_shape_is_taken_over_by_a_click_or_from_the_list(page: Page, house: House):
    worker = open_as(page, house, "otto", "proposed")
    canvas = Canvas(page)
    page.keyboard.press("v")
    canvas.click(420, 160)
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Control+z")
    page.get_by_test_id("take-one").first.click()
    submit(page)
    labels = [shape["label"] for shape in stored(page, house, worker)[0]["shapes"]]
    assert labels == ["car"]


def test_shapes_are_picked_moved_copied_to_the_next_image_hidden_and_locked(page: Page, house: House):
    worker = open_as(page, house, "mia", "everything")
    canvas = Canvas(page)
    key = page.keyboard.press
    key("b")
    canvas.drag((100, 100), (200, 200))
    canvas.drag((120, 120), (160, 160))  # within the first: a drag always draws
    canvas.click(110, 110)  # a click picks
    expect(rows(page).first).to_have_attribute("aria-pressed", "true")
    key("Escape")
    key("v")
    canvas.drag((140, 140), (160, 150))  # the small one is on top of the large one, and is moved
    key("x")
    key("ArrowRight")  # locked: it stays
    key("x")
    key("Control+a")
    key("h")
    expect(page.locator("[data-shape]")).to_have_count(0)
    key("h")
    expect(page.locator("[data-shape]")).to_have_count(2)
    key("Control+c")
    submit(page)
    key("Control+v")
    key("Shift+ArrowDown")
    submit(page)
    first, second = stored(page, house, worker, 2)
    outer, inner = first["shapes"]
    moved = [b - a for a, b in zip(canvas.there(140, 140), canvas.there(160, 150), strict=True)]
    assert near(outer["points"], [canvas.there(100, 100), canvas.there(200, 200)])
    begun = [canvas.there(120, 120), canvas.there(160, 160)]
    assert near(inner["points"], [[x + moved[0], y + moved[1]] for x, y in begun])
    for before, after in zip(first["shapes"], second["shapes"], strict=True):
        assert near(after["points"], [[x, y + 10] for x, y in before["points"]])


def test_zooming_keeps_the_place_under_the_pointer_and_coordinates_true(page: Page, house: House):
    worker = open_as(page, house, "zoe", "everything")
    canvas = Canvas(page)
    page.keyboard.press("b")
    page.mouse.move(*canvas.screen(400, 100))
    for _ in range(4):
        page.mouse.wheel(0, -200)
    expect(page.get_by_test_id("fit")).not_to_have_attribute(
        "aria-label", f"Fit to the window, {round(canvas.scale * 100)}%"
    )
    before = canvas.there(400, 100)
    canvas.read()
    assert canvas.there(*before) == pytest.approx(before, abs=1)
    canvas.drag((398, 98), (420, 130))
    page.keyboard.press("0")
    submit(page)
    points = stored(page, house, worker)[0]["shapes"][0]["points"]
    assert near(points, [canvas.there(398, 98), canvas.there(420, 130)])


def test_training_shows_what_was_drawn_and_what_is_right_and_nothing_can_be_changed(page: Page, house: House):
    open_as(page, house, "tess", "lesson")
    canvas = Canvas(page)
    canvas.drag((20, 20), (60, 60))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("verdict")).to_contain_text("Not quite: it is 1 × car")
    expect(page.get_by_text("Right answer", exact=True)).to_be_visible()
    expect(page.locator("svg .right path").first).to_be_attached()
    canvas.drag((100, 100), (150, 150))
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_test_id("tool")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("verdict")).to_have_count(0)


def test_what_a_reviewer_drew_is_seen_beside_ones_own_and_can_be_taken_over(page: Page, house: House):
    worker = open_as(page, house, "rolf", "reviewed")
    Canvas(page).drag((20, 20), (60, 60))
    submit(page)
    page.goto(house.address)
    for _ in range(100):
        house.send_back("reviewed", RIGHT)
        if house.rows("select count(*) from returned_tasks where worker_id = %(w)s", w=worker) != [(0,)]:
            break
    page.goto(house.page_of("reviewed"))
    page.get_by_test_id("returned").wait_for()
    page.keyboard.press("r")
    expect(page.get_by_test_id("reason")).to_have_text(REASON)
    page.get_by_role("button", name="Take the reviewer's answer").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sent-back")).to_have_count(0)
    assert stored(page, house, worker) == [RIGHT]


def test_the_screen_is_accessible_with_everything_on_it(page: Page, house: House):
    open_as(page, house, "axel", "coloured")
    canvas = Canvas(page)
    canvas.drag((100, 120), (260, 240))
    for look in looks(page, LAPTOP):
        assert violations(page) == [], look
    canvas.drag((300, 120), (360, 240))
    page.keyboard.press("h")
    page.keyboard.press("Control+a")
    page.keyboard.press("y")
    expect(page.get_by_label("Brightness", exact=True)).to_be_focused()
    for look in looks(page, LAPTOP):
        assert violations(page) == [], look


def test_half_of_the_width_is_enough(browser: Browser, house: House):
    context = browser.new_context(viewport={"width": 620, "height": 800}, locale="it-IT")
    page = context.new_page()
    worker = open_as_italian(page, house, "ada")
    canvas = Canvas(page)
    canvas.drag((100, 120), (260, 240))
    expect(page.get_by_text("Forme 1")).to_be_visible()
    assert page.get_by_test_id("workspace").evaluate("main => main.scrollWidth <= main.clientWidth")
    page.keyboard.press("Control+Enter")
    assert len(stored(page, house, worker)[0]["shapes"]) == 1
    context.close()


def open_as_italian(page: Page, house: House, name: str) -> int:
    link, worker = house.invite(name)
    page.goto(link)
    page.get_by_role("heading", level=1, name="Progetti").wait_for()
    page.goto(house.page_of("proposed"))
    page.get_by_test_id("stage").wait_for()
    return worker


def test_shapes_are_linked_to_others_and_stay_so_when_some_go(
    page: Page, house: House, request: pytest.FixtureRequest
):
    worker = open_as(page, house, "lin", "linked")
    context = page.get_by_test_id("context")
    expect(context.get_by_role("link")).to_have_attribute("href", BESIDE[0])
    expect(context.get_by_text("night")).to_be_visible()
    expect(page.get_by_test_id("layer")).to_have_text("road")
    canvas = Canvas(page)
    for left in (20, 240, 460):
        canvas.drag((left, 60), (left + 60, 160))
    page.keyboard.press("2")
    canvas.drag((320, 240), (360, 340))
    rows(page).nth(3).click()
    chosen = page.get_by_label("drives")
    expect(chosen.locator("option")).to_have_text(["Pick…", "1 car", "2 car", "3 car"])
    expect(page.get_by_test_id("submit")).to_be_disabled()
    chosen.select_option(label="2 car")
    expect(rows(page).nth(3)).to_contain_text("→ 2")
    expect(page.get_by_test_id("link")).to_have_count(1)
    if folder := request.config.getoption("--screenshots"):
        page.screenshot(path=f"{folder}/linked.png")
    assert violations(page) == []
    rows(page).nth(0).click()
    page.keyboard.press("Delete")
    expect(rows(page).nth(2)).to_contain_text("→ 1")
    submit(page)
    (answer,) = stored(page, house, worker)
    person = answer["shapes"][2]
    assert answer["shapes"][person["attributes"]["drives"]]["points"][0] == canvas.there(240, 60)


def test_points_are_shown_joined_and_a_line_ends_where_it_may_have_no_more_points(
    page: Page, house: House, request: pytest.FixtureRequest
):
    worker = open_as(page, house, "jo", "joined")
    canvas = Canvas(page)
    page.keyboard.press("d")
    canvas.click(100, 100)
    page.keyboard.press("2")
    canvas.click(300, 200)
    canvas.click(400, 60)
    expect(page.get_by_test_id("joint")).to_have_count(2)
    page.keyboard.press("l")
    canvas.click(60, 300)
    canvas.click(200, 320)
    page.keyboard.press("Enter")
    expect(page.get_by_text("needs at least 3 points")).to_be_visible()
    expect(page.get_by_test_id("submit")).to_be_disabled()
    page.keyboard.press("Control+z")
    for x, y in ((60, 300), (200, 320), (300, 300), (400, 340)):
        canvas.click(x, y)
    expect(rows(page)).to_have_count(4)
    if folder := request.config.getoption("--screenshots"):
        page.screenshot(path=f"{folder}/joined.png")
    assert violations(page) == []
    submit(page)
    (answer,) = stored(page, house, worker)
    assert [len(shape["points"]) for shape in answer["shapes"]] == [1, 4, 1, 1]
