"""Pages under one address are one page; addresses that are not wanted go."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from groundswell.clean import DropUrlDuplicates, DropUrls
from groundswell.clean.urls import normal_url
from groundswell.items import Item

Flow = Callable[..., Any]


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://www.Example.com/a/", "http://example.com/a"),
        ("https://example.com:443/a?b=2&a=1#top", "https://example.com/a?a=1&b=2"),
        ("https://example.com/?utm_source=x&fbclid=y", "https://example.com"),
        ("https://example.com:8080/", "http://example.com:8080"),
    ],
)
def test_addresses_that_lead_to_one_page_are_one(url: str, same: str) -> None:
    assert normal_url(url) == normal_url(same)


@pytest.mark.parametrize("url", ["", "no address", "http://[broken", "http://a:99999/"])
def test_what_is_no_address_stays_as_it_is(url: str) -> None:
    assert normal_url(url) == url


@pytest.mark.parametrize(
    ("one", "other"), [("http://a.com/x", "http://a.com/y"), ("http://a.com?p=1", "http://a.com?p=2")]
)
def test_other_pages_are_others(one: str, other: str) -> None:
    assert normal_url(one) != normal_url(other)


def page(make_text: Callable[..., Item], url: str | None, text: str, place: int) -> Item:
    return replace(make_text(text, place), meta={} if url is None else {"url": url})


def test_the_longest_page_of_an_address_may_stay(flow: Flow, make_text: Callable[..., Item]) -> None:
    pages = [
        page(make_text, "http://a.com/x", "short", 0),
        page(make_text, "https://www.a.com/x/", "much longer", 1),
        page(make_text, None, "no address", 2),
        page(make_text, None, "none either", 3),
    ]
    assert flow(pages, DropUrlDuplicates()).texts == ["short", "no address", "none either"]
    outcome = flow(pages, DropUrlDuplicates(keep="longest"), rows=1)
    assert outcome.texts == ["much longer", "no address", "none either"]
    assert outcome.drops[0].detail.startswith("the same address as line 1 (")


def test_domains_with_all_below_them_and_words_go(flow: Flow, make_text: Callable[..., Item]) -> None:
    urls = [
        "http://bad.com/",
        "http://shop.BAD.com/x",
        "http://notbad.com/",
        "http://a.com/Casino",
        "http://a.com/?q=casino",
    ]
    pages = [page(make_text, url, url, place) for place, url in enumerate(urls)]
    outcome = flow(pages, DropUrls(domains=("bad.com",), words=("casino",)))
    assert outcome.texts == [urls[2], urls[4]]
    assert [(drop.reason, drop.detail) for drop in outcome.drops] == [
        ("url:domain", "bad.com"),
        ("url:domain", "bad.com"),
        ("url:word", "casino"),
    ]
