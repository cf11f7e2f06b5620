#!/usr/bin/env python3
"""Writes genuine and hostile Responses with the verdicts of the Rust library, one JSON object a line.

    make_saml_vectors.py EXAMPLES KEYS OUTPUT

EXAMPLES is the folder of the built examples `judge` and `attacks`, KEYS that of the test keys. A line is
{"id", "session", "response", "in_response_to", "ok", "name_id", "code"}; lines of one session share a replay cache. Beside
it comes `response.txt`, one Response alone.
"""

import json
import subprocess
import sys
from pathlib import Path

IDP = "https://sso.jumpcloud.com/saml2/heap"
SP = "https://heapanalytics.com"
ACS = "https://heapanalytics.com/saml/finalize/1234567/"
NOW = "2026-03-01T10:00:00Z"


def lines(program, arguments, text):
    run = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def issued(judge, keys, key, sign, in_response_to):
    question = {
        "key": (keys / f"{key}.key.pem").read_text(),
        "cert": (keys / f"{key}.cert.pem").read_text(),
        "idp_entity_id": IDP,
        "sp_entity_id": SP,
        "acs": ACS,
        "now": NOW,
        "in_response_to": in_response_to,
        "name_id": "ann@example.com",
        "attributes": {"groups": ["a", "b & c"], "role": ["Analyst"]},
        "sign": sign,
    }
    return lines(judge, ["issue"], json.dumps(question) + "\n")[0]["response"]


def hostile(attacks, keys, genuine):
    """Every attack that travels in a form, each with a session of its own; a replay comes after the genuine message."""
    own, other = keys / "rsa2048", keys / "rsa2048-other"
    pair = lambda key: [f"{key}.key.pem", f"{key}.cert.pem"]  # noqa: E731
    arguments = ["--victim", "eve@example.com", "--idp", *pair(own), "--attacker", *pair(other)]
    for number, attack in enumerate(lines(attacks, arguments, genuine)):
        if attack["saml_response"] is None:
            continue
        session = f"attack-{number}"
        if attack["after_genuine"]:
            yield {"id": "genuine", "session": session, "response": genuine, "in_response_to": None}
        yield {"id": attack["id"], "session": session, "response": attack["saml_response"], "in_response_to": None}


def main():
    examples, keys, output = map(Path, sys.argv[1:])
    judge = examples / "judge"
    questions = []
    for key in ["rsa2048", "p256"]:
        for sign in ["assertion", "response", "both"]:
            for in_response_to in [None, "_request"]:
                response = issued(judge, keys, key, sign, in_response_to)
                session = f"genuine-{key}-{sign}-{in_response_to}"
                questions.append(
                    {"id": "genuine", "session": session, "response": response, "in_response_to": in_response_to}
                )
    questions += hostile(examples / "attacks", keys, questions[0]["response"])
    common = {"kind": "response", "binding": "post", "idp_entity_id": IDP, "sp_entity_id": SP, "acs": ACS, "now": NOW}
    certificates = [(keys / f"{key}.cert.pem").read_text() for key in ["rsa2048", "p256"]]
    asked = "".join(json.dumps({**common, **question, "cert": certificates}) + "\n" for question in questions)
    answers = lines(judge, ["saml"], asked)
    assert len(answers) == len(questions)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w") as file:
        for question, answer in zip(questions, answers):
            verdict = {"ok": answer["ok"], "name_id": answer.get("name_id"), "code": answer["reject"]}
            assert verdict["ok"] == (verdict["code"] is None), answer
            assert verdict["name_id"] in (None, "ann@example.com"), "the attacker is logged in"
            file.write(json.dumps({**question, **verdict}) + "\n")
    # The smallest of them, to be measured with.
    output.with_name("response.txt").write_text(questions[0]["response"])
    print(f"{len(questions)} Responses, {sum(answer['ok'] for answer in answers)} of them accepted")


main()
