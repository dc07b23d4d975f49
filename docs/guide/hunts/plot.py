"""Small plots as SVG, with nothing but the standard library.

Three kinds are enough here: `bars` for how many, `points` for when and whom, `steps` for how many at once. What is
plotted comes from captures and is attackers' text: it is escaped, cut at 40 characters, and shows no control characters.
"""

from html import escape
from math import floor, log10

WIDTH, LEFT, RIGHT, TOP, ROW = 760, 200, 24, 72, 26
COLORS = ["#2c6fbb", "#d1495b", "#3a8f6b", "#c98a1b", "#7a5ba8", "#5f6b76"]


def bars(path, title, rows, unit):
    """Bars of `rows`: `(label, {series: number})`, each series in a colour of its own, one behind the other."""
    names = list(dict.fromkeys(name for _, parts in rows for name in parts))
    most = max([sum(parts.values()) for _, parts in rows], default=0) or 1
    x, ticks = _scale(0, most, LEFT, WIDTH - RIGHT - 30, whole=True)
    height = ROW * max(len(rows), 1)
    drawn = []
    for at, (label, parts) in enumerate(rows):
        top, begin = TOP + at * ROW, 0
        drawn.append(_text(LEFT - 8, top + 17, label, "end"))
        for name, number in parts.items():
            color = COLORS[names.index(name) % len(COLORS)]
            drawn.append(f'<rect x="{x(begin):.1f}" y="{top + 4}" width="{x(begin + number) - x(begin):.1f}" height="{ROW - 8}" fill="{color}"/>')
            begin += number
        drawn.append(_text(x(begin) + 5, top + 17, f"{begin:g}", "start"))
    _save(path, title, height, drawn, _below(x, ticks, height, unit), names)


def points(path, title, series, unit, side="", rows=None):
    """Points of `series`: `{name: [(x, y), …]}`. Of `rows`, a list of labels, each y is one; else y is a number.

    The first series is what is usual, the others stand out.
    """
    every = [point for one in series.values() for point in one]
    height = ROW * len(rows) if rows else 240
    x, ticks = _scale(min((one for one, _ in every), default=0), max((one for one, _ in every), default=1), LEFT + 8, WIDTH - RIGHT)
    y, drawn = _upright(rows, every, height, side)
    for at, one in enumerate(series.values()):
        color, radius = COLORS[at % len(COLORS)], 4.5 if at else 3
        drawn += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="{radius}" fill="{color}" fill-opacity="0.8"/>' for a, b in one]
    _save(path, title, height, drawn, _below(x, ticks, height, unit), list(series))


def steps(path, title, series, unit, side=""):
    """Lines of `series`: `{name: [(x, y), …]}`, where each y holds until the next x."""
    every = [point for one in series.values() for point in one]
    x, ticks = _scale(min((one for one, _ in every), default=0), max((one for one, _ in every), default=1), LEFT + 8, WIDTH - RIGHT)
    y, drawn = _upright(None, every, 240, side)
    for color, one in zip(COLORS * len(series), series.values(), strict=False):
        way = "".join(f"H{x(a):.1f}V{y(b):.1f}" for a, b in one[1:])
        if one:
            drawn.append(f'<path d="M{x(one[0][0]):.1f} {y(one[0][1]):.1f}{way}" fill="none" stroke="{color}" stroke-width="2"/>')
    _save(path, title, 240, drawn, _below(x, ticks, 240, unit), list(series))


def _scale(least, most, begin, end, whole=False):
    """Numbers to places between `begin` and `end`, and a handful of round (or whole) numbers on the way."""
    width = (most - least) or 1
    step = 10 ** floor(log10(width))
    step *= next(many for many in (0.1, 0.2, 0.5, 1) if width / (step * many) <= 10)
    step = max(step, 1) if whole else step
    first = -(-least // step)
    ticks = [(first + at) * step for at in range(12) if (first + at) * step <= least + width]
    return (lambda number: begin + (number - least) / width * (end - begin)), ticks


def _upright(rows, every, height, side):
    """The axis at the left: rows with labels, or numbers from zero."""
    drawn = [_text(LEFT - 8, TOP - 8, side, "end", ' fill="#5f6b76"')]
    if rows:
        y = lambda at: TOP + at * ROW + ROW / 2  # noqa: E731
        return y, drawn + [_text(LEFT - 8, y(at) + 4, label, "end") for at, label in enumerate(rows)]
    y, ticks = _scale(0, max((one for _, one in every), default=1), TOP + height - 4, TOP + 4, whole=True)
    for tick in ticks:
        drawn += [f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#e4e7ea"/>', _text(LEFT - 8, y(tick) + 4, f"{tick:g}", "end")]
    return y, drawn


def _below(x, ticks, height, unit):
    """The axis below: ticks, numbers, and what they are."""
    end = TOP + height
    drawn = [f'<path d="M{LEFT} {TOP}V{end}H{WIDTH - RIGHT}" fill="none" stroke="#8a949e"/>']
    for tick in ticks:
        drawn += [f'<path d="M{x(tick):.1f} {end}v5" stroke="#8a949e"/>', _text(x(tick), end + 18, f"{tick:g}", "middle")]
    return [*drawn, _text((LEFT + WIDTH - RIGHT) / 2, end + 38, unit, "middle")]


def _text(x, y, text, anchor, more=""):
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(text))
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(shown)}</text>'


def _save(path, title, height, drawn, axis, names):
    total = TOP + height + 50
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{total}" viewBox="0 0 {WIDTH} {total}" font-family="sans-serif" font-size="12" fill="#22282e">']
    head += ['<rect width="100%" height="100%" fill="#ffffff"/>', f'<text x="16" y="24" font-size="15" font-weight="bold">{escape(title)}</text>']
    at = 16.0
    for color, name in zip(COLORS * len(names), names, strict=False):
        head += [f'<rect x="{at:.1f}" y="37" width="10" height="10" fill="{color}"/>', _text(at + 14, 46, name, "start")]
        at += 34 + 7 * min(len(str(name)), 40)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*head, *axis, *drawn, "</svg>"]) + "\n")
