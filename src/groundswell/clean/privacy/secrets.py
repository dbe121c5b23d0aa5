"""Keys and tokens: strings that open a door to whoever has read them."""

import re

SECRET = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # Amazon
    r"|gh[pousr]_[A-Za-z0-9]{36,251}"  # GitHub
    r"|github_pat_[A-Za-z0-9_]{59,251}"
    r"|glpat-[A-Za-z0-9_-]{20,}"  # GitLab
    r"|xox[abprs]-[A-Za-z0-9-]{10,}"  # Slack
    r"|AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9])"  # Google
    r"|sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,}"  # Anthropic, OpenAI
    r"|[sr]k_live_[A-Za-z0-9]{24,}"  # Stripe
    r"|hf_[A-Za-z0-9]{34,}"  # Hugging Face
    r"|npm_[A-Za-z0-9]{36,}"
    r"|pypi-AgE[A-Za-z0-9_-]{50,}"
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}"  # SendGrid
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}"  # JSON Web Tokens
    r"|-----BEGIN (?P<label>(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----[\s\S]{1,20000}?-----END (?P=label)-----"
)
"""What the services say that their keys look like, and private keys in PEM (RFC 7468)."""

_DIGIT_OR_UPPER = re.compile(r"[A-Z0-9]")


def secret_length(text: str) -> int:
    """Return how many characters of `text`, from its start, are a key; 0 if none.

    Words that only begin like a key, such as `hf_raise_for_status_of_a_response_with`, have neither
    digits nor capitals in them.
    """
    found = SECRET.match(text)
    if not found or not _DIGIT_OR_UPPER.search(found[0][3:]):
        return 0
    return len(found[0])
