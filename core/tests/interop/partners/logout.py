"""Single logout between our end and a partner's: both bindings, begun by either; and messages that were tampered with."""

import base64
import zlib
from urllib.parse import parse_qsl, quote, unquote

from partner import ACS, CERTIFICATE, IDP, KEY, LOGOUT, LOGOUTS, OTHER_CERTIFICATE, OTHER_KEY, SP

NAME_ID = "alice@example.com"
SESSION = "_session"
RELAY_STATE = "/reports/7?from=home&title=ü"
IDENTITIES = {"idp": (IDP, KEY, CERTIFICATE), "sp": (SP, OTHER_KEY, OTHER_CERTIFICATE)}


class Exchange:
    """One partner in one role, and us in the other."""

    def __init__(self, name, role, partner, us, refusals):
        self.name, self.role, self.partner, self.us, self.refusals = name, role, partner, us, refusals
        self.takes, self.sends = LOGOUTS[name][role]
        # lasso ends sessions that it knows of: somebody has logged in there before.
        login = {"idp": IDP, "sp": SP, "acs": ACS, "name_id": NAME_ID, "attributes": {}, "in_response_to": None}
        self.logged_in = us.ask(do="issue", sign="assertion", **login)["response"] if role == "sp" else None

    def ours(self, over, **question):
        """Asks our end; it sends over this binding."""
        mine = "idp" if self.role == "sp" else "sp"
        (me, key, certificate), (other, _, other_certificate) = IDENTITIES[mine], IDENTITIES[self.role]
        return self.us.ask(
            me=me, url=LOGOUT[mine], key=key.read_text(), certificate=certificate.read_text(), partner=other,
            partner_certificate=other_certificate.read_text(), partner_url=LOGOUT[self.role], binding=over, **question,
        )  # fmt: skip

    def theirs(self, over, **question):
        session = {"name_id": NAME_ID, "session_index": SESSION, "logged_in": self.logged_in}
        return self.partner.ask(**{"as": self.role, "over": over}, **(session | question))

    def check(self, count):
        for binding in ("redirect", "post"):
            if binding in self.takes:
                answers_over = binding if binding in self.sends else "redirect"
                self.run(count, "ours", self.ours, self.theirs, binding, answers_over)
            if binding in self.sends:
                answers_over = binding if binding in self.takes else "redirect"
                self.run(count, "theirs", self.theirs, self.ours, binding, answers_over)

    def run(self, count, whose, begins, ends, over, answers_over):
        """A logout that one end begins and the other answers; then what was tampered with on the way."""
        label = f"{self.name} as {self.role}: {whose} over {over}"
        session = {"name_id": NAME_ID, "session_index": SESSION, "relay_state": RELAY_STATE}
        request = begins(over, do="log_out", **session)
        if not count.check(f"{label} is made", "message" in request, request):
            return
        answer = ends(answers_over, do="end_session", message=request["message"])
        ended = (answer.get("name_id"), answer.get("session_indexes")) == (NAME_ID, [SESSION])
        if not count.check(f"{label} is taken", ended, answer):
            return
        returned = relay_state(answer["message"]) == RELAY_STATE
        count.check(f"{label}: the RelayState comes back", returned, answer["message"])
        outcome = begins(over, do="logged_out", message=answer["message"], request_id=request["id"])
        count.check(f"{label}: the answer over {answers_over} is taken", outcome.get("status") == "Complete", outcome)
        for kind, message in tampered(request["message"]).items():
            found = ends(answers_over, do="end_session", message=message)
            self.refused(count, whose == "ours", f"{self.role} request {over} {kind}", found)
        for kind, message in tampered(answer["message"]).items():
            found = begins(over, do="logged_out", message=message, request_id=request["id"])
            self.refused(count, whose == "theirs", f"{self.role} response {answers_over} {kind}", found)

    def refused(self, count, by_partner, label, answer):
        """By our end always; by the partner, or it is a gap."""
        if by_partner:
            self.refusals.check(label, "error" not in answer, TITLES[label.split()[-1]], answer)
        else:
            count.check(f"ours refuses {self.name}'s {label}", "error" in answer, answer)


TITLES = {
    "content": "takes a message of single logout that was changed after it was signed",
    "state": "takes a RelayState that was changed after it was signed",
    "unsigned": "takes a message of single logout that is not signed",
}


def tampered(message):
    """What somebody on the way makes of a message: other content, another RelayState, no signature."""
    if "form" in message:
        (field, value), = ((name, value) for name, value in message["form"].items() if name != "RelayState")
        xml = base64.b64decode(value).decode()
        made = {"content": changed(xml), "unsigned": without_signature(xml)}
        return {kind: {"form": {**message["form"], field: base64.b64encode(xml.encode()).decode()}} for kind, xml in made.items()}
    pairs = [pair.split("=", 1) for pair in message["query"].split("&")]
    return {
        "content": query((name, deflated(changed(inflated(value))) if name.startswith("SAML") else value) for name, value in pairs),
        "state": query((name, "%2Felsewhere" if name == "RelayState" else value) for name, value in pairs),
        "unsigned": query((name, value) for name, value in pairs if name not in ("SigAlg", "Signature")),
    }


def changed(xml):
    """One word more, which is right in any message: nothing but the signature can refuse it."""
    assert " Consent=" not in xml, xml
    return xml.replace(" Version=", ' Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained" Version=', 1)


def without_signature(xml):
    start = xml.index("<ds:Signature" if "<ds:Signature" in xml else "<Signature" if "<Signature" in xml else "<ns")
    name = xml[start + 1 :].split(" ", 1)[0].split(">", 1)[0]
    end = xml.index(f"</{name}>", start) + len(f"</{name}>")
    return xml[:start] + xml[end:]


def query(pairs):
    return {"query": "&".join(f"{name}={value}" for name, value in pairs)}


def inflated(value):
    return zlib.decompress(base64.b64decode(unquote(value)), -15).decode()


def deflated(xml):
    made = zlib.compressobj(wbits=-15)
    return quote(base64.b64encode(made.compress(xml.encode()) + made.flush()).decode(), safe="")


def relay_state(message):
    fields = message["form"] if "form" in message else dict(parse_qsl(message["query"]))
    return fields.get("RelayState")
