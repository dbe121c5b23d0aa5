"""Images of a folder become items; whatever is wrong with one of them costs that one only."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item, ItemKind, digest_bytes

Read = Callable[..., list[Item | Drop]]
Summary = Callable[[list[Item | Drop]], list[tuple[str, str | None]]]


def encoded(kind: str = "PNG", size: tuple[int, int] = (10, 8)) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind)
    return file.getvalue()


def fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def test_an_item_holds_the_bytes_of_the_file_and_where_it_was(read: Read, tmp_path: Path) -> None:
    data = encoded("JPEG")
    fill(tmp_path / "pets", {"cats/1.jpg": data})
    (item,) = read("pets", licence="CC-BY-4.0")
    assert isinstance(item, Item)
    assert (item.kind, item.data, item.media_type) == (ItemKind.IMAGE, data, "image/jpeg")
    assert (item.id, item.locator, item.licence) == (digest_bytes(data), "cats/1.jpg", "CC-BY-4.0")
    assert item.source == str(tmp_path / "pets")
    assert item.meta == {"width": 10, "height": 8, "folder": "cats"}


def test_bad_files_are_set_aside_each_with_its_reason(read: Read, summary: Summary, tmp_path: Path) -> None:
    whole = encoded()
    fill(
        tmp_path / "set",
        {
            "a.png": whole,
            "b.png": whole[: len(whole) // 2],
            "c.jpg": b"this is a text",
            "d.png": b"",
            "e.csv": b"a,b\n",
            "f.png": b"\x89PNG" + b"x" * 5000,
            "g.gif": encoded("GIF"),
        },
    )
    (tmp_path / "set" / "h.png").symlink_to(tmp_path / "set" / "a.png")
    found = summary(read("set", max_item_bytes=4000))
    assert found == [
        ("a.png", None),
        ("b.png", "image:broken"),
        ("c.jpg", "image:broken"),
        ("d.png", "image:broken"),
        ("e.csv", "file:unsupported"),
        ("f.png", "item:too_large"),
        ("g.gif", None),
        ("h.png", "file:symlink"),
    ]


def test_what_fails_is_told_from_what_is_refused_by_rule(read: Read, tmp_path: Path) -> None:
    fill(tmp_path / "set", {"a.png": encoded(), "b.png": b"broken", "notes.rst": b"x"})
    failed = {each.locator: each.failed for each in read("set") if isinstance(each, Drop)}
    assert failed == {"b.png": True, "notes.rst": False}


def test_the_kind_is_told_from_the_bytes_not_from_the_name(read: Read, tmp_path: Path) -> None:
    fill(tmp_path / "set", {"a.png": encoded("JPEG")})
    (item,) = read("set")
    assert isinstance(item, Item)
    assert item.media_type == "image/jpeg"


def test_one_image_file_is_a_source(read: Read) -> None:
    (item,) = read("cat.png", encoded())
    assert item.locator == "cat.png"


def test_a_folder_of_broken_images_only_is_an_error_that_names_the_first(read: Read, tmp_path: Path) -> None:
    fill(tmp_path / "set", {"a.png": b"x", "b.png": b"y"})
    with pytest.raises(UnreadableSource, match=r"no record of 2 could be read; the first, a\.png"):
        read("set")


def test_an_image_that_cannot_be_opened_is_set_aside(
    read: Read, summary: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "set", {"a.png": encoded(), "b.png": encoded()})
    really_open = Path.open

    def open_or_refuse(self: Path, *args: Any, **options: Any) -> Any:
        if self.name == "a.png":
            raise PermissionError(13, "Permission denied")
        return really_open(self, *args, **options)

    monkeypatch.setattr(Path, "open", open_or_refuse)
    assert summary(read("set")) == [("a.png", "file:unreadable"), ("b.png", None)]
