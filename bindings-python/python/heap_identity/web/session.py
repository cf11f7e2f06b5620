"""Who is logged in, kept by the browser in a signed cookie.

The cookies are signed with itsdangerous, which Flask and Starlette use for theirs: the same for all frameworks, no table of
sessions, and every process behind a load balancer reads them. They are signed, not encrypted: whoever sits at the browser
can read them, nobody can change them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from .._core import NameId, VerifiedAssertion
from ..errors import InvalidInput

# Every browser keeps a cookie of 4096 bytes with its name and attributes (RFC 6265, 6.1).
COOKIE_BYTES_MAX = 3900
# As many as HMAC-SHA-256 has in its key at least (RFC 2104, 3): 32 bytes.
SECRET_LENGTH_MIN = 32
# Of what is signed: another one signs otherwise, so that no release reads what it does not know.
VERSION = 2


# Where an application finds the login: in the scope of ASGI, in the environment of WSGI.
LOGIN_KEY = "heap_identity.login"


@dataclass(frozen=True)
class Login:
    """A person who is logged in, until `expires`."""

    subject: str
    issuer: str
    attributes: Mapping[str, Sequence[str]]
    name_id_format: str
    session_index: str | None
    expires: datetime
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None

    @property
    def name_id(self) -> NameId:
        """The person as the identity provider knows them, for single logout."""
        return NameId(
            self.subject, format=self.name_id_format, name_qualifier=self.name_qualifier, sp_name_qualifier=self.sp_name_qualifier
        )

    def __repr__(self) -> str:
        return f"Login(issuer={self.issuer!r}, expires={self.expires:%Y-%m-%dT%H:%M:%SZ})"


def current_login(request: Any) -> Login | None:
    """Who is logged in, by the request of Starlette, FastAPI, Flask or Django, by a WebSocket, by a scope or an environment.

    `None` on a public path without a login.
    """
    places = [request, *(getattr(request, name, None) for name in ("scope", "environ", "META"))]
    found = [place.get(LOGIN_KEY) for place in places if isinstance(place, Mapping)]
    return next((login for login in found if isinstance(login, Login)), None)


@dataclass(frozen=True)
class Pending:
    """A request that waits for its answer, in the browser that it was made for (D21)."""

    request_id: str
    idp_entity_id: str
    target: str
    expires: datetime


class Signer:
    """Signs with the first of the secrets, and accepts all of them, so that a secret can be changed."""

    def __init__(self, secrets: str | Sequence[str], *, audience: str) -> None:
        given = [secrets] if isinstance(secrets, str) else list(secrets)
        if not given or any(len(secret) < SECRET_LENGTH_MIN for secret in given):
            raise InvalidInput(
                f"expected secrets of at least {SECRET_LENGTH_MIN} characters, found a shorter one or none; "
                "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
                code="web.weak_secret",
            )
        self._secrets = list(reversed(given))
        self._audience = audience

    def sign(self, purpose: str, value: Mapping[str, Any]) -> str:
        return str(self._serializer(purpose).dumps(dict(value)))

    def read(self, purpose: str, text: str | None) -> dict[str, Any] | None:
        """What was signed for this purpose and this application; nothing for anything else."""
        if not text or len(text) > COOKIE_BYTES_MAX:
            return None
        try:
            value = self._serializer(purpose).loads(text)
        except BadData:
            return None
        return value if isinstance(value, dict) else None

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        salt = json.dumps(["heap_identity", VERSION, purpose, self._audience])
        return URLSafeSerializer(self._secrets, salt=salt, signer_kwargs=options)


def signed_login(signer: Signer, verified: VerifiedAssertion, keep: Sequence[str] | None, lifetime: timedelta, now: datetime) -> str:
    """The cookie of a login, which ends when the identity provider's session does, or before.

    Raises `InvalidInput` (`web.session_too_large`) for attributes that fit in no cookie.
    """
    ends = [now + lifetime] + [end for end in [verified.session_not_on_or_after] if end is not None]
    kept = {name: values for name, values in verified.attributes.items() if keep is None or name in keep}
    value = signer.sign("session", {
        "subject": verified.subject, "issuer": verified.issuer, "attributes": kept, "format": verified.name_id_format,
        "qualifiers": [verified.name_id.name_qualifier, verified.name_id.sp_name_qualifier], "index": verified.session_index, "expires": int(min(ends).timestamp()),
    })
    if len(value) > COOKIE_BYTES_MAX:
        raise InvalidInput(
            f"expected a session of at most {COOKIE_BYTES_MAX} bytes, found {len(value)}; name the attributes that are needed in `keep`",
            code="web.session_too_large",
        )
    return value


def read_login(signer: Signer, text: str | None, now: datetime) -> Login | None:
    """The login of a session cookie, if it is ours and has not expired."""
    found = signer.read("session", text)
    expires = _expiry(found)
    if found is None or expires is None or expires <= now:
        return None
    return Login(
        subject=found["subject"], issuer=found["issuer"], attributes=found["attributes"], name_id_format=found["format"],
        session_index=found["index"], expires=expires, name_qualifier=found["qualifiers"][0], sp_name_qualifier=found["qualifiers"][1],
    )


def signed_pending(signer: Signer, pending: Pending) -> str:
    """The cookie of a request under way."""
    return signer.sign("request", {
        "id": pending.request_id, "idp": pending.idp_entity_id, "target": pending.target, "expires": int(pending.expires.timestamp()),
    })


def read_pending(signer: Signer, text: str | None) -> Pending | None:
    """The request under way of a cookie, if it is ours. Whether it has expired is the caller's to see."""
    found = signer.read("request", text)
    expires = _expiry(found)
    if found is None or expires is None:
        return None
    return Pending(request_id=found["id"], idp_entity_id=found["idp"], target=found["target"], expires=expires)


def _expiry(found: Mapping[str, Any] | None) -> datetime | None:
    return datetime.fromtimestamp(found["expires"], timezone.utc) if found is not None else None
