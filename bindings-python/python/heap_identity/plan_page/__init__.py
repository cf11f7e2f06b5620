"""A plan as one page for the administrator who has to decide about it.

The page is whole in itself: it asks nothing of any network, and its policy forbids that. It shows the names of people as the
plan holds them, so a file of it should be readable by its owner alone (mode 0600).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from string import Template
from typing import Any

from .._core import Plan
from .document import read
from .._markup import Html, element, text
from .picture import picture
from .sections import changes, summary, verdict

__all__ = ["render"]


def render(
    plan: Plan | Mapping[str, Any],
    *,
    tripped: Sequence[object] = (),
    title: str = "What will change at Heap",
    digest: str | None = None,
    made_at: datetime | None = None,
) -> str:
    """The page of a plan, as HTML in UTF-8.

    `plan` is a `Plan`, or its JSON document as `json.loads` gives it. `tripped` are the guards that the plan trips, each as
    text (`Done.reasons`): with any, the page says that the plan is held back and how to approve it. `digest` is what an
    approval names; without it, it is that of the plan. `made_at` is the moment to be shown.

    Raises `InvalidInput` (`plan_page.document`) for what is no plan's document.
    """
    document = read(plan, digest)
    style, script = _source("style.css"), _source("script.js")
    made = element("p", "Made ", element("time", f"{made_at:%Y-%m-%d %H:%M %Z}", datetime=made_at.isoformat())) if made_at else Html()
    drawn = picture(document)
    figure = [element("section", element("h2", "Who gains, who loses", id="picture"), drawn, aria_labelledby="picture")] if drawn else []
    return Template(_source("page.html")).substitute(
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        title=text(title),
        made=made,
        verdict=verdict(document, [str(trip) for trip in tripped]),
        summary=summary(document) if document.steps else "",
        picture="".join(figure),
        changes=changes(document) if document.steps else "",
        digest=text(document.digest),
    )


def _source(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """What the policy allows is this very text (Content Security Policy 3, 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
