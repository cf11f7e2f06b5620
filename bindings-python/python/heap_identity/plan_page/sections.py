"""The parts of the page, from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from .document import Conflict, Document, GroupStep, UserStep, Verb, Why
from .._markup import Html, element, join, many, name, text

_CONFLICT = Verb("conflict", "!", "leave")
# So many names stand beside a kind of conflict; the rest is in the table.
_NAMES_SHOWN = 3


def verdict(plan: Document, tripped: Sequence[str]) -> Html:
    """What happens next and what a person has to do, before anything else."""
    writes = len(plan.users) + sum(step.verb.kind != "group.release" for step in plan.groups)
    if tripped:
        tone, head = "stop", "Held back: this plan needs your approval"
        told = f"{many(len(tripped), 'guard')} tripped. Nothing of this plan is written until it is approved."
    elif writes:
        tone, head = "go", f"Ready: {many(writes, 'change')} will be written"
        told = "No guard is tripped."
    elif plan.steps:
        tone, head, told = "go", "Nothing will be written", "What is below is told, and left as it is."
    else:
        tone, head, told = "go", "Nothing to do", "Heap holds what the directory says."
    parts = [element("h2", head, id="verdict"), element("p", told)]
    if tripped:
        parts += [element("ul", *(element("li", _with_code(trip)) for trip in tripped), class_="trips"), _approval(plan)]
    if plan.conflicts:
        parts.append(_decisions(plan.conflicts))
    return element("section", *parts, class_=f"verdict {tone}", aria_labelledby="verdict")


def _approval(plan: Document) -> Html:
    return join([
        element("h3", "What to do"),
        element(
            "ol",
            element("li", "Is the directory's export whole? If people or groups are missing from it, mend that; a new plan follows."),
            element("li", "If all of this is meant, approve exactly this plan by its digest: ", element("code", "--approve DIGEST")),
        ),
        element(
            "p", element("code", plan.digest, id="digest", class_="digest"), " ",
            element("button", "Copy the digest", type="button", id="copy", hidden=True), " ",
            element("span", id="copied", role="status"),
            class_="approve",
        ),
        element("p", "An approval counts for this plan alone: a plan that differs in anything has another digest.", class_="hint"),
    ])


def _decisions(conflicts: Sequence[Conflict]) -> Html:
    kinds = groupby(sorted(conflicts, key=lambda each: each.kind), key=lambda each: each.kind)
    shown = []
    for _, group in kinds:
        same = list(group)
        names = join(piece for each in same[:_NAMES_SHOWN] for piece in (text(", "), name(each.name)))
        rest = f" and {len(same) - _NAMES_SHOWN:,} more" if len(same) > _NAMES_SHOWN else ""
        shown.append(element(
            "li", element("strong", many(len(same), "group" if same[0].is_of_group else "person", None if same[0].is_of_group else "people")),
            ": ", same[0].explanation, ". ", element("span", Html(names[2:]), rest, class_="names"),
        ))
    return join([
        element("h3", f"{many(len(conflicts), 'conflict')}: left as it is until you decide"),
        element("ul", *shown, class_="conflicts"),
        element("p", element("a", "See each of them", href="#conflicts")),
    ])


def _with_code(told: str) -> Html:
    """What stands between backticks is a name."""
    return Html(re.sub(r"`([^`]+)`", r"<bdi><code>\1</code></bdi>", text(told)))


def summary(plan: Document) -> Html:
    """How many steps of each kind; each is a switch of the filter."""
    kinds = [
        ("People", [verb for verb in plan.verbs if verb.kind.startswith("user.")]),
        ("Groups", [verb for verb in plan.verbs if verb.kind.startswith("group.")]),
    ]
    blocks = [
        element("div", element("h3", title, id=f"sum-{at}"), element("ul", *tiles), role="group", aria_labelledby=f"sum-{at}")
        for at, (title, verbs) in enumerate(kinds)
        if (tiles := [_tile(verb, plan.counts[verb.kind]) for verb in verbs if plan.counts[verb.kind]])
    ]
    if plan.conflicts:
        tile = _tile(_CONFLICT, len(plan.conflicts))
        blocks.append(element("div", element("h3", "Conflicts", id="sum-2"), element("ul", tile), role="group", aria_labelledby="sum-2"))
    begin, end = sum(len(step.add) for step in plan.groups), sum(step.losses for step in plan.groups)
    told = (
        f"{many(begin, 'membership begins', 'memberships begin')} and {many(end, 'ends', 'end')}. "
        f"Before the plan, {many(plan.managed_active, 'managed person is active', 'managed people are active')} "
        f"in {many(plan.managed_groups, 'managed group')}."
    )
    return element(
        "section", element("h2", "Summary", id="summary"), element("div", *blocks, class_="tiles"), element("p", told, class_="hint"),
        aria_labelledby="summary",
    )


def _tile(verb: Verb, count: int) -> Html:
    button = element(
        "button", _mark(verb), " ", element("b", f"{count:,}"), " ", verb.words,
        type="button", class_=f"tile {_tone(verb)}", data_kind=verb.kind, aria_pressed="false",
    )
    return element("li", button)


def changes(plan: Document) -> Html:
    """Every step with its reason, in one table a kind."""
    tables = [
        _table("conflicts", "Conflicts", "Left as it is", [_conflict_row(each) for each in plan.conflicts]),
        _table("people", "People", "Person", [_user_row(step) for step in plan.users]),
        _table("groups", "Groups", "Group", [_group_row(step) for step in plan.groups]),
    ]
    return element("section", element("h2", "Every change and why", id="changes", tabindex="-1"), _filter(plan), *tables, aria_labelledby="changes")


def _filter(plan: Document) -> Html:
    field = element(
        "div", element("label", "Search names, ids, reasons and rules", for_="search"),
        element("input", type="search", id="search", autocomplete="off", spellcheck="false", aria_describedby="found"),
    )
    reset = element("button", "Show everything", type="button", id="reset", disabled=True)
    found = element("p", f"{many(plan.steps, 'change')}.", id="found", role="status")
    return element("search", field, reset, found, class_="filter", hidden=True)


def _table(id: str, title: str, subject: str, rows: list[Html]) -> Html:
    if not rows:
        return Html()
    heads = [element("span", "Step", class_="words"), subject, "Why"]
    head = element("tr", *(element("th", each, scope="col") for each in heads))
    table = element(
        "table", element("caption", title, " ", element("span", f"({len(rows):,})", class_="shown")),
        element("thead", head), element("tbody", *rows),
    )
    more = element(
        "p", element("button", "Show more", type="button", class_="more"), " ", element("button", "Show all", type="button", class_="all"),
        class_="pager", hidden=True,
    )
    return element("section", element("h3", title, class_="spoken", id=id, tabindex="-1"), table, more, class_="steps", aria_labelledby=id)


def _row(verb: Verb, subject: Iterable[Html | str], why: Iterable[Html | str]) -> Html:
    step = element("td", element("span", _mark(verb), " ", element("span", verb.words, class_="words"), class_=f"badge {_tone(verb)}"))
    return element("tr", step, element("td", *subject), element("td", *why), data_kind=verb.kind)


def _user_row(step: UserStep) -> Html:
    subject = [name(step.user_name, class_="who"), " ", _id(step.person)]
    if step.changes and step.verb.tone != "lose":
        changed = [
            element("li", each.attribute, ": ", *([_value(each.before), " \N{RIGHTWARDS ARROW} "] if each.before is not None else []), _value(each.after))
            for each in step.changes
        ]
        subject.append(element("ul", *changed, class_="changed"))
    return _row(step.verb, subject, _why(step.why))


def _value(value: str | None) -> Html:
    return element("i", "nothing") if value is None else name(value)


def _group_row(step: GroupStep) -> Html:
    subject = [name(step.name, class_="who"), " ", _id(step.group)]
    if step.renamed_from is not None:
        subject.append(element("p", "renamed from ", name(step.renamed_from), " ", _rule("R28")))
    if step.blind:
        subject.append(element("p", "Heap does not tell the members: whoever is there is replaced by those below ", _rule("F13")))
    if step.verb.kind == "group.delete":
        subject.append(element("p", f"{many(step.size, 'person is a member', 'people are members')} before; their accounts stay."))
    if step.add or step.remove:
        subject.append(_members(step))
    return _row(step.verb, subject, _why(step.why))


def _members(step: GroupStep) -> Html:
    joined = [f"+{many(len(step.add), 'member')}"] if step.add else []
    left = [f"\N{MINUS SIGN}{len(step.remove):,} of {step.size:,}"] if step.remove else []
    gain = [element("li", element("span", "+", class_="sign gain"), element("span", " joins: ", class_="spoken"), name(user)) for user, _ in step.add]
    lose = [
        element("li", element("span", "\N{MINUS SIGN}", class_="sign lose"), element("span", " leaves: ", class_="spoken"), name(user), " ",
                element("small", *_why(why)))
        for user, why in step.remove
    ]
    return element("details", element("summary", " ".join(joined + left)), element("ul", *lose, *gain, class_="members"))


def _conflict_row(each: Conflict) -> Html:
    return _row(_CONFLICT, [name(each.name, class_="who"), " ", _id(each.id)], [each.explanation, " ", element("code", each.code)])


def _why(why: Why) -> list[Html | str]:
    return [why.words, " ", _rule(why.rule)]


def _rule(rule: str) -> Html:
    return element("span", rule, class_="rule")


def _id(value: str) -> Html:
    return element("small", name(value), class_="id")


def _mark(verb: Verb) -> Html:
    return element("span", verb.mark, class_="sign", aria_hidden="true")


def _tone(verb: Verb) -> str:
    return "conflict" if verb is _CONFLICT else verb.tone
