"""Annotations of another tool become a dataset with labels."""

from groundswell.errors import SourceNotFound, UnreadableSource
from groundswell.organize import dataset
from tests.acceptance.command import Groundswell


def test_annotations_of_another_tool_become_a_dataset_with_labels(groundswell: Groundswell) -> None:
    (groundswell.here / "people.conll").write_text("Ann\tB-PER\nsings\tO\n\nBob\tB-PER\nLee\tI-PER\n")
    done = groundswell.run("import", "people.conll", "--format", "conll")
    assert (done.code, done.out.strip()) == (0, "2 labelled items stored as people, version 1")
    version = dataset("people", home=groundswell.home)
    assert version.to_table(["text"])["text"].to_pylist() == ["Ann sings", "Bob Lee"]
    assert '"end": 7, "label": "PER"' in version.to_table(["label"])["label"][1].as_py()


def test_what_cannot_be_imported_is_named_and_nothing_is_kept(groundswell: Groundswell) -> None:
    (groundswell.here / "people.conll").write_text("Ann\n")
    missing = groundswell.run("import", "nothing", "--format", "coco")
    assert (missing.code, "nothing does not exist" in missing.err) == (SourceNotFound.exit_code, True)
    broken = groundswell.run("import", "people.conll", "--format", "conll")
    assert (broken.code, "without a tag: 'Ann'" in broken.err) == (UnreadableSource.exit_code, True)
    assert groundswell.run("datasets").out.startswith("No datasets yet")
