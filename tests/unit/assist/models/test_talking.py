"""A model that goes on with conversations: what it is asked, what its words become, what it can cost."""

import re

import pytest
from tests.unit.assist.models.server import HERE, QUICK, Drop, Server

from groundswell.assist.models import Limits, Price, TalkingModel, most_cents
from groundswell.assist.models.talking import MOST_CHARACTERS

PRICE = Price(per_million_in=1000.0, per_million_out=10_000.0)
HELLO = [{"role": "user", "content": "Hello"}]


def says(content, **more):
    ended = more.pop("ended", "stop")
    return {
        "choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": ended}],
        **more,
    }


@pytest.fixture
def ask():
    """Ask a model that answers like this about a conversation; returns the reply and the server."""
    servers = []

    def asked(answer, messages=HELLO, **given):
        server = Server(answer if callable(answer) else lambda body, number: answer)
        servers.append(server)
        url = server.url.removesuffix("/predict") + "/v1"
        options = {"limits": QUICK, "price": PRICE, **given}
        with TalkingModel(url, "talker", allowed=HERE, **options) as model:
            reply = model.reply(messages)
        told = {name: given[name] for name in ("instructions", "max_tokens") if name in given}
        assert reply.cost.cents <= most_cents(messages, PRICE, **told)
        return reply, server

    yield asked
    for server in servers:
        server.close()


def test_the_conversation_goes_out_and_the_models_words_come_back_with_their_cost(ask):
    said = [{"role": "system", "content": "Be brief."}, *HELLO]
    used = {"prompt_tokens": 20, "completion_tokens": 3}
    reply, server = ask(says("Hi **you**", usage=used), said, key="sk-1")
    assert (reply.text, reply.cut, reply.reason) == ("Hi **you**", False, None)
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == "Bearer sk-1"
    assert server.asked == [{"model": "talker", "messages": said, "max_tokens": 2048}]
    assert (reply.cost.requests, reply.cost.cents) == (1, pytest.approx((20 * 1000 + 3 * 10_000) / 1e6))


@pytest.mark.parametrize(
    ("messages", "first"),
    [
        (HELLO, "You are a pirate."),
        ([{"role": "system", "content": "Be brief."}, *HELLO], "You are a pirate.\n\nBe brief."),
    ],
)
def test_instructions_stand_in_the_one_system_message(ask, messages, first):
    _, server = ask(says("Arr"), messages, instructions=" You are a pirate.\n")
    assert server.asked[0]["messages"] == [{"role": "system", "content": first}, *HELLO]


def test_a_reply_that_ends_at_a_limit_says_so(ask):
    assert ask(says("Once upon a", ended="length"))[0].cut
    reply, _ = ask(says("x" * (MOST_CHARACTERS + 1)))
    assert (len(reply.text), reply.cut) == (MOST_CHARACTERS, True)


def test_what_no_database_takes_is_taken_out(ask):
    assert ask(says("a\x00b\ud800"))[0].text == "ab?"


def test_a_server_that_knows_the_length_by_its_newer_name_is_asked_again(ask):
    def newer(body, number):
        if "max_tokens" in body:
            return 400, {"error": "max_tokens is not supported, use max_completion_tokens"}
        return says("Hi")

    reply, server = ask(newer, max_tokens=50)
    assert (reply.text, server.asked[1]["max_completion_tokens"]) == ("Hi", 50)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says(""), "said nothing"),
        (says(None, ended="content_filter"), "content_filter"),
        ({"choices": []}, "no message"),
        ([1], "no message"),
        (b"<html>", "did not answer in JSON"),
        ((401, {"error": "bad key sk-1"}), r"HTTP 401: .*\*\*\*"),
        ((503, {}), "HTTP 503"),
    ],
)
def test_no_reply_has_a_reason_without_secrets(ask, answer, reason):
    reply, _ = ask(answer, key="sk-1", limits=Limits(attempts=1))
    assert reply.text is None
    assert re.search(reason, reply.reason)
    assert "sk-1" not in reply.reason


def test_a_lost_answer_counts_at_the_most_and_is_not_paid_twice(ask):
    def dropped(body, number):
        raise Drop

    reply, server = ask(dropped)
    assert (reply.text, len(server.asked), reply.cost.requests) == (None, 1, 1)
