"""pysaml2 (IdentityPython), a service provider and an identity provider."""

import base64

from lines import read, serve
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, saml, xmldsig
from saml2.client import Saml2Client
from saml2.config import IdPConfig, SPConfig
from saml2.server import Server

made = {}


def client(settings):
    if "client" not in made:
        configuration = SPConfig().load({
            "entityid": settings["sp"],
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"inline": [read(settings["idp_metadata"])]},
            "service": {"sp": {
                "endpoints": {"assertion_consumer_service": [(settings["acs"], BINDING_HTTP_POST)]},
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


def server(settings):
    if "server" not in made:
        configuration = IdPConfig().load({
            "entityid": settings["idp"],
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "key_file": settings["key"],
            "cert_file": settings["certificate"],
            "metadata": {"inline": [read(settings["sp_metadata"])]},
            "service": {"idp": {
                "endpoints": {"single_sign_on_service": [(settings["sso_url"], BINDING_HTTP_REDIRECT)]},
                "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
            }},
        })
        made["server"] = Server(config=configuration)
    return made["server"]


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
    from urllib.parse import parse_qs

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
        # Its own choice would be SHA-1.
        sign_alg=xmldsig.SIG_RSA_SHA256,
        digest_alg=xmldsig.DIGEST_SHA256,
    )
    return {"response": base64.b64encode(str(response).encode()).decode()}


serve({"consume": consume, "request": request, "accept": accept, "respond": respond})
