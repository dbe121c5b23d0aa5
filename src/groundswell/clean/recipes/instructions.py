"""Recipe: conversations and instructions to tune an assistant."""

from groundswell.clean.conversations import REFUSALS, DropBadConversations
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Operator
from groundswell.clean.privacy.redact import RedactPersonal


def instructions() -> tuple[Operator, ...]:
    """Return the steps for records of conversations, as `collect` reads them from JSONL or Parquet.

    Records whose turns are not in order, whose answer is missing, an echo of the question or a refusal go; so do
    records with keys or account numbers in them, and near copies. Put `DropContaminated` in front if the model
    will be evaluated.
    """
    return (
        DropBadConversations(refusals=REFUSALS),
        RedactPersonal(kinds=("iban", "card", "secret"), action="drop"),
        DropExactDuplicates(),
        DropNearDuplicates(text_similarity=0.8, keep="longest"),
    )
