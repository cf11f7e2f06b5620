"""python3-saml (SAML-Toolkits), a service provider."""

from urllib.parse import parse_qsl, urlencode

from lines import certificate_body, query_of, read, serve
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.settings import OneLogin_Saml2_Settings

EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


def toolkit(settings, **security):
    binding = "urn:oasis:names:tc:SAML:2.0:bindings:"
    return {
        "strict": True,
        "sp": {
            "entityId": settings["sp"],
            "assertionConsumerService": {"url": settings["acs"], "binding": binding + "HTTP-POST"},
            "singleLogoutService": {"url": settings["sp_logout"], "binding": binding + "HTTP-Redirect"},
            "x509cert": certificate_body(settings["sp_certificate"]),
            "privateKey": read(settings["sp_key"]),
        },
        "idp": {
            "entityId": settings["idp"],
            "singleSignOnService": {"url": settings["sso_url"], "binding": binding + "HTTP-Redirect"},
            "singleLogoutService": {"url": settings["idp_logout"], "binding": binding + "HTTP-Redirect"},
            "x509cert": certificate_body(settings["certificate"]),
        },
        "security": {"rejectUnsolicitedResponsesWithInResponseTo": True, **security},
    }


def received(url, **data):
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    https = "on" if scheme == "https" else "off"
    return {"https": https, "http_host": host, "script_name": "/" + path, "get_data": {}, "post_data": {}, **data}


def consume(settings, question):
    request = received(settings["acs"], post_data={"SAMLResponse": question["response"]})
    auth = OneLogin_Saml2_Auth(request, toolkit(settings))
    auth.process_response(question["in_response_to"])
    if auth.get_errors() or not auth.is_authenticated():
        return refused(auth)
    return {"name_id": auth.get_nameid(), "attributes": auth.get_attributes()}


def refused(auth):
    return {"error": f"{auth.get_errors()}: {auth.get_last_error_reason()}"}


def request(settings, _):
    made = OneLogin_Saml2_Authn_Request(OneLogin_Saml2_Settings(toolkit(settings)))
    return {"id": made.get_id(), "query": urlencode({"SAMLRequest": made.get_request()})}


def at_logout(settings, query=""):
    """Where a message of single logout came in, if one did."""
    data = {"get_data": dict(parse_qsl(query)), "query_string": query}
    signed = {"logoutRequestSigned": True, "logoutResponseSigned": True, "wantMessagesSigned": True}
    return OneLogin_Saml2_Auth(received(settings["sp_logout"], **data), toolkit(settings, **signed))


def log_out(settings, question):
    auth = at_logout(settings)
    session = {"name_id": question["name_id"], "name_id_format": EMAIL, "session_index": question["session_index"]}
    url = auth.logout(return_to=question["relay_state"], **session)
    return {"id": auth.get_last_request_id(), "message": query_of(url)}


def end_session(settings, question):
    auth = at_logout(settings, question["message"]["query"])
    url = auth.process_slo(keep_local_session=True)
    if auth.get_errors():
        return refused(auth)
    came = auth.get_last_request_xml()
    name_id = OneLogin_Saml2_Logout_Request.get_nameid(came)
    indexes = OneLogin_Saml2_Logout_Request.get_session_indexes(came)
    return {"name_id": name_id, "session_indexes": indexes, "message": query_of(url)}


def logged_out(settings, question):
    auth = at_logout(settings, question["message"]["query"])
    auth.process_slo(keep_local_session=True, request_id=question["request_id"])
    return refused(auth) if auth.get_errors() else {"status": "Complete"}


serve({
    "consume": consume, "request": request, "log_out": log_out, "end_session": end_session, "logged_out": logged_out,
})
