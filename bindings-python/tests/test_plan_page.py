import json
import re
from datetime import datetime, timezone
from html.parser import HTMLParser
from typing import Any

import pytest

from conftest import NOW, pem
from heap_identity import Engine, InvalidInput, Plan, Send, Snapshot, Tenant
from heap_identity._core import plan_words
from heap_identity.plan_page import render
from heap_identity.plan_page.picture import BARS_MAX, LINES_MAX
from plans import change, conflict, document, group, sample, user

HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>&lt;$title{}\x00\u202e"


class Page(HTMLParser):
    """The elements of a page, and its text without style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._parts: list[str] = []
        self._inside: list[str] = []
        self.feed(page)
        self.text = "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._inside):
            self._parts.append(data)

    def count(self, tag: str, class_: str = "") -> int:
        return sum(each == tag and class_ in (attributes.get("class") or "") for each, attributes in self.elements)


def real_plan(name: str = "Ann") -> Plan:
    """The plan of an engine that has just read an empty tenant."""
    tenant = Tenant(name="acme", heap_id="1234")
    tenant.configure_sso(certificate_pem=pem("rsa2048.cert"), remote_login_url="https://sso.jumpcloud.com/saml2/heap")
    token = tenant.enable_scim(default_role="Analyst")
    people = [{"id": "u1", "userName": "ann@example.com", "active": True, "name": {"givenName": name}}]
    directory = Snapshot.from_json(json.dumps({"users": people, "groups": [{"id": "g1", "name": name, "members": ["u1"]}]}))
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory)
    while True:
        step = engine.poll(now=NOW)
        if isinstance(step, Send):
            if step.request.method == "POST" and engine.plan is not None:
                return engine.plan
            engine.receive(id=step.id, response=tenant.handle(request=step.request, now=NOW), now=NOW)


def test_each_step_of_an_engines_plan_is_shown_with_its_reason_and_rule() -> None:
    plan = real_plan()
    page = Page(render(plan))
    steps = json.loads(plan.to_json())["steps"]
    assert [step["step"] for step in steps] == ["user", "group"]
    for step in steps:
        rule, words = plan_words()["reason"][step["reason"]]
        assert words in page.text and rule in page.text
        assert step.get("user_name", step.get("name")) in page.text
    assert plan.digest in page.text


def test_the_digest_of_a_document_is_that_of_its_plan() -> None:
    for name in ["Ann", 'Zoë "Ø" \\ / 😀', "\u2028\x7f\x01\t</script>"]:
        plan = real_plan(name)
        assert plan.digest in render(json.loads(plan.to_json())), repr(name)


def test_names_are_text_wherever_they_stand() -> None:
    everywhere = document(
        user("update", HOSTILE, HOSTILE, "attributes_differ", [change("givenName", HOSTILE, HOSTILE)]),
        group("update", HOSTILE, HOSTILE, "team_differs", [HOSTILE], [HOSTILE + "2"], renamed_from=HOSTILE),
        conflict("user_name_twice", HOSTILE, HOSTILE),
    )
    for plan in (everywhere, everywhere | {"steps": everywhere["steps"] * 30}):
        page = render(plan, tripped=[f"group `{HOSTILE}` would lose 9 of its 9 members"], title=HOSTILE)
        parsed = Page(page)
        assert (parsed.count("script"), parsed.count("img"), parsed.count("style"), parsed.count("title") > 0) == (1, 0, 1, True)
        names = {name for _, attributes in parsed.elements for name in attributes}
        assert not [name for name in names if name.startswith("on") or name in ("src", "style")]
        assert "\x00" not in page
        assert parsed.text.count("<script>alert(1)</script>") >= 9


def test_the_page_asks_nothing_of_any_network() -> None:
    page = render(sample(300))
    assert "http:" not in page and "https:" not in page and "url(" not in page.replace("url(#hatch-", "")
    addresses = [attributes[name] for _, attributes in Page(page).elements for name in ("href", "src", "action") if name in attributes]
    assert addresses and all(address is not None and address.startswith("#") for address in addresses)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_every_word_that_the_core_has_can_be_shown() -> None:
    words = plan_words()
    steps = [user(verb, f"{reason}@example.com", "u", reason) for verb in words["user"] for reason in words["reason"]]
    steps += [group(verb, f"{verb} {reason}", "g", reason) for verb in words["group"] for reason in words["reason"]]
    steps += [conflict(kind, kind, "c") for kind in words["conflict"]]
    page = Page(render(document(*steps)))
    for _, told in [*words["reason"].values(), *words["conflict"].values()]:
        assert told in page.text


def test_d02_a_tripped_guard_stands_first_with_what_to_do() -> None:
    plan = sample(10)
    text = Page(render(plan, tripped=["12 of 40 managed active people would be deactivated"])).text
    order = ["Held back", "12 of 40", "What to do", "--approve", "Summary", "Who gains, who loses", "Every change and why"]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    assert "Held back" not in Page(render(plan)).text


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (document(), "Nothing to do"),
        (document(conflict("user_name_twice", "ann@example.com", "u1")), "Nothing will be written"),
        (document(group("release", "Analysts", "g1", "unbound")), "Nothing will be written"),
        (document(user("deactivate", "ann@example.com", "u1", "suspended")), "Ready: 1 change will be written"),
    ],
)
def test_the_verdict_counts_what_is_written(plan: dict[str, Any], told: str) -> None:
    assert told in Page(render(plan)).text


def test_the_picture_has_a_line_for_each_membership_until_that_is_too_many() -> None:
    few = document(group("update", "Analysts", "g1", "team_differs", ["ann@example.com", "ben@example.com"], ["cy@example.com"]))
    page = Page(render(few))
    assert (page.count("path", "gain line"), page.count("path", "lose line")) == (2 * 2, 2 * 1), "twice: wide and narrow"
    many = document(group("update", "Analysts", "g1", "team_differs", [f"p{n}@example.com" for n in range(LINES_MAX + 1)]))
    page = Page(render(many))
    assert (page.count("path"), page.count("rect", "gain bar")) == (0, 2)
    page = Page(render(sample(10_000)))
    assert page.count("rect", "bar") <= 2 * 2 * (BARS_MAX + 1)
    assert "more groups: +" in page.text


def test_a_deleted_group_loses_everybody_and_a_blind_one_an_unknown_number() -> None:
    deleted = render(document(group("delete", "Analysts", "g1", "deleted_group", size=7)))
    assert "\N{MINUS SIGN}7" in deleted and "7 people are members before; their accounts stay." in deleted
    blind = render(document(group("take_over", "Analysts", "g1", "same_group_name", ["ann@example.com"], blind=True)))
    assert "loses an unknown number" in blind and "F13" in blind


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"version": 2, "totals": {}, "steps": []}, document() | {"steps": None}, document({"step": "dance"}), document() | {"totals": []},
        document(user("create", "ann@example.com", "u1", "because")), document(user("dance", "ann@example.com", "u1", "suspended")),
    ],
)
def test_what_is_no_plan_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        render(broken)
    assert refused.value.code == "plan_page.document"


def test_the_time_is_shown_with_its_zone() -> None:
    assert "2026-03-01 10:00 UTC" in render(document(), made_at=datetime(2026, 3, 1, 10, tzinfo=timezone.utc))


def test_style_attributes_are_not_used_since_the_policy_forbids_them() -> None:
    assert not re.search(r"<[a-z][^>]* style=", render(sample(40)))
