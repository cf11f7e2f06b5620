"""The page of a plan in Chromium: what it asks for, what it says to a keyboard and to a screen reader, how it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from heap_identity.plan_page import render
from plans import conflict, document, group, sample, user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TRIPPED = ["137 of 1200 managed active people would be deactivated; 120 are allowed without approval"]
SMALL, LARGE = 10, 10_000

# Text that is seen, whose contrast to what is behind it is below WCAG 2.2, 1.4.3.
FAINT = """() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const ground = rgb(getComputedStyle(at).backgroundColor);
      if ((ground[3] ?? 1) === 1) return ground;
    }
    return rgb(getComputedStyle(document.body).backgroundColor);
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest("title, script")) continue;
    const style = getComputedStyle(element), inPicture = element.closest("svg");
    const mark = element.closest("g.mark");
    const ground = mark ? rgb(getComputedStyle(mark.querySelector("circle")).fill) : behind(element);
    const [a, b] = [light(rgb(inPicture ? style.fill : style.color)), light(ground)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push([element.outerHTML.slice(0, 120), (a + 0.05) / (b + 0.05)]);
  }
  return faint;
}"""


@dataclass
class Watched:
    """A page, with what it complained of and what it asked the network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def status(self) -> str:
        return self.page.locator("#found").inner_text()


Show = Callable[..., Watched]


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Show]:
    contexts = []

    def shown(
        plan: dict[str, Any], scheme: Literal["light", "dark"] = "light", width: int = 1280, javascript: bool = True,
    ) -> Watched:
        file = tmp_path / "plan.html"
        file.write_text(render(plan, tripped=TRIPPED), encoding="utf-8")
        context = chromium.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, java_script_enabled=javascript, reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        watched = Watched(page)
        page.on("console", lambda message: watched.complaints.append(message.text))
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on("request", lambda request: watched.requests.append(request.url))
        page.goto(file.as_uri())
        return watched

    yield shown
    for context in contexts:
        context.close()


@pytest.mark.parametrize("changes", [SMALL, 300, LARGE])
def test_nothing_is_asked_of_the_network_and_nothing_is_complained_of(show: Show, changes: int) -> None:
    watched = show(sample(changes))
    expect(watched.page.locator("h1")).to_have_text("What will change at Heap")
    watched.page.locator("#search").fill("example.com")
    assert watched.complaints == []
    assert [url.split(":")[0] for url in watched.requests] == ["file"]


def test_a_hostile_name_runs_nothing(show: Show) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    plan = document(
        user("create", hostile, hostile, "in_bound_group"), group("create", hostile, hostile, "group_has_members", [hostile]),
        conflict("user_name_twice", hostile, hostile),
    )
    watched = show(plan)
    assert watched.page.title() == "What will change at Heap"
    assert (watched.page.locator("img").count(), watched.page.locator("script").count()) == (0, 1)
    assert watched.complaints == [] and len(watched.requests) == 1


def test_the_search_is_worked_by_keyboard_and_says_what_it_found(show: Show) -> None:
    watched = show(sample(300))
    page = watched.page
    assert watched.status() == "300 changes."
    page.locator("#search").focus()
    page.keyboard.type("R32", delay=5)
    expect(page.locator("#found")).not_to_have_text("300 changes.")
    shown = page.locator("tr[data-kind]:visible")
    assert shown.count() > 0 and all("R32" in text for text in shown.all_inner_texts())
    assert watched.status() == f"{_matching(page)} of 300 changes match."
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_have_text("300 changes.")


def test_a_kind_is_chosen_by_keyboard_and_everything_comes_back(show: Show) -> None:
    watched = show(sample(300))
    page = watched.page
    tile = page.get_by_role("button", name="deactivate")
    tile.focus()
    page.keyboard.press("Space")
    assert tile.get_attribute("aria-pressed") == "true"
    kinds = page.locator("tr[data-kind]:visible").evaluate_all("rows => [...new Set(rows.map(row => row.dataset.kind))]")
    assert kinds == ["user.deactivate"]
    reset = page.get_by_role("button", name="Show everything")
    reset.focus()
    page.keyboard.press("Enter")
    assert watched.status() == "300 changes." and tile.get_attribute("aria-pressed") == "false"
    assert page.evaluate("document.activeElement.id") == "search", "focus is not lost with the button"


def test_a_person_is_found_among_the_members_of_a_group(show: Show) -> None:
    members = [f"p{at}@example.com" for at in range(60)]
    page = show(document(group("update", "Analysts", "g1", "team_differs", members))).page
    page.locator("#search").fill("p17@")
    expect(page.locator("details li:visible")).to_have_count(1)
    page.locator("#search").fill("analysts")
    expect(page.locator("details[open]")).to_have_count(0)


def test_of_ten_thousand_changes_some_are_shown_and_the_rest_on_request(show: Show) -> None:
    page = show(sample(LARGE)).page
    people = page.locator("section.steps", has=page.locator("caption", has_text="People"))
    rows = people.locator("tr[data-kind]:visible")
    assert rows.count() == 100
    people.get_by_role("button", name="more").press("Enter")
    assert rows.count() == 200
    assert page.evaluate("document.activeElement === [...document.querySelectorAll('section[aria-labelledby=people] tbody tr')][100]")
    page.locator("#search").fill("r32")
    expect(page.locator("#found")).to_contain_text("of 10,000 changes match")


def test_without_scripts_everything_is_there(show: Show) -> None:
    page = show(sample(300), javascript=False).page
    assert page.locator("tr[data-kind]:visible").count() == 300
    assert page.locator("search").is_hidden()


def test_the_digest_is_copied(show: Show) -> None:
    page = show(sample(SMALL)).page
    page.get_by_role("button", name="Copy the digest").press("Enter")
    expect(page.locator("#copied")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#digest").inner_text()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("changes", [SMALL, 300, LARGE])
def test_text_is_readable_and_nothing_is_wider_than_the_window(
    show: Show, changes: int, scheme: Literal["light", "dark"], width: int
) -> None:
    page = show(sample(changes), scheme, width).page
    page.locator("details").first.evaluate("details => details.open = true")
    assert page.evaluate(FAINT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    drawn = page.locator("svg:visible")
    assert drawn.count() == 1
    cut = drawn.evaluate(
        """svg => { const all = svg.getBoundingClientRect(); return [...svg.querySelectorAll("text, rect.bar")].filter((each) => {
             const { left, right } = each.getBoundingClientRect(); return left < all.left - 1 || right > all.right + 1;
           }).map((each) => each.textContent) }"""
    )
    assert cut == [], "nothing reaches out of the picture"


def test_a_screen_reader_finds_its_way(show: Show) -> None:
    page = show(sample(300)).page
    assert page.locator("html").get_attribute("lang") == "en"
    landmarks: tuple[Literal["banner", "main", "contentinfo", "search"], ...] = ("banner", "main", "contentinfo", "search")
    for landmark in landmarks:
        assert page.get_by_role(landmark).count() == 1, landmark
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(each => Number(each.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False)), levels
    nameless = page.locator("button, input, a, summary").evaluate_all(
        "all => all.filter(each => !(each.textContent.trim() || each.labels?.length || each.ariaLabel)).map(each => each.outerHTML)"
    )
    assert nameless == []
    assert page.locator("table").count() == page.locator("table > caption").count() == 3
    assert page.locator("th:not([scope])").count() == 0
    ids = page.locator("[id]").evaluate_all("all => all.map(each => each.id)")
    assert len(ids) == len(set(ids))
    referred = page.locator("[aria-labelledby], [aria-describedby]").evaluate_all(
        "all => all.flatMap(each => [each.getAttribute('aria-labelledby'), each.getAttribute('aria-describedby')]).filter(Boolean)"
    )
    assert set(referred) <= set(ids)
    assert page.locator("svg[role=img]:not([aria-label])").count() == 0
    assert page.locator("#found").get_attribute("role") == "status", "a filter's outcome is said"


def test_focus_goes_from_top_to_bottom_and_is_seen(show: Show) -> None:
    page = show(sample(SMALL)).page
    places, seen = [], []
    for _ in range(12):
        page.keyboard.press("Tab")
        places.append(page.evaluate("document.activeElement.getBoundingClientRect().top + scrollY"))
        seen.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert places == sorted(places)
    assert set(seen) == {"solid"}
    assert page.evaluate("document.activeElement !== document.body")


def test_on_paper_stands_what_was_on_the_screen_without_the_controls(show: Show) -> None:
    page = show(sample(SMALL)).page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("search").is_hidden() and page.locator("#copy").is_hidden()
    assert page.locator("details:not([open])").count() == 0
    assert len(page.pdf()) > 10_000


def _matching(page: Page) -> int:
    told = page.locator("caption .shown:visible").all_inner_texts()
    return sum(int(each.strip("()").split(" of ")[-1].replace(",", "")) for each in told)
