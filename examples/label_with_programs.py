"""Two rough programs label texts beside each other; consensus weighs them; the result is fed in batches.

Run it: python examples/label_with_programs.py     (writes to a temporary data folder)
"""

import tempfile

import groundswell as gs

TEXTS = [
    "I love this camera, the pictures are great",
    "Broke after two days, very disappointed",
    "Great value, would buy again",
    "Terrible support and a bad screen",
    "The best phone I ever had",
    "It stopped working, I want my money back",
    "Works great, arrived early",
    "Bad battery, bad speakers",
]


def by_praise(item: gs.Item) -> str | None:
    """Say good where there is praise, and pass where there is none."""
    return "good" if any(word in item.text.lower() for word in ("love", "great", "best")) else None


def by_complaint(item: gs.Item) -> str | None:
    """Say bad where there is a complaint, else good."""
    return "bad" if any(word in item.text.lower() for word in ("broke", "bad", "stopped")) else "good"


def main() -> None:
    home = tempfile.mkdtemp()
    reviews = gs.collect(TEXTS).clean().save("reviews", home=home)

    with gs.label(reviews, ["good", "bad"], by=[by_praise, by_complaint], home=home) as labelling:
        print(labelling)
        labelled = labelling.save()

    for batch in gs.feed(labelled, batch_size=4, columns=["text", "label"], seed=1):
        for text, label in zip(batch["text"], batch["label"], strict=True):
            print(f"{label}: {text}")


if __name__ == "__main__":
    main()
