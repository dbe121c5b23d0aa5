from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from groundswell.feed import exporters
from groundswell.feed.exporters import ANNOTATIONS, EXPORTERS, all_exporters, exporter_for


class Xml:
    name = "xml"
    suffix = ".xml"
    needs_data = False


class NotJsonl(Xml):
    name = "jsonl"


def plug_in(monkeypatch: pytest.MonkeyPatch, **plugs: type) -> None:
    points = [SimpleNamespace(name=name, load=lambda plug=plug: plug) for name, plug in plugs.items()]
    monkeypatch.setattr(
        exporters, "entry_points", lambda group: points if group == "groundswell.exporters" else []
    )


def test_another_package_adds_an_exporter_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, xml=Xml)
    assert isinstance(exporter_for("xml"), Xml)
    assert isinstance(exporter_for("labels.xml"), Xml)
    assert set(all_exporters()) == {*EXPORTERS, *ANNOTATIONS, "xml"}


def test_another_package_cannot_take_one_of_our_names(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, jsonl=NotJsonl)
    assert exporter_for("jsonl") is EXPORTERS["jsonl"]
    assert all_exporters()["jsonl"] is EXPORTERS["jsonl"]


def test_a_broken_package_does_not_keep_ours_from_working(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_package:Exporter", "groundswell.exporters")
    monkeypatch.setattr(exporters, "entry_points", lambda group: [broken])
    assert exporter_for("csv") is EXPORTERS["csv"]
