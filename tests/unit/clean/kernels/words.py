"""Words as the kernels see them, in plain Python: what their tests compare with."""

import unicodedata

ALONE = ("CJK ", "HIRAGANA ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")


def is_part(character: str) -> bool:
    category = unicodedata.category(character)
    return character.isalnum() or category[0] == "M" or category == "Pc" or character in "\u200c\u200d"


def stands_alone(character: str) -> bool:
    return (
        is_part(character)
        and unicodedata.category(character) in ("Lo", "Lm")
        and unicodedata.name(character, "").startswith(ALONE)
    )


def raw_words(text: str) -> list[str]:
    found: list[str] = []
    inside = alone = False
    for character in text:
        is_mark = unicodedata.category(character)[0] == "M"
        if stands_alone(character):
            found.append(character)
            inside, alone = True, True
        elif is_part(character) and inside and (not alone or is_mark):
            found[-1] += character
        elif is_part(character):
            found.append(character)
            inside, alone = True, False
        else:
            inside = alone = False
    return found


def words(text: str) -> list[str]:
    """Return the words of a text, each character in lower case, as the kernels know them."""
    return [
        "".join(character.lower()[0] for character in word).replace("\u03c2", "\u03c3")
        for word in raw_words(text)
    ]
