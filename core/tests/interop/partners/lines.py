"""What every partner written in Python does: answers questions, one JSON object a line."""

import json
import sys


def serve(answers):
    """`answers` is a function for each name of `do`: from the settings and the question to an answer."""
    with open(sys.argv[1], encoding="utf-8") as file:
        settings = json.load(file)
    # Libraries print: what they say must not be taken for an answer.
    output, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = answers[question["do"]](settings, question)
        except Exception as error:  # whatever a library raises is a refusal
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), file=output, flush=True)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def certificate_body(path):
    """The base64 of a certificate in PEM."""
    return "".join(line for line in read(path).splitlines() if not line.startswith("-"))


def query_of(url):
    """A message in the query of an address."""
    return {"query": url.split("?", 1)[1]}
