"""python3-saml (SAML-Toolkits), a service provider."""

from lines import certificate_body, serve
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request


def toolkit(settings):
    binding = "urn:oasis:names:tc:SAML:2.0:bindings:"
    return {
        "strict": True,
        "sp": {
            "entityId": settings["sp"],
            "assertionConsumerService": {"url": settings["acs"], "binding": binding + "HTTP-POST"},
        },
        "idp": {
            "entityId": settings["idp"],
            "singleSignOnService": {"url": settings["sso_url"], "binding": binding + "HTTP-Redirect"},
            "x509cert": certificate_body(settings["certificate"]),
        },
        "security": {"rejectUnsolicitedResponsesWithInResponseTo": True},
    }


def consume(settings, question):
    scheme, _, rest = settings["acs"].partition("://")
    host, _, path = rest.partition("/")
    request = {
        "https": "on" if scheme == "https" else "off",
        "http_host": host,
        "script_name": "/" + path,
        "get_data": {},
        "post_data": {"SAMLResponse": question["response"]},
    }
    auth = OneLogin_Saml2_Auth(request, toolkit(settings))
    auth.process_response(question["in_response_to"])
    if auth.get_errors() or not auth.is_authenticated():
        return {"error": f"{auth.get_errors()}: {auth.get_last_error_reason()}"}
    return {"name_id": auth.get_nameid(), "attributes": auth.get_attributes()}


def request(settings, _):
    made = OneLogin_Saml2_Authn_Request(OneLogin_Saml2_Settings(toolkit(settings)))
    from urllib.parse import urlencode

    return {"id": made.get_id(), "query": urlencode({"SAMLRequest": made.get_request()})}


serve({"consume": consume, "request": request})
