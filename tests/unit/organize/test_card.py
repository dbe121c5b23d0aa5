"""The data card says what was counted."""

import pyarrow as pa

from groundswell.organize import DatasetStore, card_of, collect, describe


def test_a_card_says_what_is_in_a_version_and_where_it_is_from(store: DatasetStore) -> None:
    texts = [{"text": "a cat"}, {"text": "a  cat"}, {"text": ""}, {"text": "a dog"}]
    version = collect(texts, licence="CC0-1.0").clean().save("pets", store=store)
    describe(version.folder, description="Pets of the house.", owners=("ann@example.org",), licence="CC0-1.0")
    certificate = {"low": 0.95, "high": 0.99}
    labels = pa.table({"id": version.ids(), "label": ["cat", None]})
    card = card_of(store, store.add_columns(version, labels, lineage={"certificate": certificate}))
    assert (card.items, card.text_characters) == (2, 10)
    assert card.counts["label"] == {"cat": 1, "-": 1}
    assert card.counts["licence"] == {"CC0-1.0": 2}
    assert card.set_aside == {"duplicate:exact": 1, "text:empty": 1}
    assert [step["name"] for step in card.steps][:1] == ["unicode"]
    page = card.to_markdown()
    for part in (
        "# pets, version 2",
        "Pets of the house.",
        "ann@example.org",
        "| cat | 1 |",
        "95.0% and 99.0%",
    ):
        assert part in page
    assert "| duplicate:exact | 1 |" in page
    assert "pets version 1: 2 items, collected from" in page
    assert card.to_dict()["said"]["owners"] == ("ann@example.org",)


def test_a_card_of_nothing_is_a_card(store: DatasetStore) -> None:
    card = card_of(store, store.write("none", []))
    assert (card.items, card.collected, card.counts["kind"]) == (0, None, {})
    assert "0 items" in card.to_markdown()


def test_many_values_are_added_up_and_none_breaks_the_table(store: DatasetStore) -> None:
    version = collect([f"text {place}" for place in range(30)]).save("many", store=store)
    labels = pa.table({"id": version.ids(), "label": [f"a|b\n{place}" for place in range(30)]})
    card = card_of(store, store.add_columns(version, labels))
    assert card.counts["label"]["..."] == 10
    assert "a\\|b 0" in card.to_markdown()
