// The partners from npm; the second argument names one.

import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { deflateRawSync } from "node:zlib";

const settings = JSON.parse(readFileSync(process.argv[3], "utf8"));
const require = createRequire(settings.node_modules + "/");
const read = (path) => readFileSync(path, "utf8");
const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
// What we take of an encrypted Assertion.
const GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const certificate = read(settings.certificate);
const body = certificate.replace(/-----[A-Z ]+-----|\s/g, "");
const said = (error) => ({ error: String(error?.message ?? error?.reason ?? error).slice(0, 300) });
const listed = (value) => (Array.isArray(value) ? value : [value]);
const allListed = (attributes) => Object.fromEntries(Object.entries(attributes ?? {}).map(([name, value]) => [name, listed(value)]));

function nodeSaml() {
  const { SAML } = require("@node-saml/node-saml");
  const make = (question, options = {}) => new SAML({
    idpCert: certificate,
    issuer: settings.sp,
    audience: settings.sp,
    callbackUrl: settings.acs,
    entryPoint: settings.sso_url,
    idpIssuer: settings.idp,
    wantAssertionsSigned: question.sign !== "response",
    wantAuthnResponseSigned: question.sign !== "assertion",
    validateInResponseTo: question.in_response_to ? "always" : "ifPresent",
    acceptedClockSkewMs: 60_000,
    decryptionPvk: read(settings.sp_key),
    ...options,
    cacheProvider: {
      saveAsync: async () => null,
      getAsync: async (key) => (key === question.in_response_to ? new Date().toISOString() : null),
      removeAsync: async () => null,
    },
  });
  const signs = { privateKey: read(settings.sp_key), signatureAlgorithm: "sha256", digestAlgorithm: "sha256" };
  const atLogout = (question) => make(question, { logoutUrl: settings.idp_logout, ...signs });
  return {
    async consume(question) {
      const { profile } = await make(question).validatePostResponseAsync({ SAMLResponse: question.response });
      return { name_id: profile.nameID, attributes: allListed(profile.attributes) };
    },
    async request() {
      const saml = make({});
      let id;
      saml.cacheProvider = { saveAsync: async (key) => { id = key; } };
      const url = await saml.getAuthorizeUrlAsync("", undefined, {});
      const query = url.split("?")[1];
      const xml = require("node:zlib").inflateRawSync(Buffer.from(new URLSearchParams(query).get("SAMLRequest"), "base64")).toString();
      return { id: id ?? xml.match(/ ID="([^"]+)"/)[1], query };
    },
    async log_out(question) {
      const saml = atLogout({});
      let id;
      saml.cacheProvider = { saveAsync: async (key) => { id = key; } };
      const user = { nameID: question.name_id, nameIDFormat: EMAIL, sessionIndex: question.session_index };
      const message = queryOf(await saml.getLogoutUrlAsync(user, question.relay_state, {}));
      return { id, message };
    },
    async end_session({ message }) {
      const saml = atLogout({});
      const { profile } = message.query
        ? await saml.validateRedirectAsync(fieldsOf(message), message.query)
        : await saml.validatePostRequestAsync(fieldsOf(message));
      const url = await saml.getLogoutResponseUrlAsync(profile, fieldsOf(message).RelayState, {}, true);
      return { name_id: profile.nameID, session_indexes: [profile.sessionIndex], message: queryOf(url) };
    },
    async logged_out({ message, request_id }) {
      const saml = atLogout({ in_response_to: request_id });
      const { loggedOut } = message.query
        ? await saml.validateRedirectAsync(fieldsOf(message), message.query)
        : await saml.validatePostResponseAsync(fieldsOf(message));
      return { status: loggedOut ? "Complete" : "another" };
    },
  };
}

const queryOf = (url) => ({ query: url.slice(url.indexOf("?") + 1) });
const fieldsOf = (message) => message.form ?? Object.fromEntries(new URLSearchParams(message.query));

function samlify() {
  const samlify = require("samlify");
  samlify.setSchemaValidator(require("@authenio/samlify-node-xmllint"));
  const sp = samlify.ServiceProvider({ metadata: read(settings.sp_metadata), encPrivateKey: read(settings.sp_key) });
  const template = samlify.SamlLib.defaultLoginResponseTemplate;
  // Its own template has no AuthnStatement, which saml-profiles 4.1.4.2 demands; values are escaped, so it goes in here.
  const statement = '<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="_session"><saml:AuthnContext>'
    + "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    + "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>";
  const make = (sign, attributes = {}, encrypted = false) => samlify.IdentityProvider({
    metadata: read(settings.idp_metadata),
    privateKey: read(settings.key),
    isAssertionEncrypted: encrypted,
    dataEncryptionAlgorithm: GCM,
    keyEncryptionAlgorithm: OAEP,
    messageSigningOrder: sign === "assertion" ? "sign-then-encrypt" : "encrypt-then-sign",
    loginResponseTemplate: {
      context: template.context.replace("{AuthnStatement}", statement),
      attributes: Object.keys(attributes).map((name, index) => ({
        name, valueTag: "v" + index, nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", valueXsiType: "xs:string",
      })),
    },
  });
  return {
    async consume(question) {
      const { extract } = await sp.parseLoginResponse(make(question.sign, {}, question.encrypted), "post", { body: { SAMLResponse: question.response } });
      if ((extract.response.inResponseTo ?? null) !== question.in_response_to) throw new Error("answers another request");
      if (extract.audience !== settings.sp) throw new Error("for another audience");
      if (extract.response.destination !== settings.acs) throw new Error("for another destination");
      return { name_id: extract.nameID, attributes: allListed(extract.attributes) };
    },
    async request() {
      const { id, context } = sp.createLoginRequest(make("assertion"), "redirect");
      return { id, query: context.split("?")[1] };
    },
    async accept(question) {
      const query = Object.fromEntries(new URLSearchParams(question.query));
      const { extract } = await make("assertion").parseLoginRequest(sp, "redirect", { query });
      return { id: extract.request.id, acs: extract.request.assertionConsumerServiceUrl };
    },
    async respond(question) {
      // Its templates take one value an attribute: the first.
      const single = Object.fromEntries(Object.entries(question.attributes).map(([name, values]) => [name, values[0]]));
      const idp = make(question.sign, single, question.encrypted);
      const now = new Date();
      const later = new Date(now.getTime() + 300_000).toISOString();
      const fill = (xml) => {
        const values = {
          ID: "_" + crypto.randomUUID(), AssertionID: "_" + crypto.randomUUID(), Destination: settings.acs, Audience: settings.sp,
          EntityID: settings.sp, SubjectRecipient: settings.acs, Issuer: settings.idp, IssueInstant: now.toISOString(),
          AssertionConsumerServiceURL: settings.acs, StatusCode: "urn:oasis:names:tc:SAML:2.0:status:Success",
          ConditionsNotBefore: now.toISOString(), ConditionsNotOnOrAfter: later, SubjectConfirmationDataNotOnOrAfter: later,
          NameIDFormat: EMAIL, NameID: question.name_id,
          InResponseTo: question.in_response_to ?? "",
        };
        Object.values(single).forEach((value, index) => { values["attrV" + index] = value; });
        // An empty InResponseTo names no request: it must not be there.
        const template = question.in_response_to ? xml : xml.replaceAll(' InResponseTo="{InResponseTo}"', "");
        return { id: values.ID, context: samlify.SamlLib.replaceTagsByValue(template, values) };
      };
      const { context } = await idp.createLoginResponse(sp, { extract: { request: { id: question.in_response_to } } }, "post", { email: question.name_id }, fill);
      return { response: context };
    },
  };
}

function saml2Js() {
  const saml2 = require("saml2-js");
  const sp = new saml2.ServiceProvider({
    entity_id: settings.sp, assert_endpoint: settings.acs, allow_unencrypted_assertion: true,
    private_key: read(settings.sp_key), certificate: read(settings.sp_certificate),
  });
  const idp = new saml2.IdentityProvider({ sso_login_url: settings.sso_url, certificates: [certificate], allow_unencrypted_assertion: true });
  return {
    consume: (question) => new Promise((resolve, reject) => {
      const options = { request_body: { SAMLResponse: question.response }, audience: settings.sp, require_session_index: false, allow_unencrypted_assertion: true };
      sp.post_assert(idp, options, (error, answer) => {
        if (error) return reject(error);
        if ((answer.response_header.in_response_to ?? null) !== question.in_response_to) return reject(new Error("answers another request"));
        if (answer.response_header.destination !== settings.acs) return reject(new Error("for another destination"));
        resolve({ name_id: answer.user.name_id, attributes: answer.user.attributes });
      });
    }),
    request: () => new Promise((resolve, reject) => sp.create_login_request_url(idp, {}, (error, url, id) =>
      error ? reject(error) : resolve({ id, query: url.split("?")[1] }))),
  };
}

function saml20() {
  const saml = require("@boxyhq/saml20").default;
  return {
    async consume(question) {
      const raw = Buffer.from(question.response, "base64").toString();
      const options = { publicKey: body, privateKey: read(settings.sp_key), audience: settings.sp, ...(question.in_response_to && { inResponseTo: question.in_response_to }) };
      const profile = await saml.validate(raw, options);
      const named = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
      const name_id = profile.claims[named + "nameidentifier"];
      // It adds claims of its own, named by addresses.
      const claims = Object.fromEntries(Object.entries(profile.claims).filter(([name]) => !name.startsWith(named)));
      return { name_id, attributes: allListed(claims) };
    },
  };
}

function samlp() {
  const samlp = require("samlp");
  const Mapper = function (user) {
    this.getClaims = () => user.attributes;
    this.getNameIdentifier = () => ({ nameIdentifier: user.name_id });
    this.metadata = [];
  };
  Mapper.prototype.metadata = [];
  Mapper.fromUser = (user) => new Mapper(user);
  return {
    respond: (question) => new Promise((resolve, reject) => {
      const options = {
        issuer: settings.idp, audience: settings.sp, recipient: settings.acs, destination: settings.acs,
        cert: certificate, key: read(settings.key), getPostURL: (audience, request, incoming, callback) => callback(null, settings.acs),
        inResponseTo: question.in_response_to ?? undefined, signResponse: question.sign !== "assertion",
        signatureAlgorithm: "rsa-sha256", digestAlgorithm: "sha256", lifetimeInSeconds: 300, profileMapper: Mapper.fromUser,
        nameIdentifierFormat: EMAIL, sessionIndex: "_session",
        typedAttributes: true, includeAttributeNameFormat: true,
        ...(question.encrypted && {
          encryptionCert: read(settings.sp_certificate), encryptionPublicKey: createPublicKey(read(settings.sp_certificate)).export({ type: "spki", format: "pem" }),
          encryptionAlgorithm: GCM, keyEncryptionAlgorithm: OAEP,
        }),
      };
      samlp.getSamlResponse(options, { ...question, id: question.name_id }, (error, response) =>
        error ? reject(error) : resolve({ response: Buffer.from(response).toString("base64") }));
    }),
    accept: (question) => new Promise((resolve, reject) => {
      const query = Object.fromEntries(new URLSearchParams(question.query));
      samlp.parseRequest({ query, method: "GET", headers: {}, originalUrl: settings.sso_url + "?" + question.query }, {}, (error, data) =>
        error ? reject(error) : resolve({ id: data.id, acs: data.assertionConsumerServiceURL }));
    }),
  };
}

const partners = { "node-saml": nodeSaml, samlify, "saml2-js": saml2Js, saml20, samlp };
console.log = console.error;
const partner = partners[process.argv[2]]();
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answer = await Promise.resolve().then(() => partner[question.do](question)).catch(said);
  process.stdout.write(JSON.stringify(answer) + "\n");
}
