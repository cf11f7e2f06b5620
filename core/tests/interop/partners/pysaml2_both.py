"""pysaml2 (IdentityPython), a service provider and an identity provider."""

import base64
from urllib.parse import parse_qs, parse_qsl

from lines import query_of, read, serve
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, saml, xmldsig
from saml2.client import Saml2Client
from saml2.config import IdPConfig, SPConfig
from saml2.server import Server

made = {}
BINDINGS = {"redirect": BINDING_HTTP_REDIRECT, "post": BINDING_HTTP_POST}
# Its own choice would be SHA-1.
SHA256 = {"sign_alg": xmldsig.SIG_RSA_SHA256, "digest_alg": xmldsig.DIGEST_SHA256}


def client(settings):
    if "client" not in made:
        configuration = SPConfig().load({
            "entityid": settings["sp"],
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "key_file": settings["sp_key"],
            "cert_file": settings["sp_certificate"],
            "encryption_keypairs": [{"key_file": settings["sp_key"], "cert_file": settings["sp_certificate"]}],
            "metadata": {"inline": [read(settings["idp_metadata"])]},
            "service": {"sp": {
                "endpoints": {
                    "assertion_consumer_service": [(settings["acs"], BINDING_HTTP_POST)],
                    "single_logout_service": [(settings["sp_logout"], binding) for binding in BINDINGS.values()],
                },
                "allow_unsolicited": True,
                "want_response_signed": False,
                "want_assertions_signed": False,
                "want_assertions_or_response_signed": True,
                "authn_requests_signed": False,
            }},
            "allow_unknown_attributes": True,
        })
        made["client"] = Saml2Client(configuration)
    return made["client"]


def server(settings, signed_requests=False):
    if ("server", signed_requests) not in made:
        configuration = IdPConfig().load({
            "entityid": settings["idp"],
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "key_file": settings["key"],
            "cert_file": settings["certificate"],
            "metadata": {"inline": [read(settings["sp_metadata"])]},
            "service": {"idp": {
                "endpoints": {
                    "single_sign_on_service": [(settings["sso_url"], BINDING_HTTP_REDIRECT)],
                    "single_logout_service": [(settings["idp_logout"], binding) for binding in BINDINGS.values()],
                },
                # Requests of logout are meant, too.
                "want_authn_requests_signed": signed_requests,
                "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
            }},
        })
        made["server", signed_requests] = Server(config=configuration)
    return made["server", signed_requests]


def consume(settings, question):
    asked = question["in_response_to"]
    outstanding = {asked: "/"} if asked else {}
    answer = client(settings).parse_authn_request_response(question["response"], BINDING_HTTP_POST, outstanding)
    if not asked and answer.in_response_to:
        return {"error": "answers a request that was not sent"}
    return {"name_id": answer.name_id.text, "attributes": dict(answer.ava)}


def request(settings, _):
    identifier, message = client(settings).create_authn_request(settings["sso_url"])
    url = client(settings).apply_binding(BINDING_HTTP_REDIRECT, str(message), settings["sso_url"])["headers"][0][1]
    return {"id": identifier, "query": url.split("?", 1)[1]}


def accept(settings, question):
    query = parse_qs(question["query"])
    parsed = server(settings).parse_authn_request(query["SAMLRequest"][0], BINDING_HTTP_REDIRECT)
    arguments = server(settings).response_args(parsed.message)
    return {"id": arguments["in_response_to"], "acs": arguments["destination"]}


def respond(settings, question):
    response = server(settings).create_authn_response(
        identity=question["attributes"],
        in_response_to=question["in_response_to"],
        destination=settings["acs"],
        sp_entity_id=settings["sp"],
        name_id=saml.NameID(format=saml.NAMEID_FORMAT_EMAILADDRESS, text=question["name_id"]),
        authn={"class_ref": saml.AUTHN_PASSWORD_PROTECTED, "authn_auth": settings["idp"]},
        sign_assertion=question["sign"] in ("assertion", "both"),
        sign_response=question["sign"] in ("response", "both"),
        **SHA256,
    )
    return {"response": base64.b64encode(str(response).encode()).decode()}


def end(settings, question):
    """Which of its ends is asked."""
    return client(settings) if question["as"] == "sp" else server(settings, signed_requests=True)


def posted(message, kind, relay_state):
    value = base64.b64encode(str(message).encode()).decode()
    return {"form": {kind: value} | ({"RelayState": relay_state} if relay_state else {})}


def sent(entity, question, message, kind, address, relay_state):
    if question["over"] == "post":
        return posted(message, kind, relay_state)
    signed = {"sign": True, "sigalg": xmldsig.SIG_RSA_SHA256, "response": kind == "SAMLResponse"}
    info = entity.apply_binding(BINDING_HTTP_REDIRECT, str(message), address, relay_state, **signed)
    return query_of(dict(info["headers"])["Location"])


def came(question):
    """The fields of a message, and the binding that it came by."""
    message = question["message"]
    if "query" in message:
        return dict(parse_qsl(message["query"])), BINDING_HTTP_REDIRECT
    return message["form"], BINDING_HTTP_POST


def log_out(settings, question):
    entity, partner = end(settings, question), "idp" if question["as"] == "sp" else "sp"
    identifier, message = entity.create_logout_request(
        settings[partner + "_logout"],
        settings[partner],
        name_id=saml.NameID(format=saml.NAMEID_FORMAT_EMAILADDRESS, text=question["name_id"]),
        session_indexes=[question["session_index"]],
        sign=question["over"] == "post",
        **SHA256,
    )
    address, relay_state = settings[partner + "_logout"], question["relay_state"]
    return {"id": identifier, "message": sent(entity, question, message, "SAMLRequest", address, relay_state)}


def end_session(settings, question):
    entity, (fields, binding) = end(settings, question), came(question)
    signature = {"sigalg": fields.get("SigAlg"), "signature": fields.get("Signature")}
    relay_state = fields.get("RelayState")
    request = entity.parse_logout_request(fields["SAMLRequest"], binding, relay_state, **signature).message
    answer = entity.create_logout_response(request, [BINDINGS[question["over"]]], sign=question["over"] == "post", **SHA256)
    address = settings["idp_logout" if question["as"] == "sp" else "sp_logout"]
    return {
        "name_id": request.name_id.text,
        "session_indexes": [index.text for index in request.session_index],
        "message": sent(entity, question, answer, "SAMLResponse", address, relay_state),
    }


def logged_out(settings, question):
    fields, binding = came(question)
    response = end(settings, question).parse_logout_request_response(fields["SAMLResponse"], binding)
    if response.in_response_to != question["request_id"]:
        return {"error": "answers another request"}
    return {"status": "Complete" if response.status_ok() else "another"}


serve({
    "consume": consume, "request": request, "accept": accept, "respond": respond,
    "log_out": log_out, "end_session": end_session, "logged_out": logged_out,
})
