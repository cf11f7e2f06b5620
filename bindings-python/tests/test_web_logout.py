"""Single logout in front of an application, by requests as values."""

import re
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import pytest

from conftest import IDP, NOW, SSO_URL, pem
from heap_identity import (
    Endpoint, IdentityProvider, LogoutMessage, LogoutPartner, Metadata, NameId, ReplayCache, Response, ServiceProvider, SigningKey,
    SingleLogout, Trust, VerifiedLogout,
)
from heap_identity.web import Incoming, SingleSignOn

APP, ACS, SLO = "https://app.example", "https://app.example/saml/acs", "https://app.example/saml/slo"
IDP_SLO = "https://sso.jumpcloud.com/saml2/slo"
ANN, BEN = "ann@example.com", "ben@example.com"


def key(name: str) -> SigningKey:
    return SigningKey.from_pem(key_pem=pem(f"{name}.key"), certificate_pem=pem(f"{name}.cert"))


class World:
    """An application, its identity provider, and one browser."""

    def __init__(self, binding: str = "redirect", **options: Any) -> None:
        self.cookies: dict[str, str] = {}
        idp_key, app_key = key("rsa2048"), key("p256")
        self.provider = IdentityProvider(entity_id=IDP, key=idp_key, sso_url=SSO_URL, service_providers={APP: [ACS]})
        at_idp = LogoutPartner(entity_id=IDP, certificates=[idp_key.certificate], endpoint=Endpoint(binding=binding, location=IDP_SLO))
        at_app = LogoutPartner(entity_id=APP, certificates=[app_key.certificate], endpoint=Endpoint(binding=binding, location=SLO))
        self.idp = SingleLogout(entity_id=IDP, url=IDP_SLO, key=idp_key, partners=[at_app])
        trust = Trust(entity_id=IDP, certificates=[idp_key.certificate])
        self.sso = SingleSignOn(
            service_provider=ServiceProvider(entity_id=APP, acs_url=ACS, trusted=[trust], request_key=app_key), idp_entity_id=IDP,
            sso_url=SSO_URL, secret="not-a-secret-but-32-characters-long", clock=self.clock,
            single_logout=SingleLogout(entity_id=APP, url=SLO, key=app_key, partners=[at_idp]), **options,
        )

    def clock(self) -> datetime:
        return NOW

    def send(self, method: str, path: str, query: str = "", form: dict[str, str] | None = None, elsewhere: bool = False) -> Any:
        """`elsewhere`: another site's form leads here, with which a browser sends no cookie of SameSite=Lax."""
        cookies = {} if elsewhere else self.cookies
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "accept": "text/html"}
        answer = self.sso.handle(Incoming(method, path, query, headers, urlencode(form or {}).encode()))
        for name, value in answer.headers if isinstance(answer, Response) else []:
            if name == "set-cookie" and (found := re.match(r"([^=]+)=([^;]*); Path=/; Max-Age=(\d+)", value)):
                self.cookies.pop(found[1], None)
                self.cookies |= {found[1]: found[2]} if found[3] != "0" else {}
        return answer

    def log_in(self, subject: str = ANN, index: str | None = "s1") -> None:
        form = self.provider.respond(subject=subject, audience=APP, acs_url=ACS, now=NOW, session_index=index).form_fields()
        assert self.send("POST", "/saml/acs", form=form).status == 303 and self.is_logged_in

    @property
    def is_logged_in(self) -> bool:
        return not isinstance(self.send("GET", "/"), Response)

    def log_out(self) -> VerifiedLogout:
        asked = self.send("GET", "/saml/logout")
        url = urlsplit(dict(asked.headers)["location"])
        assert f"{url.scheme}://{url.netloc}{url.path}" == IDP_SLO and not self.is_logged_in
        return self.idp.verify_request(now=NOW, replay=ReplayCache(capacity=1), raw_query=url.query)

    def carried(self, message: LogoutMessage) -> Any:
        """The browser carries a message of the identity provider here."""
        if message.redirect_url:
            return self.send("GET", "/saml/slo", urlsplit(message.redirect_url).query)
        return self.send("POST", "/saml/slo", form=message.form_fields, elsewhere=True)

    def ask(self, subject: str = ANN, *indexes: str) -> tuple[LogoutMessage, Any]:
        message = self.idp.request(partner=APP, name_id=NameId(subject), now=NOW, session_indexes=list(indexes))
        return message, self.carried(message)

    def status(self, message: LogoutMessage, answer: Response) -> str:
        query = urlsplit(dict(answer.headers)["location"]).query
        return self.idp.verify_response(request_id=message.id, partner=APP, now=NOW, raw_query=query).status


def code(answer: Response) -> str | None:
    found = re.search('<code id="code">(.*?)</code>', answer.body.decode())
    return found[1] if found else None


@pytest.mark.parametrize(("status", "text"), [("complete", "Here, at your identity provider"), ("partial", "may still be logged in")])
def test_a_logout_ends_the_session_at_the_identity_provider_too(status: Literal["complete", "partial"], text: str) -> None:
    world = World()
    world.log_in()
    asked = world.log_out()
    assert (asked.name_id, asked.session_indexes) == (NameId(ANN), ["s1"])
    ended = world.carried(world.idp.answer(request=asked, now=NOW, status=status))
    assert ended.status == 200 and text in ended.body.decode()
    again = world.carried(world.idp.answer(request=asked, now=NOW))
    assert code(again) == "saml.pending_unknown"


def test_an_answer_to_another_browsers_request_is_not_acted_upon() -> None:
    world, other = World(), World()
    world.log_in()
    other.log_in()
    asked, others = world.log_out(), other.log_out()
    assert asked.id != others.id
    assert (code(world.carried(world.idp.answer(request=others, now=NOW))) or "").startswith("saml.logout")


def test_the_identity_provider_ends_the_session_that_it_names() -> None:
    world = World()
    world.log_in()
    message, answer = world.ask(ANN, "s1")
    assert world.status(message, answer) == "complete" and not world.is_logged_in


@pytest.mark.parametrize(("subject", "index"), [(BEN, "s1"), (ANN, "s2")])
def test_a_session_of_somebody_else_or_another_one_stays(subject: str, index: str) -> None:
    world = World()
    world.log_in()
    message, answer = world.ask(subject, index)
    assert world.status(message, answer) == "partial" and world.is_logged_in


def test_sessions_of_other_browsers_are_over_where_the_application_says_so() -> None:
    told: list[VerifiedLogout] = []

    def ended(request: VerifiedLogout) -> bool:
        told.append(request)
        return True

    world = World(ended=ended)
    message, answer = world.ask(ANN)
    assert world.status(message, answer) == "complete" and told[0].name_id == NameId(ANN) and told[0].session_indexes == []


def test_a_form_of_the_identity_provider_ends_the_session_without_a_cookie() -> None:
    world = World(binding="post")
    world.log_in()
    _, answer = world.ask(ANN, "s1")
    assert answer.status == 200 and IDP_SLO in answer.body.decode() and not world.is_logged_in
    assert "script-src" in dict(answer.headers)["content-security-policy"]
    assert world.sso.needs_body("POST", "/saml/slo") and not world.sso.needs_body("POST", "/other")


def test_what_is_forged_used_twice_or_nothing_ends_no_session() -> None:
    world = World()
    world.log_in()
    attacker = LogoutPartner(entity_id=APP, certificates=[key("p256").certificate], endpoint=Endpoint(binding="redirect", location=SLO))
    forger = SingleLogout(entity_id=IDP, url=IDP_SLO, key=key("rsa2048-other"), partners=[attacker])
    forged = world.carried(forger.request(partner=APP, name_id=NameId(ANN), now=NOW))
    assert forged.status == 400 and (code(forged) or "").startswith("saml.") and world.is_logged_in
    assert code(world.send("GET", "/saml/slo")) == "web.form"
    message, _ = world.ask(BEN)
    replayed = world.carried(message)
    assert replayed.status == 400 and "replay" in (code(replayed) or "") and world.is_logged_in


def test_the_metadata_name_the_end_of_single_logout_and_its_key() -> None:
    world = World()
    read = Metadata(world.send("GET", "/saml/metadata").body).service_provider(now=NOW)
    assert {(each.binding, each.location) for each in read.single_logout} == {("redirect", SLO), ("post", SLO)}
    partner = read.logout_partner()
    assert partner.certificates == [key("p256").certificate] and partner.entity_id == APP


def test_a_cookie_of_a_request_under_way_ends() -> None:
    world = World()
    world.log_in()
    asked = world.log_out()
    answer = world.idp.answer(request=asked, now=NOW)
    world.sso._clock = lambda: NOW + timedelta(minutes=11)
    assert code(world.carried(answer)) == "saml.pending_unknown"
