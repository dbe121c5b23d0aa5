"""Sentences in many languages whose language is known: `python -m bench.peers.language_texts FILE`.

Django comes with translations of its texts by people who speak these languages. Written is a JSON object of the code of
each language to its sentences, without what is the same in all of them: placeholders, tags and names of variables.
"""

import gettext
import json
import re
import sys
from pathlib import Path

import django

SAME = {"zh_Hans": "zh", "zh_Hant": "zh"}
"""Scripts of one language; other variants (`de_CH`, `sr_Latn`) are left out, as nobody is asked for them."""

LEAST_CHARACTERS = 20
_FOREIGN = re.compile(r"%\([^)]*\)\w|%\w|\{[^}]*\}|<[^>]*>|&\w+;|“[^”]*”|\"[^\"]*\"|\w+_\w+|https?:\S+")


def sentences(folder: Path, locale: str) -> list[str]:
    """Return what was translated, in a stable order, each once."""
    found: dict[str, None] = {}
    for path in sorted(folder.glob(f"**/locale/{locale}/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for original, text in catalog.items():
            if isinstance(original, str) and isinstance(text, str) and original and text != original:
                found[" ".join(_FOREIGN.sub(" ", text).split())] = None
    return [text for text in found if len(text) >= LEAST_CHARACTERS]


def main() -> None:
    """Write the sentences of all languages."""
    folder = Path(django.__file__).parent
    locales = sorted({path.parent.parent.name for path in folder.glob("**/locale/*/LC_MESSAGES/django.mo")})
    every: dict[str, list[str]] = {}
    for locale in locales:
        if locale in SAME or "_" not in locale:
            every.setdefault(SAME.get(locale, locale), []).extend(sentences(folder, locale))
    Path(sys.argv[1]).write_text(json.dumps(every))


if __name__ == "__main__":
    main()
