"""lasso (Entr'ouvert), a service provider and an identity provider; its Python module is Debian's, for Debian's Python."""

import datetime
import time

import lasso
from lines import query_of, read, serve


def service_provider(settings):
    key, certificate = read(settings["sp_key"]), read(settings["sp_certificate"])
    server = lasso.Server.newFromBuffers(read(settings["sp_metadata"]), key, None, certificate)
    server.setEncryptionPrivateKey(key)
    server.addProviderFromBuffer(lasso.PROVIDER_ROLE_IDP, read(settings["idp_metadata"]), None, None)
    # Its own choice would be SHA-1.
    server.signatureMethod = lasso.SIGNATURE_METHOD_RSA_SHA256
    return server


def identity_provider(settings):
    server = lasso.Server.newFromBuffers(
        read(settings["idp_metadata"]), read(settings["key"]), None, read(settings["certificate"])
    )
    server.addProviderFromBuffer(lasso.PROVIDER_ROLE_SP, read(settings["sp_metadata"]), None, None)
    # Its own choice would be SHA-1.
    server.signatureMethod = lasso.SIGNATURE_METHOD_RSA_SHA256
    return server


def consume(settings, question):
    return consumed(settings, question)[1]


def consumed(settings, question):
    """As mod_auth_mellon and authentic do it: lasso verifies, and hands the conditions to its user."""
    login = lasso.Login(service_provider(settings))
    login.processAuthnResponseMsg(question["response"])
    assertion = login.assertion
    if assertion.validateTimeChecks(60, int(time.time())) != lasso.SAML2_ASSERTION_VALID:
        return login, {"error": "the conditions are over, or not yet"}
    if assertion.validateAudience(settings["sp"]) != lasso.SAML2_ASSERTION_VALID:
        return login, {"error": "another audience"}
    data = assertion.subject.subjectConfirmation.subjectConfirmationData
    if data.recipient != settings["acs"] or data.notOnOrAfter is None:
        return login, {"error": "the confirmation is for another address"}
    until = datetime.datetime.fromisoformat(data.notOnOrAfter.replace("Z", "+00:00"))
    if until < datetime.datetime.now(datetime.timezone.utc):
        return login, {"error": "the confirmation is over"}
    if data.inResponseTo != question["in_response_to"]:
        return login, {"error": "answers another request"}
    login.acceptSso()
    attributes = {}
    for statement in assertion.attributeStatement or ():
        for attribute in statement.attribute:
            values = attribute.attributeValue
            attributes[attribute.name] = ["".join(node.content for node in value.any) for value in values]
    return login, {"name_id": assertion.subject.nameId.content, "attributes": attributes}


def request(settings, _):
    login = lasso.Login(service_provider(settings))
    login.initAuthnRequest(settings["idp"], lasso.HTTP_METHOD_REDIRECT)
    login.request.nameIdPolicy.format = lasso.SAML2_NAME_IDENTIFIER_FORMAT_EMAIL
    login.request.protocolBinding = lasso.SAML2_METADATA_BINDING_POST
    login.buildAuthnRequestMsg()
    return {"id": login.request.iD, "query": login.msgUrl.split("?", 1)[1]}


def accept(settings, question):
    login = lasso.Login(identity_provider(settings))
    login.processAuthnRequestMsg(question["query"])
    return {"id": login.request.iD, "acs": login.request.assertionConsumerServiceUrl}


def respond(settings, question):
    return {"response": responded(settings, question).msgBody}


def responded(settings, question):
    login = lasso.Login(identity_provider(settings))
    if question["query"]:
        login.processAuthnRequestMsg(question["query"])
    else:
        login.initIdpInitiatedAuthnRequest(settings["sp"])
        login.request.nameIdPolicy.format = lasso.SAML2_NAME_IDENTIFIER_FORMAT_EMAIL
        login.request.protocolBinding = lasso.SAML2_METADATA_BINDING_POST
        login.processAuthnRequestMsg(None)
    login.validateRequestMsg(True, True)
    now = datetime.datetime.now(datetime.timezone.utc)
    moments = [now + datetime.timedelta(minutes=minutes) for minutes in (0, -1, 5)]
    instant, start, end = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in moments)
    login.buildAssertion(lasso.SAML2_AUTHN_CONTEXT_PASSWORD_PROTECTED_TRANSPORT, instant, None, start, end)
    login.assertion.subject.nameId.format = lasso.SAML2_NAME_IDENTIFIER_FORMAT_EMAIL
    login.assertion.subject.nameId.content = question["name_id"]
    statement = lasso.Saml2AttributeStatement()
    attributes = []
    for name, values in question["attributes"].items():
        attribute = lasso.Saml2Attribute()
        attribute.name = name
        attribute.nameFormat = lasso.SAML2_ATTRIBUTE_NAME_FORMAT_BASIC
        nodes = []
        for value in values:
            node = lasso.Saml2AttributeValue()
            node.any = [lasso.MiscTextNode.newWithString(value)]
            node.any[0].textChild = True
            nodes.append(node)
        attribute.attributeValue = nodes
        attributes.append(attribute)
    statement.attribute = attributes
    login.assertion.attributeStatement = [statement]
    login.buildAuthnResponseMsg()
    return login


METHODS = {"redirect": lasso.HTTP_METHOD_REDIRECT, "post": lasso.HTTP_METHOD_POST}


def logout_of(settings, question):
    """A logout where somebody has logged in before: lasso remembers sessions, and ends no other."""
    if question["as"] == "sp":
        login, _ = consumed(settings, {"response": question["logged_in"], "in_response_to": None})
        logout, session = lasso.Logout(service_provider(settings)), login.session
    else:
        login = responded(settings, {"query": None, "name_id": question["name_id"], "attributes": {}})
        login.assertion.authnStatement[0].sessionIndex = question["session_index"]
        name = login.assertion.subject.nameId
        name.nameQualifier = name.sPNameQualifier = None
        # That of the login has the NameID that lasso made up.
        logout, session = lasso.Logout(identity_provider(settings)), lasso.Session()
        session.addAssertion(settings["sp"], login.assertion)
    logout.setSessionFromDump(session.dump())
    logout.setSignatureVerifyHint(lasso.PROFILE_SIGNATURE_VERIFY_HINT_FORCE)
    return logout


def sent(logout, kind):
    if "?" in logout.msgUrl:
        return query_of(logout.msgUrl)
    relay_state = logout.msgRelayState
    return {"form": {kind: logout.msgBody} | ({"RelayState": relay_state} if relay_state else {})}


def value(question, kind):
    """As lasso takes messages: a query, or the value of a form."""
    message = question["message"]
    return message["query"] if "query" in message else message["form"][kind]


def log_out(settings, question):
    logout = logout_of(settings, question)
    logout.initRequest(settings["idp" if question["as"] == "sp" else "sp"], METHODS[question["over"]])
    logout.msgRelayState = question["relay_state"]
    logout.buildRequestMsg()
    return {"id": logout.request.iD, "message": sent(logout, "SAMLRequest")}


def end_session(settings, question):
    logout = logout_of(settings, question)
    logout.processRequestMsg(value(question, "SAMLRequest"))
    logout.validateRequest()
    if "form" in question["message"]:
        logout.msgRelayState = question["message"]["form"].get("RelayState")
    logout.buildResponseMsg()
    indexes = logout.request.sessionIndexes
    return {
        "name_id": logout.request.nameId.content,
        "session_indexes": list(indexes or [logout.request.sessionIndex]),
        "message": sent(logout, "SAMLResponse"),
    }


def logged_out(settings, question):
    logout = logout_of(settings, question)
    logout.initRequest(settings["idp" if question["as"] == "sp" else "sp"], METHODS[question["over"]])
    logout.buildRequestMsg()
    logout.processResponseMsg(value(question, "SAMLResponse"))
    if logout.response.inResponseTo != question["request_id"]:
        return {"error": "answers another request"}
    return {"status": "Complete"}


serve({
    "consume": consume, "request": request, "accept": accept, "respond": respond,
    "log_out": log_out, "end_session": end_session, "logged_out": logged_out,
})
