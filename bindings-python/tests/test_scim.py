"""SCIM from Python: filters, PATCH, resources, and both ends of the protocol."""

import json
from typing import Any

import pytest

from conftest import NOW
from heap_identity import InvalidInput, Request, Response, ScimError, Variants
from heap_identity.scim import (
    AttributePath, Email, ErrorBody, Filter, Group, ListResponse, Member, Name, Operation, Patch, Path, User, dialects,
)
from heap_identity.scim.client import Discovery, Endpoint, Listing
from heap_identity.scim.schema import GROUP, USER, Attribute, ResourceType
from heap_identity.scim.service import Service

BASE_URL = "https://heapanalytics.com/scim/v2/demo"
ANN: dict[str, Any] = {"schemas": [USER], "userName": "ann@example.com", "emails": [{"value": "ann@example.com", "type": "work"}]}


def service(**options: Any) -> Service:
    return Service(base_url=BASE_URL, bearer_token="chosen", seed=1, **options)


def endpoint() -> Endpoint:
    return Endpoint(base_url=BASE_URL, bearer_token="chosen")


def answer(heap: Service, request: Request) -> Any:
    response = heap.handle(request=request, now=NOW)
    assert response.status < 300, response.body
    return json.loads(response.body)


def test_filters_are_joined_and_written_with_what_has_to_be_escaped() -> None:
    by_name = Filter.equals("userName", 'o"neil')
    assert str(by_name) == r'userName eq "o\"neil"'
    joined = by_name & ~Filter.present("active") | Filter.compare(AttributePath("meta.created"), "gt", "2026-01-01T00:00:00Z")
    assert Filter(str(joined)) == joined and [str(name) for name in joined.attributes()] == ["userName", "active", "meta.created"]
    assert by_name.as_equality() == (AttributePath("USERNAME"), 'o"neil') and joined.as_equality() is None
    assert str(Filter.equals("active", True)) == "active eq true" and str(Filter.equals("title", None)) == "title eq null"


def test_an_error_names_the_byte_and_what_it_is_called_on_the_wire() -> None:
    with pytest.raises(ScimError) as refused:
        Filter("userName qe 1")
    assert (refused.value.code, refused.value.scim_type, refused.value.status) == ("scim.invalid_filter", "invalidFilter", 400)
    assert refused.value.position == 9 and isinstance(refused.value, InvalidInput)
    with pytest.raises(ScimError, match="not defined"):
        Filter("active gt true").check("User")
    with pytest.raises(ScimError) as path:
        Path("a b")
    assert path.value.scim_type == "invalidPath"


def test_a_filter_matches_by_the_schema_of_the_resource() -> None:
    assert Filter('userName eq "ANN@example.com" and emails[type eq "work"]').check("User").matches(ANN)
    assert Filter("shoeSize pr").check("User").matches('{"userName": "a", "shoeSize": 39}')
    exact = ResourceType.user().with_attribute(Attribute(name="role", case_exact=True, description="Heap's role"))
    is_analyst = Filter('role eq "Analyst"')
    assert is_analyst.check(exact).matches({"role": "Analyst"}) and not is_analyst.check(exact).matches({"role": "analyst"})
    assert is_analyst.check("User").matches({"role": "Analyst"})


def test_a_type_of_resource_says_what_a_name_means() -> None:
    user = ResourceType.user()
    found = user.resolve("name.familyName")
    assert found and found.attribute and found.sub and (found.attribute.type, found.sub.name) == ("complex", "familyName")
    assert user.resolve("noSuch") is None and user.schema.id == USER and user.endpoint == "/Users"
    extension = user.resolve(user.extensions[0].id)
    assert extension and extension.attribute is None and extension.extension == user.extensions[0].id
    emails = user.attribute("EMAILS")
    assert emails and emails.multi_valued and emails.sub_attribute("primary")
    assert ResourceType.group().schema.id == GROUP


def test_a_patch_is_built_and_read_as_the_rfc_shows_it() -> None:
    patch = Patch().add_members(["1"]).remove_members(["3"]).replace("name.givenName", None).remove(Path("title"))
    assert json.loads(patch.to_json())["Operations"] == [
        {"op": "add", "path": "members", "value": [{"value": "1"}]},
        {"op": "remove", "path": 'members[value eq "3"]'},
        {"op": "replace", "path": "name.givenName", "value": None},
        {"op": "remove", "path": "title"},
    ]
    assert Patch.from_json(patch.to_json()) == patch == Patch(patch.operations) and len(patch) == 4
    assert patch.operations[1].path == Path.member("3") and patch.operations[0].value == [{"value": "1"}]
    assert Operation(op="remove", path="title") == patch.operations[3]


def test_a_patch_is_applied_whole_or_not_at_all() -> None:
    before = dict(ANN)
    applied = Patch().replace("active", False).apply(before, kind="User")
    assert applied.changed and applied.resource == {**ANN, "active": False} and before == ANN
    with pytest.raises(ScimError, match="operation 2") as refused:
        Patch().replace("active", False).replace("meta.created", "now").apply(before, kind="User")
    assert refused.value.code == "scim.mutability" and before == ANN


def test_between_two_resources_there_is_a_patch_and_between_equal_ones_none() -> None:
    before = {"displayName": "Sales", "members": [{"value": "1"}, {"value": "2"}]}
    after = {"displayName": "Sales EU", "members": [{"value": "2"}, {"value": "3"}]}
    patch = Patch.between(before=before, after=after, kind="Group")
    applied = patch.apply(before, kind="Group").resource
    assert applied["displayName"] == "Sales EU" and {member["value"] for member in applied["members"]} == {"2", "3"}
    assert len(Patch.between(before=after, after=after, kind="Group")) == 0
    many = Patch().add_members(str(number) for number in range(250))
    assert [len(chunk.operations[0].value) for chunk in many.chunks(values_max=100)] == [100, 100, 50]


def test_a_vendors_dialect_is_tolerated_by_name_and_told() -> None:
    body = {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
    with pytest.raises(ScimError):
        Patch.from_json(body)
    patch, tolerated = Patch.read(body, dialect="entra")
    assert tolerated == ["scim.tolerated.operation_case"]
    assert patch.apply(ANN, kind="User", dialect="entra").tolerated == ["scim.tolerated.text_boolean"]
    applied = Patch.in_any_dialect(body, resource=ANN, kind="User")
    assert applied.resource["active"] is False and set(applied.tolerated) < set(dialects()["entra"])
    assert dialects()["strict"] == []


def test_d25_resources_are_typed_and_lossless() -> None:
    text = {**ANN, "id": "7", "name": {"givenName": "Ann", "middleName": "M"}, "active": "True", "urn:x": {"k": [1, None]}}
    user = User.from_json(text)
    assert user.to_dict() == json.loads(user.to_json()) == text
    assert (user.user_name, user.email, user.active) == ("ann@example.com", "ann@example.com", None)
    assert user.name and user.name.given_name == "Ann" and user.name.extra == {"middleName": "M"} and user.extra["active"] == "True"
    made = User(user_name="ann@example.com", name=Name(given_name="Ann"), emails=[Email(value="ann@example.com", primary=True)],
                active=True, extra={"role": "Analyst"})
    assert made == User.from_json(made.to_json()) and made.to_dict()["role"] == "Analyst" and made.schemas == [USER]
    with pytest.raises(ScimError) as twice:
        User.from_json('{"userName": "a", "username": "b"}')
    assert twice.value.code == "scim.invalid_syntax"
    with pytest.raises(TypeError):
        Name(extra=["no dictionary"])  # type: ignore[arg-type]


def test_f13_members_that_were_left_out_are_not_nobody() -> None:
    group = Group(display_name="Sales", members=[Member(value="1", type="User")])
    assert group.members == [Member(value="1", type="User")] and Group(display_name="Sales", members=[]).members == []
    assert Group.from_json({"displayName": "Sales"}).members is None


def test_what_is_personal_is_in_no_repr() -> None:
    user = User.from_json({**ANN, "id": "7"})
    shown = repr(user) + repr(user.emails) + repr(Name(given_name="Ann")) + repr(endpoint()) + repr(service())
    assert "ann" not in shown.lower() and "chosen" not in shown and "7" in shown


def test_messages_around_resources_are_read() -> None:
    page = ListResponse.from_json({"totalResults": 3, "startIndex": 1, "Resources": [{**ANN, "id": "1"}]})
    assert (page.total_results, len(page), page.users()[0].id, page.next_cursor) == (3, 1, "1", None)
    assert list(page) == page.resources == [{**ANN, "id": "1"}]
    with pytest.raises(ScimError):
        page.groups()
    body = ErrorBody.from_json(b'{"status": "409", "scimType": "uniqueness", "detail": "taken"}')
    assert body and (body.status, body.code, body.detail) == (409, "scim.uniqueness", "taken")
    assert ErrorBody.from_json(b"<html>") is None


def test_f33_a_list_is_whole_when_the_distinct_ids_are_as_many_as_the_total() -> None:
    def page(*ids: str) -> ListResponse:
        return ListResponse.from_json({"totalResults": 3, "Resources": [{"id": id} for id in ids]})

    listing = Listing()
    assert (listing.page(page("a", "b")), listing.position, listing.has("b")) == ("more", 3, True)
    assert (listing.page(page()), listing.position) == ("again", 1)
    assert listing.page(page("a", "b", "c")) == "complete" and listing.is_complete
    assert Listing(by_cursor=True).position == ""
    with pytest.raises(InvalidInput) as never:
        while True:
            listing.again()
    assert never.value.code == "scim.client.never_complete"


def test_requests_carry_the_token_and_what_is_asked_for() -> None:
    request = endpoint().find("User", Filter.equals("userName", "ann@example.com"))
    assert request.url == f"{BASE_URL}/Users?filter=userName%20eq%20%22ann%40example.com%22"
    assert ("authorization", "Bearer chosen") in request.headers and "chosen" not in repr(request)
    assert endpoint().list("Group", position="c1", count=7, with_members=False).url == (
        f"{BASE_URL}/Groups?cursor=c1&count=7&excludedAttributes=members")
    assert endpoint().read("User", "a/b", attributes=["userName"]).url == f"{BASE_URL}/Users/a%2Fb?attributes=userName"
    assert endpoint().delete("User", "7").method == "DELETE" and endpoint().replace("User", "7", ANN).method == "PUT"
    with pytest.raises(InvalidInput) as refused:
        Endpoint(base_url="heap", bearer_token="t")
    assert refused.value.code == "scim.client.base_url"


def test_a_service_provider_is_served_and_called() -> None:
    heap, client = service(), endpoint()
    created = answer(heap, client.create("User", ANN))
    page = ListResponse.from_json(heap.handle(request=client.list("User"), now=NOW).body)
    assert page.users()[0].id == created["id"]
    group = heap.add("Group", {"displayName": "Sales", "schemas": [GROUP]}, now=NOW)
    assert heap.alter("Group", group, Patch().add_members([created["id"]]), now=NOW) == group
    assert answer(heap, client.read("Group", group))["members"][0]["value"] == created["id"]
    changed = client.change("User", before=created, after={**created, "active": False})
    assert changed and answer(heap, changed)["active"] is False
    assert client.change("User", before=created, after=created) is None
    put = client.change("User", before=created, after={**created, "active": True}, writes="put")
    assert put and ("if-match", created["meta"]["version"]) in put.headers
    assert heap.handle(request=put, now=NOW).status == 412
    with pytest.raises(ScimError) as taken:
        heap.add("User", ANN, now=NOW)
    assert (taken.value.code, taken.value.status) == ("scim.uniqueness", 409)
    anybody = Request(method="GET", url=f"{BASE_URL}/Users")
    assert heap.handle(request=anybody, now=NOW).status == 401


@pytest.mark.parametrize(("variants", "filters"), [(None, "proven"), (Variants(filtering="ignored"), "ignored")])
def test_f41_what_a_service_provider_can_do_is_found_out_on_evidence(variants: Variants | None, filters: str) -> None:
    heap, discovery = service(variants=variants), Discovery(endpoint())
    heap.add("User", ANN, now=NOW)
    while request := discovery.request():
        discovery.receive(heap.handle(request=request, now=NOW))
    profile = discovery.profile()
    assert (profile.filters, profile.pages, profile.writes, profile.ways[-1]) == (filters, "index", "patch", "put")
    assert profile.declared.patch and "/Users" in profile.declared.endpoints and len(profile.evidence) == 6
    assert profile.evidence[0] == ("scim.found.configuration", 200)


def test_a_refused_token_ends_the_discovery() -> None:
    discovery = Discovery(endpoint())
    with pytest.raises(ScimError) as refused:
        discovery.receive(Response(status=401))
    assert refused.value.code == "scim.unauthorized"
