"""HTML that cannot be forgotten to be escaped: whatever is not `Html` already is text."""

from collections.abc import Iterable
from html import escape

# What a name may hold and HTML may not, or nobody could see: as its picture (Unicode's block Control Pictures).
_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}

# HTML 13.1.2: void elements, as far as they are used here. SVG has none.
_VOID = frozenset({"input"})


class Html(str):
    """Markup of ours. Only `element`, `text` and `join` make it."""

    __slots__ = ()


Child = Html | str | int


def text(value: str | int) -> Html:
    """What is shown as it is, whatever it holds."""
    shown = str(value).translate(_PICTURES).encode("utf-8", "replace").decode("utf-8")
    return Html(escape(shown, quote=True))


def join(children: Iterable[Child]) -> Html:
    """The children, one after the other."""
    return Html("".join(child if isinstance(child, Html) else text(child) for child in children))


def element(tag: str, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element. `class_` is the attribute `class`, `aria_label` is `aria-label`; `None` and `False` leave one out."""
    shown = "".join(
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(value)}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{tag}{shown}>" if tag in _VOID else f"<{tag}{shown}>{join(children)}</{tag}>")


def name(value: str, **attributes: str | int | bool | None) -> Html:
    """A name out of the plan: set apart, so that its writing direction changes nothing around it."""
    return element("bdi", value, **attributes)


def many(count: int, one: str, more: str | None = None) -> str:
    """A number with its noun: `1 person`, `1,200 people`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
