"""What was written becomes the item that it is: a text, a form, a whole conversation."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundswell.collect import Growing, Options, Stated
from groundswell.items import Drop
from groundswell.label.delivery.written import Accepted, Written, conversation
from groundswell.store import BlobStore

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ASKED = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "why?"}]
SAID = {"role": "assistant", "content": "so.", "from": "model", "edited": True}


def given(answer, payload=None, number=1):
    return Accepted(7, "a" * 64, payload or {}, number, (3,), answer, NOW)


@pytest.mark.parametrize(
    ("mode", "shown", "written", "roles"),
    [
        ("write", ASKED, [SAID], "system user assistant"),
        ("edit", [*ASKED, {"role": "assistant", "content": "hm"}], [SAID], "system user assistant"),
        (
            "continue",
            ASKED,
            [SAID, {"role": "user", "content": "and?"}, SAID],
            "system user assistant user assistant",
        ),
        ("write", ASKED, [{"role": "system", "content": "be kind"}, SAID], "system user assistant"),
    ],
)
def test_a_conversation_is_whole(mode, shown, written, roles):
    became = conversation(shown, written, mode)
    assert " ".join(message["role"] for message in became) == roles
    assert became[-1] == {"role": "assistant", "content": "so."}
    assert became[0]["content"] == ("be kind" if written[0]["role"] == "system" else "be brief")


def test_a_message_that_was_shown_keeps_its_picture():
    image = {"media": "a" * 64, "media_type": "image/png", "width": 3, "height": 2}
    became = conversation([{"role": "user", "content": "What is it?", **image, "note": "x"}], [SAID], "write")
    assert became[0] == {"role": "user", "content": "What is it?", **image}
    assert became[1] == {"role": "assistant", "content": "so."}


def written(kind, answers, text_column=None):
    fields = [{"name": "title", "kind": "text"}]
    return Written("p", kind, "write", answers, Options(NOW, text_column), fields, BlobStore(Path("uploads")))


def test_each_kind_makes_the_item_that_it_is():
    (text,) = written("transcription", [given({"text": "Nel mezzo"})]).read()
    assert (text.text, text.locator, text.derived_from) == ("Nel mezzo", "task 7 answer 1", "a" * 64)
    payload = {"record": {"messages": ASKED}}
    (chat,) = written("chat", [given({"messages": [SAID]}, payload)]).read()
    assert [message["content"] for message in chat.record["messages"]] == ["be brief", "why?", "so."]
    assert chat.meta == {"project": "p", "task": 7, "workers": [3], "answered_at": NOW.isoformat()}


def test_a_form_without_the_field_is_set_aside():
    answers = [given({"fields": {"title": "On Growth"}}), given({"fields": {}}, number=2)]
    read = list(written("form", answers, "title").read())
    assert read[0].text == "On Growth"
    assert isinstance(read[1], Drop)
    assert (read[1].reason, read[1].locator) == ("answer:no_text", "task 7 answer 2")


def test_after_a_cursor_come_the_answers_that_it_does_not_know():
    one, two = given({"text": "a"}), given({"text": "b"}, number=2)
    before = written("transcription", [one])
    now = written("transcription", [one, two])
    assert isinstance(now, Growing)
    assert isinstance(now, Stated)
    assert [item.text for item in now.after(before.cursor()).read()] == ["b"]
    assert list(now.after(now.cursor()).read()) == []
    assert now.describe() == before.describe()
