"""An identity provider for demonstrations, which lets in whomever it is told to.

Its key is part of this package and therefore public. A tenant trusts it only where no certificate of yours is given, and such a
tenant is reached on this machine alone.
"""

from datetime import datetime
from html import escape
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs

from .._core import IdentityProvider, SigningKey, Tenant
from ..errors import InvalidInput
from .pages import page

IDP_URL: Final = "https://sso.jumpcloud.com/saml2/heap"
HEAP: Final = "https://heapanalytics.com"


def _file(name: str) -> str:
    return (files(__package__) / "demonstration" / name).read_text(encoding="ascii")


class DemonstrationIdentityProvider:
    """Shows the tenant's people, and signs a login for the one who is chosen."""

    PATH: Final = "/identity-provider"

    def __init__(self, acs_url: str) -> None:
        key = SigningKey.from_pem(key_pem=_file("key.pem"), certificate_pem=self.certificate_pem())
        self._idp: Final = IdentityProvider(entity_id=IDP_URL, key=key, sso_url=IDP_URL, service_providers={HEAP: [acs_url]})
        self._acs_url: Final = acs_url

    @staticmethod
    def certificate_pem() -> str:
        """What a tenant is given to trust it."""
        return _file("certificate.pem")

    def form_fields(self, *, subject: str, now: datetime, request: str = "") -> dict[str, str]:
        """The form that a browser posts: from the portal, or as the answer to the query of a request."""
        asked = self._idp.accept_redirect(raw_query=request, now=now) if request else None
        response = self._idp.respond(
            subject=subject,
            audience=HEAP,
            acs_url=asked.acs_url if asked else self._acs_url,
            in_response_to=asked.id if asked else None,
            now=now,
        )
        return response.form_fields(relay_state=asked.relay_state if asked else None)

    def answer(self, tenant: Tenant, method: str, query: str, body: bytes, acs_path: str, now: datetime) -> str:
        """The page of a GET: whom to log in as; of a POST: the form for the tenant."""
        if method != "POST":
            return self._choice(tenant, query)
        form = parse_qs(body.decode("utf-8", "replace"))
        subject = form.get("subject", [""])[0]
        if not subject:
            raise InvalidInput("expected a form with the field `subject`", code="demonstration.subject")
        fields = self.form_fields(subject=subject, now=now, request=form.get("request", [""])[0])
        inputs = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items())
        text = f"<p>A login for {escape(subject)} is signed.</p>"
        return page("Identity provider", f'{text}<form method="post" action="{escape(acs_path)}">{inputs}<button autofocus>Continue to Heap</button></form>')

    def _choice(self, tenant: Tenant, query: str) -> str:
        people = [str(user["userName"]) for user in tenant.users()]
        buttons = "".join(f'<li><button name="subject" value="{escape(name)}">{escape(name)}</button></li>' for name in people)
        hidden = f'<input type="hidden" name="request" value="{escape(query)}">' if query else ""
        listed = f"<ul>{buttons}</ul>" if people else "<p>There is nobody yet: provision people first.</p>"
        note = "<p>This identity provider is for demonstrations: it asks for no password.</p>"
        return page("Log in as", f'{note}<form method="post" action="{self.PATH}">{hidden}{listed}</form>')
