"""Account and card numbers are real ones by their check digits."""

import pytest

from groundswell.clean.privacy.accounts import account_length, is_card

IBANS = [
    "DE89370400440532013000",
    "GB82 WEST 1234 5698 7654 32",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
]
"""Examples of the register of SWIFT and of Wikipedia's article on IBAN."""

CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "340000000000009",
    "6011000000000004",
    "3530111333300000",
    "30000000000004",
]
"""Test numbers that networks and payment services publish."""


@pytest.mark.parametrize("iban", IBANS)
def test_account_numbers_are_found_with_what_follows_left_out(iban: str) -> None:
    assert account_length(f"{iban} and more") == len(iban)


@pytest.mark.parametrize(
    "text", ["DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000", "", "DE"]
)
def test_others_are_none(text: str) -> None:
    assert account_length(text) == 0


@pytest.mark.parametrize("digits", CARDS)
def test_cards_are_told(digits: str) -> None:
    assert is_card(digits)


@pytest.mark.parametrize(
    "digits",
    [
        "4111111111111112",
        "1234567812345670",
        "4111 11111111 1111",
        "4111 1111-1111 1111",
        "411111111111",
        "0" * 16,
        "",
    ],
)
def test_other_numbers_are_no_cards(digits: str) -> None:
    assert not is_card(digits)
