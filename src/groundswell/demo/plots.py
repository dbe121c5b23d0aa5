"""Plots as SVG text: lines and dots, dots by group, intervals. Enough for a report that needs no network."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 700, 300, 64, 44, 22, 130
COLOURS = ("#8a8f98", "#b7791f", "#3b78ee")


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return about `count` round numbers that span `low` to `high`: steps of 1, 2 or 5 times a power of ten."""
    raw = max(high - low, 1e-9) / count
    power = 10 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


class Axes:
    """Maps data to the drawing; both ranges end at round numbers, and shares never pass 100 %."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.x_ticks = nice_ticks(min(xs), max(xs))
        self.y_ticks = nice_ticks(min(ys), max(ys))

    def x(self, value: float) -> float:
        """Return where `value` is from the left."""
        low, high = self.x_ticks[0], self.x_ticks[-1]
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return where `value` is from the top."""
        low, high = self.y_ticks[0], self.y_ticks[-1]
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    def rows(self) -> list[str]:
        """Return horizontal grid lines with their share."""
        return [
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{self.y(y):.1f}" y2="{self.y(y):.1f}" class="grid"/>'
            + _text(LEFT - 8, self.y(y) + 4, share(y, self.y_ticks), "end")
            for y in self.y_ticks
        ]

    def columns(self, show: Sequence[str]) -> list[str]:
        """Return vertical grid lines with what to write at each."""
        return [
            f'<line x1="{self.x(x):.1f}" x2="{self.x(x):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>'
            + _text(self.x(x), HEIGHT - BOTTOM + 18, text, "middle")
            for x, text in zip(self.x_ticks, show, strict=True)
        ]


def share(value: float, ticks: Sequence[float]) -> str:
    """Return a share in per cent, with as many digits as tell the ticks apart."""
    return (
        f"{value:.0%}"
        if all(abs(tick * 100 - round(tick * 100)) < 1e-6 for tick in ticks)
        else f"{value:.1%}"
    )


def accuracy_against_answers(
    curves: Sequence[Sequence[tuple[int, float]]], others: Sequence[tuple[str, Sequence[tuple[int, float]]]]
) -> str:
    """Draw how label accuracy grows with human answers, and where the other arms end.

    Args:
        curves: one line for each repetition: (answers, accuracy).
        others: name and end points of each other arm.
    """
    points = [p for curve in curves for p in curve] + [p for _, ends in others for p in ends]
    axes = Axes([0, *(p[0] for p in points)], [p[1] for p in points])
    parts = axes.rows() + axes.columns([f"{x:,.0f}" for x in axes.x_ticks])
    for curve in curves:
        line = " ".join(f"{axes.x(a):.1f},{axes.y(b):.1f}" for a, b in curve)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[2]}" stroke-width="2"/>')
    for (_, ends), colour in zip(others, COLOURS, strict=False):
        parts += [_dot(axes.x(a), axes.y(b), colour) for a, b in ends]
    parts.append(_text((WIDTH - RIGHT + LEFT) / 2, HEIGHT - 6, "human answers spent", "middle", "name"))
    names = [*(name for name, _ in others), "Groundswell"]
    return _svg("Accuracy of the labels against human answers spent", parts + _legend(names))


def dots(title: str, groups: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Draw one column of dots for each group, with a bar at the mean."""
    axes = Axes([0, 1], [value for _, group in groups for value in group])
    parts = axes.rows()
    width = (WIDTH - LEFT - RIGHT) / len(groups)
    for place, ((name, group), colour) in enumerate(zip(groups, COLOURS, strict=False)):
        middle, mean = LEFT + width * (place + 0.5), sum(group) / len(group)
        parts.append(
            f'<line x1="{middle - 26:.1f}" x2="{middle + 26:.1f}" y1="{axes.y(mean):.1f}" y2="{axes.y(mean):.1f}" '
            f'stroke="{colour}" stroke-width="3"/>'
        )
        parts.append(_text(middle, HEIGHT - BOTTOM + 18, name, "middle"))
        offsets = [(k - (len(group) - 1) / 2) * 8 for k in range(len(group))]
        parts += [_dot(middle + dx, axes.y(v), colour) for dx, v in zip(offsets, group, strict=True)]
    return _svg(title, parts)


def intervals(rows: Sequence[tuple[str, float, float, float]]) -> str:
    """Draw one interval for each row (name, low, high, truth), with a mark at the truth."""
    axes = Axes([value for _, low, high, truth in rows for value in (low, high, truth)], [0, 1])
    parts = axes.columns([share(x, axes.x_ticks) for x in axes.x_ticks])
    step = (HEIGHT - BOTTOM - TOP) / len(rows)
    for place, (name, low, high, truth) in enumerate(rows):
        y = TOP + step * (place + 0.5)
        parts.append(
            f'<line x1="{axes.x(low):.1f}" x2="{axes.x(high):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{COLOURS[2]}" stroke-width="7" stroke-linecap="round" opacity="0.55"/>'
        )
        parts.append(_dot(axes.x(truth), y, "currentColor"))
        parts.append(_text(LEFT - 8, y + 4, name, "end"))
    parts.append(_text(WIDTH - RIGHT + 14, TOP + 14, "bar: certificate", "start"))
    parts.append(_text(WIDTH - RIGHT + 14, TOP + 34, "dot: hidden truth", "start"))
    return _svg("Certified accuracy against the hidden truth", parts)


def _legend(names: Sequence[str]) -> list[str]:
    x = WIDTH - RIGHT + 18
    return [
        _dot(x, TOP + 10 + 20 * k, COLOURS[k]) + _text(x + 10, TOP + 14 + 20 * k, name, "start")
        for k, name in enumerate(names)
    ]


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}" opacity="0.85"/>'


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(words)}</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
