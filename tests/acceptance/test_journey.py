"""From a person's own file to a labelled file: the record's fields stay beside the label, and nothing is made twice."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.acceptance.command import Groundswell, answer_everything, draw

REVIEWS = [
    {"text": "a fine thing", "stars": 5, "price": 9.5, "sold": True, "shop": "north", "tags": ["new", "red"]},
    {"text": "broke at once", "stars": 1, "price": 3, "sold": False, "shop": "süd, 2", "tags": []},
    {
        "text": 'it is "fine"\nin two lines',
        "stars": 4,
        "price": 2.25,
        "sold": True,
        "shop": None,
        "tags": ["x"],
    },
    {"text": "never again", "stars": 2, "price": 8.0, "sold": True, "shop": "west", "label": "their own"},
]
LABELS = ("label", "label_probability", "label_source", "label_answers")


def right(item: dict) -> str:
    return "good" if "fine" in item["text"] else "bad"


@dataclass
class Labelled:
    """A data folder in which everything is labelled, and the input that it came from."""

    groundswell: Groundswell
    project: str

    def export(self, name: str, *options: str) -> Path:
        """Export and return the file."""
        told = self.groundswell.run("export", self.project, "--to", name, "--json", *options).good()
        target = self.groundswell.here / name
        assert json.loads(told)["file"] == name
        return target


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labelled]:
    """Four records of JSON, a bad line among them, labelled through the client."""
    here = tmp_path_factory.mktemp("reviews")
    groundswell = Groundswell(here, here / "home")
    lines = [json.dumps(record, ensure_ascii=False) for record in REVIEWS]
    (here / "reviews.jsonl").write_text("\n".join([lines[0], "{oops", *lines[1:]]) + "\n")
    with groundswell.serving("label", "reviews.jsonl", "--classes", "good,bad") as running:
        with running.client() as client:
            answer_everything(client, next(client.projects())["id"], right)
        yield Labelled(groundswell, "reviews")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labelled]:
    """Six pictures in two folders, one of them torn, labelled through the client by what they look like."""
    here = tmp_path_factory.mktemp("photos")
    groundswell = Groundswell(here, here / "home")
    for number in range(6):
        folder = here / "photos" / ("inside" if number % 2 else "outside")
        folder.mkdir(parents=True, exist_ok=True)
        draw(folder / f"{number}.png", number)
    (here / "photos" / "torn.png").write_bytes(b"\x89PNG\r\n")
    with groundswell.serving("label", "photos", "--classes", "in,out") as running:
        with running.client() as client:
            by_folder = {"inside": "in", "outside": "out"}
            answer_everything(
                client, next(client.projects())["id"], lambda item: by_folder[item["meta"]["folder"]]
            )
        yield Labelled(groundswell, "photos")


def test_jsonl_holds_each_record_as_it_came_with_its_label_beside_it(reviews: Labelled):
    rows = [json.loads(line) for line in reviews.export("labels.jsonl").read_text().splitlines()]
    for record, row in zip(REVIEWS, rows, strict=True):
        assert (row["text"], row["label"]) == (record["text"], right(record))
        assert [row[name] for name in ("stars", "price", "sold", "shop")] == [
            record[name] for name in ("stars", "price", "sold", "shop")
        ]
        assert row["tags"] == (json.dumps(record["tags"]) if "tags" in record else None)
        assert row["meta_label"] == record.get("label")
        assert (row["source"], row["label_source"], row["label_answers"]) == ("reviews.jsonl", "people", 1)
    assert [row["locator"] for row in rows] == ["line 1", "line 3", "line 4", "line 5"]


def test_csv_holds_the_same(reviews: Labelled):
    with reviews.export("labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for record, row in zip(REVIEWS, rows, strict=True):
        assert (row["text"], row["label"], row["stars"]) == (
            record["text"],
            right(record),
            str(record["stars"]),
        )
        assert row["shop"] == (record["shop"] or "")
        assert float(row["price"]) == record["price"]


def test_parquet_holds_the_same_with_types(reviews: Labelled):
    table = pq.read_table(reviews.export("labels.parquet"))
    types = {name: str(table.schema.field(name).type) for name in ("stars", "price", "sold", "label")}
    assert types == {"stars": "int64", "price": "double", "sold": "bool", "label": "string"}
    assert table["text"].to_pylist() == [record["text"] for record in REVIEWS]
    assert table["stars"].to_pylist() == [record["stars"] for record in REVIEWS]
    assert table["label"].to_pylist() == [right(record) for record in REVIEWS]


def test_image_folder_holds_each_picture_in_the_folder_of_its_class(photos: Labelled):
    folder = photos.export("sorted", "--format", "image_folder")
    index = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    assert len(index) == 6
    for row in index:
        original = photos.groundswell.here / "photos" / row["locator"]
        copy = folder / row["file_name"]
        assert copy.read_bytes() == original.read_bytes()
        assert copy.parent.name == row["label"] == {"inside": "in", "outside": "out"}[original.parent.name]
        with Image.open(copy) as image:
            assert (row["width"], row["height"]) == image.size


def test_parquet_of_pictures_holds_their_bytes(photos: Labelled):
    rows = pq.read_table(photos.export("photos.parquet")).to_pylist()
    for row in rows:
        assert row["data"] == (photos.groundswell.here / "photos" / row["locator"]).read_bytes()


def test_exporting_again_makes_no_new_version(reviews: Labelled):
    first = reviews.export("once.jsonl").read_bytes()
    versions = reviews.groundswell.versions()
    assert reviews.export("twice.jsonl").read_bytes() == first
    assert reviews.export("once.jsonl", "--overwrite").read_bytes() == first
    assert (
        reviews.groundswell.versions()
        == versions
        == [
            "datasets/local/reviews/v000001.json",
            "datasets/local/reviews/v000002.json",
        ]
    )


def test_a_file_in_the_way_of_an_export_stays_as_it_is(reviews: Labelled):
    mine = reviews.groundswell.here / "mine.jsonl"
    mine.write_text("my own work")
    done = reviews.groundswell.run("export", "reviews", "--to", "mine.jsonl")
    assert done.code == 4
    assert "--overwrite" in done.complaint
    assert mine.read_text() == "my own work"


def test_an_export_to_where_nothing_can_be_written_is_named(reviews: Labelled):
    (reviews.groundswell.here / "file").write_text("in the way")
    done = reviews.groundswell.run("export", "reviews", "--to", "file/labels.jsonl")
    assert done.code == 2
    assert all(part in done.complaint for part in ["file/labels.jsonl", "--to"]), done.complaint


def test_trace_tells_the_way_back_to_the_raw_data(reviews: Labelled):
    reviews.export("traced.jsonl")
    told = reviews.groundswell.run("trace", "reviews").good()
    assert "labelled by project 'reviews'" in told
    assert "collected from objects of reviews.jsonl: 5 read" in told
    assert "set aside: 1 json:invalid" in told
    labelled, collected = json.loads(reviews.groundswell.run("trace", "reviews", "--json").good())
    assert (labelled["version"], collected["version"]) == (2, 1)
    assert labelled["lineage"]["project"]["name"] == "reviews"
    assert collected["dropped"] == {"json:invalid": 1}


def test_the_command_says_the_same_to_programs_in_one_json_document_each(reviews: Labelled):
    run = reviews.groundswell.run
    (reviews.groundswell.here / "more.txt").write_text("one text\nanother text\n")
    collected = json.loads(run("collect", "more.txt", "--json").good())
    assert (collected["dataset"], collected["version"], collected["rows"]) == ("more", 1, 2)
    assert [row["dataset"] for row in json.loads(run("datasets", "--json").good())] == ["more", "reviews"]
    assert json.loads(run("datasets", "more", "--json").good())[0]["rows"] == 2
    drops = json.loads(run("datasets", "reviews", "--drops", "--json").good())
    assert [(drop["locator"], drop["reason"]) for drop in drops] == [("line 2", "json:invalid")]
    (project,) = json.loads(run("projects", "--json").good())
    assert (project["name"], project["state"], project["completed"]) == ("reviews", "done", 4)
    assert json.loads(run("keys", "list", "--json").good())[0]["name"] == "test"
    certified = json.loads(run("certify", "reviews", "--by", "shop", "--json").good())
    assert certified["slices"]["shop: north"]["population"] == 1


def test_the_audits_that_a_certificate_takes_are_told_before_any_is_made(reviews: Labelled):
    told = reviews.groundswell.run("audits", "reviews", "--within", "0.05", "--accuracy", "0.9").good()
    assert told.startswith("4 audits of 4 labels for plus or minus 5.00% at 95%, if 90.0% are right")
    assert told.strip().endswith("open the next such project with --audit-share 1")


def test_labels_feed_a_training_loop(reviews: Labelled):
    import groundswell as gs

    reviews.export("fed.jsonl")
    batches = list(gs.feed("reviews", batch_size=3, home=reviews.groundswell.home, seed=1))
    fed = {
        text: label for batch in batches for text, label in zip(batch["text"], batch["label"], strict=True)
    }
    assert fed == {record["text"]: right(record) for record in REVIEWS}


def test_a_label_is_traced_to_its_person_whose_work_is_retracted_and_given_back(reviews: Labelled) -> None:
    run = reviews.groundswell.run
    with reviews.export("traced.csv").open(newline="") as file:
        first = next(csv.DictReader(file))
    told = run("trace", first["id"][:12]).good()
    for part in ("line 1", "in project 'reviews': good", "instructions 1", "export traced.csv used reviews@"):
        assert part in told
    (project,) = json.loads(run("trace", "--annotator", "1", "--json").good())["projects"]
    assert (project["answers"], project["fates"]) == (4, {"withdrawn": 4})
    assert [use["name"] for version in project["versions"] for use in version["uses"]]
    assert run("retract", "--annotator", "1", "--dry-run", "--json").good()
    done = json.loads(run("retract", "--annotator", "1", "--reason", "a slip", "--json").good())
    (outcome,) = done["outcome"]["delivered"]
    assert (done["answers"], outcome["withdrawn"]) == (4, 4)
    moves = json.loads(run("diff", f"reviews@{outcome['before']}", "reviews", "--json").good())["moves"]
    assert sum(move["items"] for move in moves) == 4
    run("retract", "--undo", str(done["id"])).good()
    assert reviews.export("again.csv").read_bytes() == (reviews.groundswell.here / "traced.csv").read_bytes()
