"""Plots as SVG text: points with a line, and dots by group. Enough for a report that needs no network."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 300, 56, 42, 14, 150
COLOURS = ("#8a8f98", "#b7791f", "#2454d6")


class Axes:
    """Maps data to a drawing: a range of x and of y, with ticks."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.x0, self.x1 = _padded(xs)
        self.y0, self.y1 = _padded(ys)

    def x(self, value: float) -> float:
        """Return where `value` is from the left."""
        return LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return where `value` is from the top."""
        return HEIGHT - BOTTOM - (value - self.y0) / (self.y1 - self.y0) * (HEIGHT - BOTTOM - TOP)

    def frame(self, x_name: str, y_name: str) -> list[str]:
        """Return the grid, ticks and names of the axes."""
        parts = []
        for k in range(5):
            y = self.y0 + (self.y1 - self.y0) * k / 4
            parts.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{self.y(y):.1f}" y2="{self.y(y):.1f}" class="grid"/>'
                f'<text x="{LEFT - 8}" y="{self.y(y) + 4:.1f}" text-anchor="end">{y:.1%}</text>'
            )
        for k in range(5):
            x = self.x0 + (self.x1 - self.x0) * k / 4
            parts.append(
                f'<text x="{self.x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,.0f}</text>'
            )
        middle = (WIDTH - RIGHT + LEFT) / 2
        parts.append(
            f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle" class="name">{escape(x_name)}</text>'
        )
        parts.append(f'<text x="{LEFT}" y="{TOP - 3}" class="name">{escape(y_name)}</text>')
        return parts


def _padded(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = (high - low or abs(high) or 1.0) * 0.06
    return low - pad, high + pad


def accuracy_against_answers(
    curves: Sequence[Sequence[tuple[int, float]]], others: Sequence[tuple[str, Sequence[tuple[int, float]]]]
) -> str:
    """Draw how label accuracy grows with human answers, and where the other arms end.

    Args:
        curves: one line for each repetition: (answers, accuracy).
        others: name and end points of each other arm.
    """
    points = [p for curve in curves for p in curve] + [p for _, ends in others for p in ends]
    axes = Axes([p[0] for p in points], [p[1] for p in points])
    parts = axes.frame("human answers spent", "accuracy of the labels")
    for curve in curves:
        line = " ".join(f"{axes.x(a):.1f},{axes.y(b):.1f}" for a, b in curve)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[2]}" stroke-width="1.5"/>')
    for (name, ends), colour in zip(others, COLOURS, strict=False):
        parts += [
            f'<circle cx="{axes.x(a):.1f}" cy="{axes.y(b):.1f}" r="4" fill="{colour}"/>' for a, b in ends
        ]
    names = [*(name for name, _ in others), "Groundswell"]
    return _svg("Accuracy of the labels against human answers spent", parts + _legend(names))


def dots(title: str, groups: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Draw one column of dots for each group, with a bar at the mean."""
    values = [value for _, group in groups for value in group]
    axes = Axes([-0.5, len(groups) - 0.5], values)
    parts = [p for p in axes.frame("", title) if 'text-anchor="middle"' not in p or "%" in p]
    for place, ((name, group), colour) in enumerate(zip(groups, COLOURS, strict=False)):
        mean = sum(group) / len(group)
        parts.append(
            f'<line x1="{axes.x(place) - 22:.1f}" x2="{axes.x(place) + 22:.1f}" y1="{axes.y(mean):.1f}" '
            f'y2="{axes.y(mean):.1f}" stroke="{colour}" stroke-width="3"/>'
            f'<text x="{axes.x(place):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(name)}</text>'
        )
        for k, value in enumerate(group):
            x = axes.x(place) + (k - (len(group) - 1) / 2) * 6
            parts.append(
                f'<circle cx="{x:.1f}" cy="{axes.y(value):.1f}" r="4" fill="{colour}" opacity="0.75"/>'
            )
    return _svg(title, parts)


def intervals(rows: Sequence[tuple[str, float, float, float]]) -> str:
    """Draw one interval for each row (name, low, high, truth), with a mark at the truth."""
    axes = Axes([v for _, low, high, truth in rows for v in (low, high, truth)], [0, 1])
    axes.x1 = min(axes.x1, 1.0)
    step = (HEIGHT - BOTTOM - TOP) / len(rows)
    parts = []
    for k in range(5):
        x = axes.x0 + (axes.x1 - axes.x0) * k / 4
        parts.append(
            f'<line x1="{axes.x(x):.1f}" x2="{axes.x(x):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>'
            f'<text x="{axes.x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:.1%}</text>'
        )
    for place, (name, low, high, truth) in enumerate(rows):
        y = TOP + step * (place + 0.5)
        parts.append(
            f'<line x1="{axes.x(low):.1f}" x2="{axes.x(high):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{COLOURS[2]}" stroke-width="6" stroke-linecap="round" opacity="0.55"/>'
            f'<circle cx="{axes.x(truth):.1f}" cy="{y:.1f}" r="5" fill="currentColor"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>'
        )
    parts.append(f'<text x="{WIDTH - RIGHT + 16}" y="{TOP + 14}">bar: certificate</text>')
    parts.append(f'<text x="{WIDTH - RIGHT + 16}" y="{TOP + 32}">dot: hidden truth</text>')
    return _svg("Certified accuracy against the hidden truth", parts)


def _legend(names: Sequence[str]) -> list[str]:
    x = WIDTH - RIGHT + 16
    return [
        f'<circle cx="{x}" cy="{TOP + 10 + 20 * k}" r="4" fill="{COLOURS[k]}"/>'
        f'<text x="{x + 10}" y="{TOP + 14 + 20 * k}">{escape(name)}</text>'
        for k, name in enumerate(names)
    ]


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
