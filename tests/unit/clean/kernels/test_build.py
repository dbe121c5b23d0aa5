"""The kernels compile without a warning, and are sound under the compiler's own watch."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from groundswell.clean.kernels import build, library
from groundswell.errors import MissingExtra

HERE = Path(build.__file__).parent

USE_ALL = """
import pyarrow as pa
from groundswell.clean import KeepC4Lines, kernels
from groundswell.clean.heuristics.statistics import statistics_of
from groundswell.clean.minhash import sketch
from groundswell.clean.privacy.spots import find_spots
from groundswell.clean.unicode import normalized

texts = ["", "a", "\\n\\n", "#" * 9, "x@y.zz 4111 1111 1111 1111 AKIA", "a b c d e f g h i j k l m n o p q r s " * 9,
         "\\u4e2d\\u6587\\U0001f600 \\u0301", "-----BEGIN ", "1.2.3.4 ::1 12:34:56 DE89370400440532013000",
          "[12] a. [edit",
         "word " * 3000, "\\u00e9" * 700, "{ lorem ipsum. }", "a.b.c...", " \\t\\n x \\n\\n\\n y "]
column = pa.array(texts, pa.large_string())
view = kernels.Texts.of(column)
sketch(column), statistics_of(column), list(find_spots(column)), normalized(column)
kernels.c4_lines(view, min_words=3, max_word_length=1000, min_sentences=1, needs_terminal=True)
for is_paragraph in (False, True):
    counts, hashes = kernels.piece_hashes(view, is_paragraph=is_paragraph, min_characters=2)
    kernels.keep_pieces(view, hashes % 2 == 0, is_paragraph=is_paragraph)
for size in (1, 5, 13):
    kernels.gram_hashes(view, size)
print("fine")
"""


@pytest.mark.slow
def test_there_is_no_warning_and_no_access_out_of_bounds(tmp_path: Path) -> None:
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("the check needs gcc, whose sanitizers come with it")
    checks = ["-Wall", "-Wextra", "-Werror", "-fsanitize=address"]
    build.build(tmp_path / "groundswell", [compiler, *checks])
    asan = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    )
    environment = {
        "XDG_CACHE_HOME": str(tmp_path),
        "LD_PRELOAD": asan.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": ":".join(sys.path),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", USE_ALL], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "fine\n", done.stderr[-3000:]


def test_a_library_of_other_sources_has_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copytree(HERE, tmp_path / "kernels")
    monkeypatch.setattr(build, "HERE", copy)
    before = build.library_name()
    (copy / "grams.c").write_text("// other\n" + (copy / "grams.c").read_text())
    assert build.library_name() != before


def test_without_a_compiler_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(library, "_HERE", tmp_path)
    monkeypatch.setattr(build, "compiler", lambda: None)
    library.library.cache_clear()
    with pytest.raises(MissingExtra, match=r"no C compiler was found .* pip install ziglang"):
        library.library()
    library.library.cache_clear()


def test_a_compiler_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(build.BuildFailed, match="could not compile"):
        build.build(tmp_path, ["false"])
    assert list(tmp_path.iterdir()) == []
