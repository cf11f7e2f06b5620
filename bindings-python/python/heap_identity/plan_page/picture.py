"""People and groups as a picture: each membership as a line while they can be told apart, sums by group above that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from .document import Document, GroupStep, UserStep, Verb
from .._markup import Html, element, many

# Beyond these a line cannot be followed with the eye.
PEOPLE_MAX, GROUPS_MAX, LINES_MAX = 24, 12, 48
# More bars than this are no picture; the rest is summed up in one line.
BARS_MAX = 20
# Pixels of the two drawings; the page shows the one that fits.
WIDTHS = {"wide": 960, "narrow": 340}

_NETWORK_TOLD = (
    "Each line is a membership: solid where it begins, dashed where it ends. "
    "The sign in a circle is that of the step in the tables below; an empty circle is a person whose account stays as it is."
)
_BARS_TOLD = (
    "To the right those who gain, to the left, hatched, those who lose. "
    f"The {BARS_MAX} groups that change most are drawn; every group is in the table below."
)

_MINUS = "\N{MINUS SIGN}"
_LETTER = 9
"""How wide a letter is in most names, at 13 pixels, where `m` and `@` are 13; the full name is in the element's title."""


def picture(plan: Document) -> Html:
    """The figure, or nothing where nobody's account or membership changes."""
    lines = _lines(plan)
    people = list(dict.fromkeys([step.user_name for step in plan.users] + [line.person for line in lines]))
    moving = [step for step in plan.groups if _movement(step) or step.blind]
    if not people and not moving:
        return Html()
    is_small = len(people) <= PEOPLE_MAX and len(plan.groups) <= GROUPS_MAX and len(lines) <= LINES_MAX
    pictures = []
    for size, width in WIDTHS.items():
        drawn, height = _network(plan, lines, people, width, size) if is_small else _bars(plan, moving, width, size)
        pictures.append(element(
            "svg", *drawn, class_=f"picture {size}", viewBox=f"0 0 {width} {height}", role="img", aria_label=_spoken(plan, moving),
            focusable="false",
        ))
    caption = element("figcaption", _NETWORK_TOLD if is_small else _BARS_TOLD)
    return element("figure", *pictures, caption, class_="network" if is_small else "bars")


def _spoken(plan: Document, moving: Sequence[GroupStep]) -> str:
    gains, losses = sum(len(step.add) for step in moving), sum(step.losses for step in moving)
    most = sorted(moving, key=_movement, reverse=True)[:3]
    told = "; ".join(f"{step.name} gains {len(step.add)} and loses {_lost(step)}" for step in most)
    return (
        f"{many(len(plan.users), 'account')} and {many(len(moving), 'group')} change: {many(gains, 'membership')} begin, "
        f"{losses:,} end" + (f". Most: {told}." if told else ".") + " The same is in the tables below."
    )


def _lost(step: GroupStep) -> str:
    return "an unknown number" if step.blind else f"{step.losses:,}"


def _movement(step: GroupStep) -> int:
    return len(step.add) + step.losses


# Each membership as a line.


@dataclass(frozen=True)
class _Line:
    person: str
    group: int
    begins: bool


def _lines(plan: Document) -> list[_Line]:
    return [
        _Line(person, at, begins)
        for at, step in enumerate(plan.groups)
        for begins, names in ((True, [name for name, _ in step.add]), (False, [name for name, _ in step.remove]))
        for person in names
    ]


_ROW, _TOP = 32, 44


def _network(plan: Document, lines: list[_Line], people: list[str], width: int, size: str) -> tuple[list[Html], int]:
    height = _TOP + _ROW * max(len(people), len(plan.groups)) + 8
    return list(_network_parts(plan, lines, people, width, size)), height


def _network_parts(plan: Document, lines: list[_Line], people: list[str], width: int, size: str) -> Iterator[Html]:
    steps = {step.user_name: step for step in plan.users}
    left, right = (width * 0.36, width * 0.62) if size == "wide" else (width * 0.42, width * 0.60)
    fitting = int((left - 22) / _LETTER)

    def gravity(person: str) -> float:
        """People stand beside their groups, so that few lines cross."""
        groups = [line.group for line in lines if line.person == person]
        return sum(groups) / len(groups) if groups else len(plan.groups)

    ordered = sorted(people, key=gravity)
    rows = max(len(ordered), len(plan.groups))
    y_of = {person: _spread(at, len(ordered), rows) for at, person in enumerate(ordered)}
    group_y = [_spread(at, len(plan.groups), rows) for at in range(len(plan.groups))]

    yield _label(left, 18, "People", "head", "end")
    if plan.groups:
        yield _label(right, 18, "Groups", "head", "start")
    for line in lines:
        y1, y2, bend = y_of[line.person], group_y[line.group], (right - left) / 2
        route = f"M{left + 10:.0f} {y1:.0f}C{left + bend:.0f} {y1:.0f} {right - bend:.0f} {y2:.0f} {right - 10:.0f} {y2:.0f}"
        yield element("path", d=route, class_="gain line" if line.begins else "lose line")
    for person in ordered:
        step = steps.get(person)
        yield _mark(left, y_of[person], step.verb if step else None)
        yield _label(left - 18, y_of[person], person, "name", "end", fitting)
    for at, group in enumerate(plan.groups):
        yield _mark(right, group_y[at], group.verb)
        yield from _group_label(right + 18, group_y[at], group, int((width - right - 20) / _LETTER), size)


def _spread(at: int, count: int, rows: int) -> float:
    return _TOP + (at + 0.5) * _ROW * rows / max(count, 1)


def _group_label(x: float, y: float, group: GroupStep, fitting: int, size: str) -> Iterator[Html]:
    gains = [f"+{len(group.add)}"] if group.add else []
    losses = ["?"] if group.blind else [f"{_MINUS}{group.losses}"] if group.losses else []
    told = " ".join(gains + losses)
    if size == "wide":
        shown = element("tspan", f"  {told}", class_="count") if told else Html()
        yield element("text", _title(group.name), _fit(group.name, fitting - len(told) - 2), shown, x=f"{x:.0f}", y=f"{y:.0f}", class_="name")
    else:
        yield _label(x, y - (7 if told else 0), group.name, "name", "start", fitting)
        if told:
            yield _label(x, y + 8, told, "count", "start")


def _mark(x: float, y: float, verb: Verb | None) -> Html:
    place = {"cx": f"{x:.0f}", "cy": f"{y:.0f}"}
    if verb is None:
        return element("circle", **place, r=4, class_="unchanged")
    sign = element("text", verb.mark, x=f"{x:.0f}", y=f"{y:.0f}", class_="sign")
    return element("g", element("title", verb.words), element("circle", **place, r=9), sign, class_=f"{verb.tone} mark")


# Sums by group.


@dataclass
class _Bars:
    """A chart whose bars start in the middle: who gains to the right, who loses to the left."""

    width: int
    size: str
    y: int = 0
    drawn: list[Html] = field(default_factory=list)

    @property
    def _room(self) -> float:
        """How long the longest bar is, so that its number still fits beside it."""
        return (self.width - self._start) / 2 - 72

    @property
    def _start(self) -> float:
        return self.width * 0.3 if self.size == "wide" else 0

    def head(self, title: str) -> None:
        self.drawn.append(_label(0, self.y + 20, title, "head", "start"))
        self.y += 34

    def row(self, name: str, gains: int, losses: int, most: int, unknown: bool = False) -> None:
        height, axis = 28 if self.size == "wide" else 46, (self._start + self.width) / 2
        fitting = int((self._start - 12 if self.size == "wide" else self.width) / _LETTER)
        label_y, bar_y = (self.y + 14, self.y + 5) if self.size == "wide" else (self.y + 9, self.y + 20)
        self.drawn.append(_label(0, label_y, name, "name", "start", fitting))
        for sign, count, tone in ((1, gains, "gain"), (-1, losses, "lose")):
            long = max(2.0, self._room * count / most) if count else 0
            x = axis if sign > 0 else axis - long
            if count:
                fill = f"url(#hatch-{self.size})" if sign < 0 else None
                self.drawn.append(element(
                    "rect", x=f"{x:.1f}", y=bar_y, width=f"{long:.1f}", height=18, class_=f"{tone} bar", fill=fill,
                ))
            shown = f"{'+' if sign > 0 else _MINUS}{count:,}" if count else "?" if unknown and sign < 0 else ""
            if shown:
                anchor = "start" if sign > 0 else "end"
                self.drawn.append(_label(axis + sign * (long + 6), bar_y + 9, shown, "count", anchor))
        self.drawn.append(element("line", x1=f"{axis:.1f}", x2=f"{axis:.1f}", y1=bar_y - 5, y2=bar_y + 23, class_="axis"))
        self.y += height


def _bars(plan: Document, moving: Sequence[GroupStep], width: int, size: str) -> tuple[list[Html], int]:
    chart = _Bars(width, size, drawn=[_hatch(size)])
    gains, losses = _accounts(plan.users, "gain"), _accounts(plan.users, "lose")
    chart.head("Accounts that gain or lose access")
    chart.row("All people", gains, losses, max(gains, losses, 1))
    if moving:
        chart.head("Memberships by group")
    ordered = sorted(moving, key=lambda step: (-_movement(step), step.name))
    most = max((max(len(step.add), step.losses, 1) for step in ordered), default=1)
    for step in ordered[:BARS_MAX]:
        chart.row(step.name, len(step.add), step.losses, most, step.blind)
    if rest := ordered[BARS_MAX:]:
        begin, end = sum(len(step.add) for step in rest), sum(step.losses for step in rest)
        chart.head(f"and {many(len(rest), 'more group')}: +{begin:,} {_MINUS}{end:,}")
    return chart.drawn, int(chart.y) + 8


def _hatch(size: str) -> Html:
    pattern = element(
        "pattern", element("rect", width=6, height=6, class_="hatch-ground"), element("rect", width=3, height=6, class_="hatch-line"),
        id=f"hatch-{size}", width=6, height=6, patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )
    return element("defs", pattern)


def _accounts(users: Sequence[UserStep], tone: str) -> int:
    return sum(step.verb.tone == tone for step in users)


def _label(x: float, y: float, text: str, class_: str, anchor: str, fitting: int | None = None) -> Html:
    """Text whose middle is at `y`; what does not fit is cut, and whole in the title."""
    shown = text if fitting is None else _fit(text, fitting)
    title = [_title(text)] if shown != text else []
    return element("text", *title, shown, x=f"{x:.0f}", y=f"{y:.0f}", class_=class_, text_anchor=anchor)


def _title(text: str) -> Html:
    return element("title", text)


def _fit(text: str, letters: int) -> str:
    """The text, or as much of it as `letters` have room for: a letter of East Asia needs the room of two."""
    room = letters
    for at, letter in enumerate(text):
        room -= 2 if east_asian_width(letter) in "WF" else 1
        if room < 0 or (room == 0 and at + 1 < len(text)):
            return text[: max(at, 1)] + "\N{HORIZONTAL ELLIPSIS}"
    return text
