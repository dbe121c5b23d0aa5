"""Recipe: preferences between answers, to tune an assistant by what people like."""

from groundswell.clean.conversations import DropBadPreferences
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Operator
from groundswell.clean.privacy.redact import RedactPersonal


def preferences() -> tuple[Operator, ...]:
    """Return the steps for records with a prompt, a chosen and a rejected answer.

    Records without a prompt, with an empty choice or with two equal answers go, and so do records with keys or
    account numbers in them, and near copies. Near is nearer here: two preferences about one prompt share much.
    """
    return (
        DropBadPreferences(),
        RedactPersonal(kinds=("iban", "card", "secret"), action="drop"),
        DropExactDuplicates(),
        DropNearDuplicates(text_similarity=0.95, short_text_similarity=0.95),
    )
