"""Whatever is given by mistake: one line that names it and the remedy, an exit code, nothing half-written."""

import os
import resource
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from groundswell.errors import (
    Conflict,
    EmptySource,
    InvalidName,
    InvalidSetting,
    MissingColumn,
    NotFound,
    PortInUse,
    SourceNotFound,
    StoreError,
    TooLarge,
    UnreadableSource,
)
from tests.acceptance.command import COMMAND, Groundswell, draw

TEXTS = '{"text": "the first of them"}\n{"text": "and another one"}\n'
COLLECT, LABEL = ["collect"], ["label", "--classes", "a,b", "--port", "0"]
USAGE = 2


def nothing_there(_: Path) -> None:
    pass


def an_empty_file(path: Path) -> None:
    path.touch()


def an_empty_folder(path: Path) -> None:
    path.mkdir()


def only_broken_images(path: Path) -> None:
    path.mkdir()
    (path / "a.png").write_bytes(b"this is no image")
    (path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0 and then it ends")


def no_json_at_all(path: Path) -> None:
    path.write_text("these are\nnotes\n")


def a_json_array(path: Path) -> None:
    path.write_text('[\n  {"text": "one"},\n  {"text": "two"}\n]\n')


def a_table_of_titles(path: Path) -> None:
    path.write_text("title,author\nan essay,ann\na report,bob\n")


def ten_gigabytes(path: Path) -> None:
    path.touch()
    os.truncate(path, 11 * 1000**3)


def a_program(path: Path) -> None:
    path.write_bytes(b"\x7fELF")


BAD_SOURCES = [
    ("nothing", nothing_there, [], SourceNotFound, ["check the path"]),
    ("empty.jsonl", an_empty_file, [], EmptySource, ["is empty", "check"]),
    ("empty", an_empty_folder, [], EmptySource, ["without files", "put images, recordings or texts there"]),
    ("broken", only_broken_images, [], UnreadableSource, ["no record of 2", "a.png", "Check"]),
    ("notes.jsonl", no_json_at_all, [], UnreadableSource, ["no record of 2", "line 1: not JSON", "Check"]),
    ("array.json", a_json_array, [], UnreadableSource, ["JSON array", "one object a line", "jq"]),
    (
        "table.csv",
        a_table_of_titles,
        ["--text-column", "body"],
        MissingColumn,
        ["'body'", "'title'", "name one"],
    ),
    ("guess.csv", a_table_of_titles, [], MissingColumn, ["2 columns of texts", "--text-column"]),
    ("huge.jsonl", ten_gigabytes, [], TooLarge, ["11.0 GB", "10.0 GB", "--yes"]),
    ("tool.exe", a_program, [], UnreadableSource, ["cannot be collected", ".jsonl", ".csv"]),
]


@pytest.mark.parametrize("command", [COLLECT, LABEL], ids=["collect", "label"])
@pytest.mark.parametrize(
    ("name", "make", "options", "error", "says"), BAD_SOURCES, ids=[make[0] for make in BAD_SOURCES]
)
def test_a_source_that_cannot_be_used_is_refused_by_name(
    groundswell: Groundswell, command, name, make: Callable, options, error, says
):
    make(groundswell.here / name)
    done = groundswell.run(*command, name, *options)
    assert done.code == error.exit_code
    assert all(part in done.complaint for part in [name, *says]), done.complaint
    assert not done.out
    assert groundswell.versions() == []
    assert groundswell.leftovers() == []
    assert groundswell.postgres() == []


def test_the_limit_on_the_size_of_a_source_can_be_set_and_overruled(groundswell: Groundswell):
    (groundswell.here / "texts.jsonl").write_text(TEXTS)
    refused = groundswell.run("collect", "texts.jsonl", max_source_bytes="10")
    assert refused.code == TooLarge.exit_code
    assert all(
        part in refused.complaint for part in [f"texts.jsonl holds {len(TEXTS)} bytes", "10 bytes", "--yes"]
    )
    assert groundswell.versions() == []
    assert "2 items" in groundswell.run("collect", "texts.jsonl", "--yes", max_source_bytes="10").good()


BAD_WORDS = [
    (["collect", "texts.jsonl", "--name", "My Texts!"], InvalidName.exit_code, ["'My Texts!'", "a-z 0-9"]),
    (
        ["label", "texts.jsonl", "--classes", "a,b", "--name", "../up"],
        InvalidName.exit_code,
        ["'../up'", "a-z 0-9"],
    ),
    (
        ["label", "texts.jsonl", "--classes", "only"],
        InvalidName.exit_code,
        ["two classes", "--classes cat,dog"],
    ),
    (["label", "texts.jsonl", "--classes", "a,b,a"], InvalidName.exit_code, ["'a' is given twice"]),
    (["label", "texts.jsonl", "--classes", "a,,b"], InvalidName.exit_code, ["class name ''", "1 to 100"]),
    (
        ["label", "texts.jsonl", "--classes", "a,b", "--instructions", "@gone.md"],
        2,
        ["'gone.md'", "No such file"],
    ),
    (["label", "texts.jsonl"], USAGE, ["--classes", "groundswell label --help"]),
    (["label", "texts.jsonl", "--classes", "a,b", "--answers", "0"], USAGE, ["'--answers'", "1<=x<=100"]),
    (["up", "--port", "99999"], USAGE, ["99999", "0<=x<=65535", "groundswell up --help"]),
    (["lable", "texts.jsonl"], USAGE, ["'lable'", "groundswell --help"]),
    (["export", "texts", "--format", "xls"], 2, ["'xls'", "jsonl", "csv", "parquet", "image_folder"]),
    (["export", "texts", "--to", "labels.xls"], 2, ["'labels.xls'", "jsonl", "csv"]),
    (["datasets", "nothing"], NotFound.exit_code, ["'nothing'", "there are: none"]),
    (["trace", "nothing"], NotFound.exit_code, ["'nothing'", "there are: none"]),
    (["sign-in", "--port", "1"], Conflict.exit_code, ["127.0.0.1:1", "groundswell up", "--port"]),
]


@pytest.mark.parametrize(("command", "code", "says"), BAD_WORDS, ids=[" ".join(row[0]) for row in BAD_WORDS])
def test_a_word_that_cannot_be_meant_is_refused_before_anything_is_started(
    groundswell: Groundswell, command, code, says
):
    (groundswell.here / "texts.jsonl").write_text(TEXTS)
    done = groundswell.run(*command)
    assert done.code == code
    assert all(part in done.complaint for part in says), done.complaint
    assert not done.out
    assert not groundswell.home.exists()


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"x": "1"}, ["GROUNDSWELL_X is not a setting", "GROUNDSWELL_HOME", "GROUNDSWELL_PORT"]),
        ({"port": "eight"}, ["GROUNDSWELL_PORT='eight'", "whole number"]),
        ({"public_url": "labels.example.org"}, ["GROUNDSWELL_PUBLIC_URL='labels.example.org'", "https://"]),
        ({"database_url": "mysql://me:s3cret@host/name"}, ["GROUNDSWELL_DATABASE_URL", "postgresql://"]),
    ],
    ids=["unknown", "no number", "no address", "no PostgreSQL"],
)
def test_a_setting_that_is_unknown_or_malformed_is_refused(groundswell: Groundswell, setting, says):
    done = groundswell.run("projects", **setting)
    assert "s3cret" not in done.err
    assert done.code == InvalidSetting.exit_code
    assert all(part in done.complaint for part in says), done.complaint


@pytest.mark.parametrize("command", ["up", "label"])
def test_a_port_in_use_is_named_before_anything_is_started(groundswell: Groundswell, command):
    (groundswell.here / "texts.jsonl").write_text(TEXTS)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        arguments = ["up"] if command == "up" else ["label", "texts.jsonl", "--classes", "a,b"]
        done = groundswell.run(*arguments, "--port", port)
    assert done.code == PortInUse.exit_code
    assert all(part in done.complaint for part in [port, "in use", "--port"]), done.complaint
    assert not groundswell.home.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["up", "--port", "0"],
        [*LABEL, "texts.jsonl"],
        ["projects"],
        ["export", "texts"],
        ["keys", "create", "me"],
    ],
    ids=lambda command: command[0],
)
def test_a_database_that_is_down_is_named_without_its_password(groundswell: Groundswell, command):
    (groundswell.here / "texts.jsonl").write_text(TEXTS)
    with socket.socket() as closed:  # bound and not listening: nobody else can take the port meanwhile
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        done = groundswell.run(*command, database_url=f"postgresql://ann:s3cret@127.0.0.1:{port}/data")
    assert done.code == StoreError.exit_code
    assert all(part in done.complaint for part in ["127.0.0.1", str(port), "refused"]), done.complaint
    assert "s3cret" not in done.out + done.err
    assert groundswell.versions() == []


@pytest.mark.parametrize(
    "command",
    [["up", "--port", "0"], [*LABEL, "texts.jsonl"], ["collect", "texts.jsonl"], ["projects"], ["datasets"]],
    ids=lambda command: command[0],
)
def test_a_data_folder_of_a_newer_release_is_left_alone(groundswell: Groundswell, command):
    (groundswell.here / "texts.jsonl").write_text(TEXTS)
    groundswell.home.mkdir()
    version_file = groundswell.home / "groundswell.json"
    version_file.write_text('{"format": 99, "postgres": 18}')
    done = groundswell.run(*command)
    assert done.code == StoreError.exit_code
    assert all(part in done.complaint for part in [str(groundswell.home), "99", "upgrade"]), done.complaint
    assert version_file.read_text() == '{"format": 99, "postgres": 18}'
    assert groundswell.versions() == []
    assert not (groundswell.home / "postgres").exists()


@pytest.mark.parametrize(
    "command",
    [["up", "--port", "0"], [*LABEL, "texts.jsonl"], ["collect", "texts.jsonl"], ["projects"]],
    ids=lambda command: command[0],
)
def test_a_data_folder_that_cannot_be_written_is_named(groundswell: Groundswell, command):
    (groundswell.here / "texts.jsonl").write_text(TEXTS)
    (groundswell.here / "file").write_text("in the way, also of root")
    inside = Groundswell(groundswell.here, groundswell.here / "file" / "home")
    done = inside.run(*command)
    assert done.code == StoreError.exit_code
    assert all(part in done.complaint for part in [str(inside.home), "GROUNDSWELL_HOME"]), done.complaint


def test_a_full_disk_leaves_no_version_and_no_remains(groundswell: Groundswell):
    lines = (f'{{"text": "number {n} of many texts that fill the disk"}}\n' for n in range(20_000))
    (groundswell.here / "many.jsonl").write_text("".join(lines))
    done = subprocess.run(
        [COMMAND, "--home", str(groundswell.home), "collect", "many.jsonl", "--raw"],
        cwd=groundswell.here,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == StoreError.exit_code
    complaint = [line for line in done.stderr.splitlines() if line]
    assert len(complaint) == 1
    assert "cannot be written (File too large), so nothing is kept" in complaint[0]
    assert "make room" in complaint[0]
    assert groundswell.versions() == []
    assert groundswell.leftovers() == []


# ── set aside, never dropped in silence ──────────────────────────────────────────────────────────


def test_a_broken_image_among_good_ones_is_set_aside_and_counted(groundswell: Groundswell):
    photos = groundswell.here / "photos"
    photos.mkdir()
    for number in range(4):
        draw(photos / f"{number}.png", number)
    (photos / "torn.png").write_bytes((photos / "1.png").read_bytes()[:900])
    done = groundswell.run("collect", "photos")
    assert "4 items" in done.good()
    assert "5 read, 4 kept, 1 failed (1 image:broken)" in done.err.replace("\n", " ")
    listed = groundswell.run("datasets", "photos", "--drops").good()
    assert all(part in listed for part in ["torn.png", "image:broken", "truncated"])


def test_a_line_that_is_not_json_is_set_aside_and_counted(groundswell: Groundswell):
    (groundswell.here / "texts.jsonl").write_text(TEXTS.replace("\n", "\nthis is a note\n", 1))
    done = groundswell.run("collect", "texts.jsonl")
    assert "2 items" in done.good()
    assert "3 read, 2 kept, 1 failed (1 json:invalid)" in done.err.replace("\n", " ")
    listed = groundswell.run("datasets", "texts", "--drops").good()
    assert all(part in listed for part in ["line 2", "json:invalid"])


# ── a project that is there already ──────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def with_a_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Groundswell]:
    """A data folder with an unlabelled project `texts`, and a file in the way of its export."""
    here = tmp_path_factory.mktemp("project")
    kept = Groundswell(here, here / "home")
    (here / "texts.jsonl").write_text(TEXTS)
    (here / "mine.csv").write_text("my own work")
    with kept.serving("label", "texts.jsonl", "--classes", "a,b"):
        pass
    yield kept
    assert kept.versions() == ["datasets/local/texts/v000001.json"]
    assert (here / "mine.csv").read_text() == "my own work"
    assert not list(here.glob("*-labels.*"))


@pytest.mark.parametrize(
    ("command", "error", "says"),
    [
        (["export", "nothing"], NotFound, ["'nothing'", "groundswell projects"]),
        (["export", "texts"], Conflict, ["'texts' has no labels yet", "--proposals"]),
        (["export", "texts", "--to", "mine.csv"], Conflict, ["mine.csv", "--overwrite", "--to"]),
        (["label", "texts.jsonl", "--classes", "a,c", "--port", "0"], Conflict, ["'texts'", "a,b", "--name"]),
        (["label", "texts.jsonl", "--classes", "b,a", "--port", "0"], Conflict, ["'texts'", "a,b", "--name"]),
    ],
    ids=["unknown project", "no labels yet", "file in the way", "other classes", "other order of classes"],
)
def test_what_a_project_does_not_allow_is_refused(with_a_project: Groundswell, command, error, says):
    done = with_a_project.run(*command)
    assert done.code == error.exit_code
    assert all(part in done.complaint for part in says), done.complaint
    assert not done.out
