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


def report_page(
    repetitions: Sequence[Repetition],
    *,
    collected: str,
    drops: Sequence[Drop],
    samples: Sequence[tuple[Item, str]],
    written: Mapping[str, str],
) -> str:
    """Return the report of a demo as one HTML page.

    Args:
        collected: what was read, kept and dropped, in one line.
        drops: what was set aside, with reasons.
        samples: some items with their delivered labels.
        written: what was written, and where.
    """
    first = repetitions[0]
    sections = [
        "<h1>Groundswell demo</h1>",
        f"<p>{escape(verdict(repetitions))}</p>",
        '<div class="note"><p><strong>The crowd is simulated.</strong> The images are real (1,797 handwritten digits, '
        f"shipped with scikit-learn), the {WORKERS} workers are not: each has a skill and a confusion of their own, "
        "some are spammers, and the same worker always gives the same answer to the same image. That shows that the "
        "method works on such a crowd, not that yours is one. The reviewer who audits is simulated as always right.</p></div>",
        "<h2>The claim</h2>",
        _claim(repetitions),
        f'<p class="soft">Means over {len(repetitions)} repetitions (another split, crowd, gold and audit each), with the '
        "standard deviation between them. The trained model is the same small neural network in each arm, tested on a "
        f"fifth of the images that were never labelled. Human answers include {GOLD} expert answers (automatic: all of "
        f"them; Groundswell: as gold) and Groundswell's {AUDITS} audited items.</p>",
        _figure(
            dots(
                "accuracy of the trained model",
                [
                    (name.split(":")[0], [part(r).model_accuracy for r in repetitions])
                    for _, name, part in ARMS
                ],
            ),
            "Each dot is one repetition; bars are means.",
        ),
        _figure(
            _curves(repetitions),
            "Lines: Groundswell, after each round of learning. Dots: where the other arms end.",
        ),
        "<h2>The certificate</h2>",
        f"<p>{escape(_certificate(first))}</p>",
        _figure(
            intervals(
                [
                    (f"seed {r.seed}", r.certificate.low, r.certificate.high, r.certified_accuracy)
                    for r in repetitions
                ]
            ),
            "The hidden truth is known only because the crowd is simulated; the certificate never saw it.",
        ),
        "<h2>The data</h2>",
        f"<p>{escape(collected)}. What was set aside, with the reason:</p>",
        _drops(drops),
        "<h2>Labelled items</h2>",
        f'<div class="items">{"".join(_sample(item, label) for item, label in samples)}</div>',
        "<h2>Workers</h2>",
        _workers(first),
        "<h2>What was written</h2>",
        "<table>"
        + "".join(
            f"<tr><td>{escape(k)}</td><td><code>{escape(v)}</code></td></tr>" for k, v in written.items()
        )
        + "</table>",
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Groundswell demo</title><style>{STYLE}</style><main>{''.join(sections)}</main></html>"
    )


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _claim(repetitions: Sequence[Repetition]) -> str:
    rows = "".join(
        f"<tr{' class=ours' if row.key == 'groundswell' else ''}><td>{escape(row.name)}</td>"
        f"<td>{row.label_accuracy:.1%} ± {row.label_spread:.1%}</td>"
        f"<td>{row.model_accuracy:.1%} ± {row.model_spread:.1%}</td><td>{row.answers:,.0f}</td></tr>"
        for row in claim_table(repetitions)
    )
    head = "<tr><th>Training set made by</th><th>Accuracy of labels</th><th>Accuracy of trained model</th><th>Human answers</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _curves(repetitions: Sequence[Repetition]) -> str:
    others = [
        (name, [(part(r).answers, part(r).label_accuracy) for r in repetitions]) for _, name, part in ARMS[:2]
    ]
    worst = min(value for _, ends in others for _, value in ends) - 0.05
    curves = [[point for point in r.curve if point[1] >= worst] for r in repetitions]
    return accuracy_against_answers(curves, others)


def _certificate(first: Repetition) -> str:
    found = first.certificate
    return (
        f"The project asked people until the expected accuracy reached {TARGET:.0%}. A random audit of {found.audited} "
        f"of {found.population} items, reviewed blind, certifies with {found.level:.0%} confidence that between "
        f"{found.low:.1%} and {found.high:.1%} of the labels are right. By the hidden truth, {first.certified_accuracy:.1%} are. "
        "The audit then corrected what it found."
    )


def _drops(drops: Sequence[Drop]) -> str:
    if not drops:
        return '<p class="soft">Nothing was set aside.</p>'
    rows = "".join(
        f"<tr><td>{escape(drop.locator)}</td><td>{escape(drop.reason)}</td><td>{escape(drop.detail)}</td></tr>"
        for drop in drops[:40]
    )
    return f"<table><thead><tr><th>Item</th><th>Reason</th><th>Detail</th></tr></thead><tbody>{rows}</tbody></table>"


def _sample(item: Item, label: str) -> str:
    picture = b64encode(item.data or b"").decode()
    return f'<span><img alt="image of a digit" src="data:{item.media_type};base64,{picture}">{escape(label)}</span>'


def _workers(first: Repetition) -> str:
    rows = "".join(
        f"<tr><td>{escape(skill.name)}</td><td>{skill.annotations}</td>"
        f"<td>{skill.skill:.0%} ± {skill.standard_error:.0%}</td><td>{first.true_skill[skill.worker_id]:.0%}</td></tr>"
        for skill in first.skills[:15]
    )
    head = "<tr><th>Worker (the 15 busiest)</th><th>Answers</th><th>Skill as estimated</th><th>Simulated skill</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
