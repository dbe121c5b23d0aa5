"""Numbers of bank accounts and of payment cards: which strings of digits are real ones by their check digits."""

import re

_LENGTHS = dict(
    entry.split(":")
    for entry in (
        "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27 "
        "DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HN:28 HR:21 HU:28 "
        "IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 "
        "MK:19 MN:20 MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24 "
        "SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30"
    ).split()
)
"""Characters of an account number by country: ISO 13616, the register of SWIFT, version 101."""

_CARD = re.compile(
    r"4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|65\d\d|64[4-9]\d)\d{12}"  # Discover
    r"|(?:352[89]|35[3-8]\d)\d{12}"  # JCB
    r"|3(?:0[0-5]|[68]\d)\d{11}"  # Diners Club
    r"|62\d{14,17}"  # UnionPay
)
"""Ranges of issuers: ISO/IEC 7812, as the networks publish them."""

_GROUPS = re.compile(r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
"""Cards are written without separators, in groups of four, or of four, six and the rest."""


def account_length(text: str) -> int:
    """Return how many characters of `text`, from its start, are an IBAN with valid check digits; 0 if none.

    Source:
        ISO 13616-1: the number, with its first four characters moved to the end and letters counted
        from 10, leaves 1 when it is divided by 97.
    """
    wanted = int(_LENGTHS.get(text[:2], 0))
    taken = 0
    found = ""
    for character in text:
        if len(found) == wanted:
            break
        found += character if character != " " else ""
        taken += 1
    if not wanted or len(found) < wanted:
        return 0
    digits = "".join(str(int(character, 36)) for character in found[4:] + found[:4])
    return taken if int(digits) % 97 == 1 else 0


def is_card(text: str) -> bool:
    """Tell whether a text is the number of a payment card: of a known issuer, with a valid check digit."""
    if not _GROUPS.fullmatch(text):
        return False
    digits = re.sub(r"[ -]", "", text)
    return bool(_CARD.fullmatch(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Tell whether the last digit is right.

    Source:
        ISO/IEC 7812-1, annex B: every second digit from the right is doubled, and its digits are summed.
    """
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
