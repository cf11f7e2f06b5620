#!/usr/bin/env python3
"""Holds both ends of our single sign-on against other libraries; see README.md. The last line counts.

    run.py [--rewrite-gaps] [PARTNER]…
"""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

from logout import Exchange
from partner import (
    ACS, CERTIFICATE, HERE, HOME, IDP, KEY, LOGOUTS, OTHER_CERTIFICATE, OTHER_KEY, PARTNERS, ROOT, SP, SSO, Partner, settings,
)

NAME_ID = "alice+zürich@example.com"
VICTIM = "admin@example.com"
ATTRIBUTES = {
    "email": ["alice@example.com"],
    "displayName": ["Álíce <O'Malley> & 𝄞 “Søn”"],
    "groups": ["Analysts", "Growth & Co", "データ"],
}
ASKED = "_0123456789abcdef0123456789abcdef"


class Count:
    """What was right and what was not."""

    def __init__(self):
        self.passed, self.failed = 0, []

    def check(self, name, right, found):
        if right:
            self.passed += 1
        else:
            self.failed.append(name)
            print(f"FAILED {name}: {found}", flush=True)
        return right


class Refusals:
    """What a partner has to refuse. What it takes is a gap, which the list must name: neither more nor fewer."""

    def __init__(self, name, count, gaps):
        self.name, self.count, self.gaps, self.fell = name, count, gaps, {}

    def check(self, label, is_taken, title, answer):
        if is_taken:
            self.fell[label] = title
            self.count.check(f"{self.name} refuses {label} ({title})", label in self.gaps, answer)
        else:
            self.count.check(f"{self.name} refuses {label}, which the list of gaps has", label not in self.gaps, answer)


def issue(us, sign, asked, **encrypt):
    question = {"idp": IDP, "sp": SP, "acs": ACS, "name_id": NAME_ID, "attributes": ATTRIBUTES}
    return us.ask(do="issue", sign=sign, in_response_to=asked, **question, **encrypt)["response"]


def consumed(us, response, asked, **decrypt):
    question = {"cert": CERTIFICATE.read_text(), "idp": IDP, "sp": SP, "acs": ACS, "in_response_to": asked}
    return us.ask(do="consume", response=response, **question, **decrypt)


def attacks(response):
    """The corpus made of one Response, with labels that tell messages of one number apart."""
    command = [HOME / "attacks", "--victim", VICTIM, "--idp", KEY, CERTIFICATE, "--attacker", OTHER_KEY, OTHER_CERTIFICATE]
    run = subprocess.run(list(map(str, command)), input=response, capture_output=True, text=True, check=True)
    counts = {}
    for line in run.stdout.splitlines():
        attack = json.loads(line)
        # A replay guard and the RelayState are the application's, not these libraries'; queries are another door.
        if not attack["saml_response"] or attack["after_genuine"] or attack["relay_state"]:
            continue
        counts[attack["id"]] = counts.get(attack["id"], 0) + 1
        attack["label"] = f"{attack['id']}.{counts[attack['id']]}"
        yield attack


def fooled(attack, answer):
    """Whether somebody was logged in who must not be; a name that was signed may be read whole."""
    if "error" in answer:
        return False
    return attack["must_refuse"] or answer["name_id"] not in (NAME_ID, f"{VICTIM}.attacker.example")


def ours_to_theirs(name, partner, us, count):
    for sign in ("assertion", "response", "both"):
        for asked in (None, ASKED):
            answer = partner.ask(do="consume", sign=sign, response=issue(us, sign, asked), in_response_to=asked)
            right = answer.get("name_id") == NAME_ID and answer.get("attributes") == ATTRIBUTES
            count.check(f"{name} takes ours, {sign} signed, {'solicited' if asked else 'unsolicited'}", right, answer)


def attacks_to_theirs(partner, us, refusals):
    for attack in attacks(issue(us, "both", None)):
        answer = partner.ask(do="consume", sign="assertion", response=attack["saml_response"], in_response_to=None)
        refusals.check(attack["label"], fooled(attack, answer), attack["title"], answer)


def encrypted_to_theirs(name, partner, us, count):
    for sign in ("assertion", "response", "both"):
        response = issue(us, sign, None, encrypt=OTHER_CERTIFICATE.read_text())
        for kind, value in (("takes", response), ("refuses a damaged one of", damaged(response))):
            answer = partner.ask(do="consume", sign=sign, response=value, in_response_to=None, encrypted=True)
            right = answer.get("name_id") == NAME_ID and answer.get("attributes") == ATTRIBUTES
            count.check(f"{name} {kind} ours, encrypted, {sign} signed", right if kind == "takes" else "error" in answer, answer)


def encrypted_to_ours(name, partner, us, count):
    keys = {"decrypt_key": OTHER_KEY.read_text(), "decrypt_cert": OTHER_CERTIFICATE.read_text()}
    for sign in ("assertion", "response", "both"):
        question = {"name_id": NAME_ID, "attributes": ATTRIBUTES, "sign": sign, "query": None, "encrypted": True}
        made = partner.ask(do="respond", in_response_to=None, **question)
        answer = consumed(us, made["response"], None, **keys) if "response" in made else made
        right = answer.get("name_id") == NAME_ID and answer.get("attributes") == as_sent_by(name)
        count.check(f"ours takes {name}'s, encrypted, {sign} signed", right, answer)
        if "response" in made:
            answer = consumed(us, damaged(made["response"]), None, **keys)
            count.check(f"ours refuses a damaged one of {name}'s, encrypted, {sign} signed", "error" in answer, answer)


def damaged(response):
    """A Response in which the last character of the Assertion's ciphertext is another."""
    xml = base64.b64decode(response).decode()
    end = max(found.start() for found in re.finditer("</[a-z]+:CipherValue>", xml))
    at = len(xml[:end].rstrip().rstrip("=")) - 2
    other = "B" if xml[at] == "A" else "A"
    return base64.b64encode((xml[:at] + other + xml[at + 1 :]).encode()).decode()


def as_sent_by(name):
    """pysaml2 sends attributes that it knows under their object identifiers; samlify's template takes one value."""
    if name == "pysaml2":
        known = {"email": "urn:oid:1.2.840.113549.1.9.1.1", "displayName": "urn:oid:2.16.840.1.113730.3.1.241"}
        return {known.get(key, key): values for key, values in ATTRIBUTES.items()}
    return {key: values[:1] for key, values in ATTRIBUTES.items()} if name == "samlify" else ATTRIBUTES


def theirs_to_ours(name, partner, us, count):
    for sign in ("assertion", "response", "both"):
        for asked in (None, ASKED):
            question = {"name_id": NAME_ID, "attributes": ATTRIBUTES, "sign": sign, "query": None}
            if name == "lasso" and asked:
                # It answers requests that it has read, not IDs.
                request = us.ask(do="request", sp=SP, acs=ACS, sso_url=SSO)
                question["query"], asked = request["query"], request["id"]
            made = partner.ask(do="respond", in_response_to=asked, **question)
            answer = consumed(us, made["response"], asked) if "response" in made else made
            expected = as_sent_by(name)
            right = answer.get("name_id") == NAME_ID and answer.get("attributes") == expected
            count.check(f"ours takes {name}'s, {sign} signed, {'solicited' if asked else 'unsolicited'}", right, answer)
            if asked or "response" not in made:
                continue
            for attack in attacks(made["response"]):
                answer = consumed(us, attack["saml_response"], None)
                count.check(f"ours refuses {attack['label']} of {name}'s", not fooled(attack, answer), answer)


def requests(name, partner, abilities, us, count):
    if "accept" in abilities:
        request = us.ask(do="request", sp=SP, acs=ACS, sso_url=SSO)
        answer = partner.ask(do="accept", query=request["query"])
        count.check(f"{name} takes our request", (answer.get("id"), answer.get("acs")) == (request["id"], ACS), answer)
    if "request" in abilities:
        request = partner.ask(do="request")
        answer = us.ask(do="accept", idp=IDP, sp=SP, acs=ACS, sso_url=SSO, query=request.get("query"))
        right = "id" in request and (answer.get("id"), answer.get("acs")) == (request["id"], ACS)
        count.check(f"ours takes {name}'s request", right, (request, answer))


def build():
    """Our two examples; the paths stay the same when the next build replaces them."""
    examples = ["--example", "peer", "--example", "attacks"]
    command = ["cargo", "build", "--quiet", "--package", "heap-identity", "--features", "attacks,aws-lc-rs", *examples]
    subprocess.run(command, cwd=ROOT, check=True)
    told = subprocess.run(["cargo", "metadata", "--no-deps", "--format-version=1"], cwd=ROOT, check=True, capture_output=True)
    examples = Path(json.loads(told.stdout)["target_directory"]) / "debug/examples"
    link = HOME / "attacks"
    link.unlink(missing_ok=True)
    link.symlink_to(examples / "attacks")
    return examples / "peer"


def main():
    HOME.mkdir(parents=True, exist_ok=True)
    us = Partner([build(), KEY, CERTIFICATE])
    path = settings()
    gaps = json.loads((HERE / "gaps.json").read_text())
    count, found = Count(), {}
    names = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    for name in names or PARTNERS:
        command, abilities = PARTNERS[name]
        partner = Partner([*command, path])
        before, refusals = count.passed, Refusals(name, count, gaps.get(name, {}))
        if "consume" in abilities:
            ours_to_theirs(name, partner, us, count)
            attacks_to_theirs(partner, us, refusals)
        if "decrypt" in abilities:
            encrypted_to_theirs(name, partner, us, count)
        if "respond" in abilities:
            theirs_to_ours(name, partner, us, count)
        if "encrypt" in abilities:
            encrypted_to_ours(name, partner, us, count)
        requests(name, partner, abilities, us, count)
        for role in LOGOUTS.get(name, ()):
            Exchange(name, role, partner, us, refusals).check(count)
        partner.close()
        found[name] = refusals.fell
        print(f"{name}: {count.passed - before} passed; falls for {', '.join(refusals.fell) or 'nothing'}", flush=True)
    us.close()
    if "--rewrite-gaps" in sys.argv:
        known = {name: {label: gaps.get(name, {}).get(label, what) for label, what in fell.items()} for name, fell in found.items()}
        (HERE / "gaps.json").write_text(json.dumps(gaps | known, indent=2) + "\n")
    print(f"{count.passed} passed, {len(count.failed)} failed")
    return bool(count.failed) or not count.passed


if __name__ == "__main__":
    sys.exit(main())
