"""The demo's report: one HTML file that needs nothing else."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources

from groundswell.demo.claim import ARMS, claim_table, verdict
from groundswell.demo.experiment import AUDITS, GOLD, TARGET, WORKERS, Repetition
from groundswell.demo.plots import accuracy_against_answers, dots, intervals
from groundswell.items import Drop, Item

STYLE = (resources.files(__package__) / "report.css").read_text()
MOST_DROPS, MOST_WORKERS = 40, 15

SIMULATED = f"""
<div class="note"><p><strong>The crowd is simulated.</strong> The images are real (handwritten digits, shipped with
scikit-learn); the {WORKERS} workers are not: each has a skill and a confusion of their own, some are spammers, and a
worker always says the same about the same image. That shows that the method works on such a crowd, not that
yours is one. The reviewer who audits is simulated as always right.</p></div>"""


def report_page(
    repetitions: Sequence[Repetition],
    *,
    collected: str,
    drops: Sequence[Drop],
    samples: Sequence[tuple[Item, str, str]],
    written: Mapping[str, str],
) -> str:
    """Return the report of a demo as one HTML page.

    Args:
        collected: what was read, kept and dropped, in one line.
        drops: what was set aside, with reasons.
        samples: some items with their delivered label and the hidden truth.
        written: what was written, and where.
    """
    sections = [
        f"<h1>Groundswell demo</h1><p>{escape(verdict(repetitions))}</p>{SIMULATED}",
        f"<h2>The claim</h2>{_claim(repetitions)}",
        f"<h2>The certificate</h2>{_certificates(repetitions)}",
        f"<h2>The data</h2><p>{escape(collected)}. What was set aside, with the reason:</p>{_drops(drops)}",
        f"<h2>Labelled items</h2>{_samples(samples)}",
        f"<h2>Workers</h2>{_workers(repetitions[0])}",
        f"<h2>What was written</h2>{_written(written)}",
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Groundswell demo</title><style>{STYLE}</style><main>{''.join(sections)}</main></html>"
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    top = f"<thead><tr>{head}</tr></thead>" if headings else ""
    return f'<div class="scroll"><table class="{kind}">{top}<tbody>{body}</tbody></table></div>'


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _claim(repetitions: Sequence[Repetition]) -> str:
    rows = [
        [
            row.name,
            f"{row.label_accuracy:.1%} ± {row.label_spread:.1%}",
            f"{row.model_accuracy:.1%} ± {row.model_spread:.1%}",
            f"{row.answers:,.0f}",
        ]
        for row in claim_table(repetitions)
    ]
    headings = ["Training set made by", "Labels that are right", "Accuracy of trained model", "Human answers"]
    models = [(arm.short, [arm.of(r).model_accuracy for r in repetitions]) for arm in ARMS]
    note = (
        f"Means over {len(repetitions)} repetitions (another split, crowd, gold and audit each), with the standard "
        "deviation between them. The trained model is the same small neural network in each row, tested on a fifth of "
        f"the images, never labelled. Human answers include {GOLD} expert answers (all of the first row's; gold in the "
        f"last) and the {AUDITS} audited items of the last."
    )
    return (
        _table(headings, rows, "claim")
        + f'<p class="soft">{escape(note)}</p>'
        + _figure(
            dots("Accuracy of the trained model", models),
            "Accuracy of the trained model: a dot is one repetition.",
        )
        + _figure(
            _curves(repetitions),
            "Labels that are right. Lines: Groundswell round by round, before the audit. Dots: the others at the end.",
        )
    )


def _curves(repetitions: Sequence[Repetition]) -> str:
    others = [
        (arm.short, [(arm.of(r).answers, arm.of(r).label_accuracy) for r in repetitions]) for arm in ARMS[:2]
    ]
    worst = min(value for _, ends in others for _, value in ends)
    curves = [[point for point in r.curve if point[1] >= worst] for r in repetitions]
    return accuracy_against_answers(curves, others)


def _certificates(repetitions: Sequence[Repetition]) -> str:
    first = repetitions[0]
    found = first.certificate
    text = (
        f"Each project asked people until the expected accuracy reached {TARGET:.0%}. Then a random {found.audited} of "
        f"{found.population:,} items were reviewed. For seed 1 that certifies, with {found.level:.0%} confidence, that "
        f"{found.low:.1%} to {found.high:.1%} of the labels are right; by the hidden truth "
        f"{first.certified_accuracy:.1%} are. What is delivered also has the errors corrected that the audit found."
    )
    rows = [
        (f"seed {r.seed}", r.certificate.low, r.certificate.high, r.certified_accuracy) for r in repetitions
    ]
    caption = "The hidden truth is known only because the crowd is simulated; no certificate saw it."
    return f"<p>{escape(text)}</p>{_figure(intervals(rows), caption)}"


def _drops(drops: Sequence[Drop]) -> str:
    if not drops:
        return '<p class="soft">Nothing was set aside.</p>'
    rows = [[drop.locator, drop.reason, drop.detail.partition(" (")[0]] for drop in drops[:MOST_DROPS]]
    return _table(["Item", "Reason", "Detail"], rows, "words")


def _samples(samples: Sequence[tuple[Item, str, str]]) -> str:
    return f'<div class="items">{"".join(_sample(*sample) for sample in samples)}</div>'


def _sample(item: Item, label: str, truth: str) -> str:
    picture = b64encode(item.data or b"").decode()
    image = f'<img alt="handwritten digit" src="data:{item.media_type};base64,{picture}">'
    if label == truth:
        return f"<span>{image}{escape(label)}</span>"
    return f'<span class="wrong">{image}{escape(label)}, not {escape(truth)}</span>'


def _workers(first: Repetition) -> str:
    rows = [
        [
            skill.name,
            f"{skill.annotations}",
            f"{skill.skill:.0%} ± {skill.standard_error:.0%}",
            f"{first.simulated[skill.worker_id].accuracy:.0%}",
            f"{first.simulated[skill.worker_id].median_seconds:.1f} s",
        ]
        for skill in first.skills[:MOST_WORKERS]
    ]
    headings = [
        f"Worker (the {MOST_WORKERS} busiest)",
        "Answers",
        "Estimated skill",
        "Simulated skill",
        "Median time",
    ]
    return _table(headings, rows)


def _written(written: Mapping[str, str]) -> str:
    return _table([], [[what, where] for what, where in written.items()], "words paths")
