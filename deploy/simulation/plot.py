"""The result as a picture: windows kept month by month, and how the work lies on the visitors. Plain SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deploy.simulation.run import Result, shares

WIDTH, HEIGHT = 760, 430
LEFT, RIGHT, TOP = 52, 12, 46
LINES, BARS = 210, 90
"""Heights of the two pictures."""
FONT = 'font-family="sans-serif" font-size="12"'
STYLE = (
    ".paper{fill:#fff}text{fill:#222}.grid{stroke:#ddd}.hearth{fill:#b3261e;stroke:#b3261e}.list{fill:#7a7a7a;stroke:#7a7a7a}"
    "@media (prefers-color-scheme: dark){.paper{fill:#1c1b1a}text{fill:#ddd}.grid{stroke:#444}"
    ".hearth{fill:#f2938c;stroke:#f2938c}.list{fill:#a3a3a3;stroke:#a3a3a3}}"
)


def plot(result: Result) -> str:
    """The picture's text."""
    plan = result.plan
    title = (
        f"Windows kept, {plan.communities * plan.members} people, {plan.communities * plan.visitors} visitors, "
        f"{plan.years} years, seed {plan.seed}"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {FONT}>',
        f"<title>{title}</title>",
        f"<desc>{_of_hearth(result)}, {_of_list(result)}, month by month; below, the hours of each visitor.</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text x="{LEFT}" y="18" font-size="14">{title}</text>',
        *_legend(result),
        *_months(result),
        *_loads(result),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _legend(result: Result) -> Iterator[str]:
    for way, text, x in (("hearth", _of_hearth(result), 0), ("list", _of_list(result), 150)):
        yield f'<rect class="{way}" x="{LEFT + x}" y="27" width="14" height="4"/>'
        yield f'<text x="{LEFT + x + 20}" y="33">{text}</text>'


def _of_hearth(result: Result) -> str:
    return f"Hearth {result.hearth.kept_share:.1%}"


def _of_list(result: Result) -> str:
    return f"fixed monthly list {result.monthly_list.kept_share:.1%}"


def _months(result: Result) -> Iterator[str]:
    months = sorted(result.hearth.by_month)
    for percent in (0, 25, 50, 75, 100):
        y = TOP + LINES * (1 - percent / 100)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>'
    for at, month in enumerate(months):
        if month.endswith("-01"):
            yield f'<text x="{_x(at, len(months)):.1f}" y="{TOP + LINES + 16}">{month[:4]}</text>'
    for way, by_month in (("list", result.monthly_list.by_month), ("hearth", result.hearth.by_month)):
        yield _line(months, shares(by_month), way)


def _line(months: Sequence[str], share: Mapping[str, float], way: str) -> str:
    points = " ".join(
        f"{_x(at, len(months)):.1f},{TOP + LINES * (1 - share.get(month, 0)):.1f}" for at, month in enumerate(months)
    )
    return f'<polyline points="{points}" class="{way}" style="fill:none" stroke-width="2"/>'


def _x(at: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * at / max(1, count - 1)


def _loads(result: Result) -> Iterator[str]:
    base = HEIGHT - 24
    names = sorted(result.hearth.load)
    most = max(*result.hearth.load.values(), *result.monthly_list.load.values(), 1)
    wide = (WIDTH - LEFT - RIGHT) / len(names)
    yield f'<text x="{LEFT}" y="{base - BARS - 8}">hours of each visitor (Gini {result.hearth.gini:.2f} and '
    yield f"{result.monthly_list.gini:.2f})</text>"
    for at, name in enumerate(names):
        for beside, (way, load) in enumerate((("hearth", result.hearth.load), ("list", result.monthly_list.load))):
            high = BARS * load[name] / most
            x = LEFT + at * wide + beside * wide * 0.4
            yield (
                f'<rect x="{x:.1f}" y="{base - high:.1f}" width="{wide * 0.36:.1f}" height="{high:.1f}" class="{way}"/>'
            )
