"""Reliability diagram and coverage curve as SVG: plain shapes, no library, the same bytes for the same answers."""

from collections.abc import Sequence
from html import escape

from bench.rca_measures import Answer, accuracy, accuracy_at, calibration_error, reliability

WIDTH, HEIGHT = 460, 440
LEFT, TOP, SIDE = 64, 64, 320
"""The plot is a square of SIDE pixels; both axes run from 0 to 1."""
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
INK, PAPER, FAINT, ROUTER, IDEAL = "#1f2933", "#ffffff", "#d5dbe1", "#3a7ca8", "#5d6873"
LEAST_LABELLED = 24
"""A bar lower than this, in pixels, has its count over it in ink."""
LEAST_SHARE = 0.05
"""The coverage curve begins here: one single answer is no accuracy."""


def reliability_diagram(answers: Sequence[Answer], title: str) -> str:
    """How often the router is right against how sure it says it is; a bin's count is at its foot, the line is ideal."""
    shapes: list[str] = []
    for found in reliability(answers):
        x, y = _x(found.low) + 2, _y(found.right)
        width, height = SIDE * (found.high - found.low) - 4, SIDE * found.right
        shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{ROUTER}"/>'
        )
        colour = PAPER if height > LEAST_LABELLED else INK
        shapes.append(_text(x + width / 2, _y(0) - 6, str(found.size), "middle", 11, colour=colour))
        shapes.append(
            f'<circle cx="{_x(found.confidence):.1f}" cy="{_y(found.right):.1f}" r="3.5" fill="{INK}"/>'
        )
    shapes.append(_line(0, 0, 1, 1, IDEAL, dashed=True))
    note = f"calibration error {calibration_error(answers):.2f}; numbers are cases, dots the mean confidence"
    return _picture(title, note, "confidence", "share that is right", shapes)


def coverage_curve(answers: Sequence[Answer], title: str) -> str:
    """Accuracy among the surest share of the answers, from the surest few to all of them."""
    steps = max(1, len(answers))
    shares = [count / steps for count in range(1, steps + 1) if count / steps >= LEAST_SHARE]
    points = " ".join(f"{_x(share):.1f},{_y(accuracy_at(answers, share)):.1f}" for share in shares)
    overall = accuracy(answers)
    shapes = [
        _line(0, overall, 1, overall, IDEAL, dashed=True),
        f'<polyline points="{points}" fill="none" stroke="{ROUTER}" stroke-width="2.5"/>',
    ]
    for share in (0.5, 0.8):
        right = accuracy_at(answers, share)
        shapes.append(f'<circle cx="{_x(share):.1f}" cy="{_y(right):.1f}" r="4" fill="{INK}"/>')
        shapes.append(_text(_x(share), _y(right) + 22, f"{right:.2f}", "middle", 12))
    note = f"all cases: {overall:.2f} (dashed); dots: the surer half and 80 %"
    return _picture(title, note, "share of cases answered, surest first", "share that is right", shapes)


def _picture(title: str, note: str, across: str, up: str, shapes: Sequence[str]) -> str:
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<title>{escape(title)}</title><g font-family="Helvetica, Arial, sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 26, title, "start", 14, bold=True),
        _text(LEFT, 45, note, "start", 11),
    ]
    for tick in TICKS:
        lines.append(_line(0, tick, 1, tick, FAINT))
        lines.append(_text(LEFT - 8, _y(tick) + 4, f"{tick:.1f}", "end", 11))
        lines.append(_text(_x(tick), _y(0) + 18, f"{tick:.1f}", "middle", 11))
    lines += shapes
    lines.append(_line(0, 0, 1, 0, INK))
    lines.append(_line(0, 0, 0, 1, INK))
    lines.append(_text(LEFT + SIDE / 2, _y(0) + 40, across, "middle", 12))
    middle = _y(0.5)
    lines.append(
        f'<text x="20" y="{middle:.1f}" transform="rotate(-90 20 {middle:.1f})" text-anchor="middle" font-size="12"'
        f' fill="{INK}">{escape(up)}</text>'
    )
    return "\n".join([*lines, "</g></svg>", ""])


def _x(value: float) -> float:
    return LEFT + SIDE * value


def _y(value: float) -> float:
    return TOP + SIDE * (1 - value)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{_x(x1):.1f}" y1="{_y(y1):.1f}" x2="{_x(x2):.1f}" y2="{_y(y2):.1f}" stroke="{colour}"{dashes}/>'


def _text(
    x: float, y: float, words: str, anchor: str, size: int, bold: bool = False, colour: str = INK
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{weight} fill="{colour}">'
        f"{escape(words)}</text>"
    )
