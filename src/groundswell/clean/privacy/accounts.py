"""Numbers of bank accounts and of payment cards: which strings of digits are real ones by their check digits."""

import re

_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
        "YE30",
    )
}
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
    wanted = _LENGTHS.get(text[:2], 0)
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
