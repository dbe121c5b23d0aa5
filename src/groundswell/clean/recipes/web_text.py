"""Recipe: web pages to pretrain a language model, in the manner of FineWeb."""

from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.heuristics.c4 import KeepC4Lines
from groundswell.clean.heuristics.fineweb import FINEWEB_QUALITY
from groundswell.clean.heuristics.gopher import GOPHER_QUALITY, GOPHER_REPETITION
from groundswell.clean.heuristics.rules import DropByRules
from groundswell.clean.language import IdentifyLanguage
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Operator
from groundswell.clean.privacy.redact import RedactPersonal
from groundswell.clean.unicode import NormalizeText
from groundswell.clean.urls import DropUrlDuplicates, DropUrls


def web_text(
    languages: tuple[str, ...] = ("en",), *, blocked_domains: tuple[str, ...] = ()
) -> tuple[Operator, ...]:
    """Return the steps for pages of the web, as `collect` reads them from WARC or HTML.

    Args:
        languages: that stay. The rules of Gopher are made for English: for other languages give `DropByRules`
            their stop words, and lengths of words that suit them.
        blocked_domains: whose pages go.

    Source:
        Penedo et al. (2024), The FineWeb Datasets, arXiv:2406.17557: the same steps in the same order, but for
        addresses, which FineWeb does not deduplicate, and personal things, which are taken out before duplicates
        are looked for. C4's rule on marks at the ends of lines is off there too: FineWeb's own is milder. Copies
        are told at 0.75, from where on FineWeb's banding finds most.
    """
    return (
        DropUrls(domains=blocked_domains),
        NormalizeText(),
        IdentifyLanguage(keep=languages, least_score=0.65),
        DropByRules((*GOPHER_REPETITION, *GOPHER_QUALITY)),
        KeepC4Lines(needs_terminal=False),
        DropByRules(FINEWEB_QUALITY),
        RedactPersonal(kinds=("email", "ip", "secret")),
        DropUrlDuplicates(),
        DropExactDuplicates(),
        DropNearDuplicates(text_similarity=0.75),
    )
