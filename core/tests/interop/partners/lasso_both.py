"""lasso (Entr'ouvert), a service provider and an identity provider; its Python module is Debian's, for Debian's Python."""

import datetime
import time

import lasso
from lines import read, serve


def service_provider(settings):
    server = lasso.Server.newFromBuffers(read(settings["sp_metadata"]), read(settings["sp_key"]), None, None)
    server.addProviderFromBuffer(lasso.PROVIDER_ROLE_IDP, read(settings["idp_metadata"]), None, None)
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
    """As mod_auth_mellon and authentic do it: lasso verifies, and hands the conditions to its user."""
    login = lasso.Login(service_provider(settings))
    login.processAuthnResponseMsg(question["response"])
    assertion = login.assertion
    if assertion.validateTimeChecks(60, int(time.time())) != lasso.SAML2_ASSERTION_VALID:
        return {"error": "the conditions are over, or not yet"}
    if assertion.validateAudience(settings["sp"]) != lasso.SAML2_ASSERTION_VALID:
        return {"error": "another audience"}
    data = assertion.subject.subjectConfirmation.subjectConfirmationData
    if data.recipient != settings["acs"] or data.notOnOrAfter is None:
        return {"error": "the confirmation is for another address"}
    until = datetime.datetime.fromisoformat(data.notOnOrAfter.replace("Z", "+00:00"))
    if until < datetime.datetime.now(datetime.timezone.utc):
        return {"error": "the confirmation is over"}
    if data.inResponseTo != question["in_response_to"]:
        return {"error": "answers another request"}
    login.acceptSso()
    attributes = {}
    for statement in assertion.attributeStatement or ():
        for attribute in statement.attribute:
            values = attribute.attributeValue
            attributes[attribute.name] = ["".join(node.content for node in value.any) for value in values]
    return {"name_id": assertion.subject.nameId.content, "attributes": attributes}


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
    return {"response": login.msgBody}


serve({"consume": consume, "request": request, "accept": accept, "respond": respond})
