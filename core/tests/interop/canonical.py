"""Canonical forms against libxml2 (by lxml): whole documents in six forms, elements in three."""

import io

from lxml import etree

from generate import Documents
from tool import ask, decoded

PARSER = dict(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)


def check(tool, seed, count):
    """How many agree; raises on the first that does not."""
    made = Documents(seed)
    documents = [made.document() for _ in range(count)]
    elements = 0
    for document, answer in zip(documents, ask(tool, ["canonicalize"], documents)):
        assert answer[0] == "OK", (answer[0], document)
        root = etree.fromstring(document, etree.XMLParser(**PARSER))
        expected = [whole(root, exclusive, comments) for exclusive, comments in FORMS]
        apex = next((node for node in root.iter(etree.Element) if node.get("T") is not None), None)
        if apex is not None:
            elements += 1
            # lxml names no default namespace in the PrefixList, so `#default` is left out of the comparison.
            expected += [part(apex, []), part(apex, ["p", "q"])]
        found = decoded(answer)[: len(expected)]
        for number, (ours, theirs) in enumerate(zip(found, expected)):
            assert ours == theirs, (number, document, ours, theirs)
    return f"{count} documents in {len(FORMS)} forms, {elements} elements in 2: all the same as libxml2's"


# lxml has no 1.1; of a whole document it is the same as 1.0.
FORMS = [(True, False), (True, True), (False, False), (False, True), (False, False), (False, True)]


def whole(root, exclusive, comments):
    output = io.BytesIO()
    root.getroottree().write_c14n(output, exclusive=exclusive, with_comments=comments)
    return output.getvalue()


def part(element, prefixes):
    """Exclusive only: for the inclusive forms lxml copies the element, and `xml:` attributes above it are lost."""
    return etree.tostring(
        element, method="c14n", exclusive=True, with_comments=False, with_tail=False, inclusive_ns_prefixes=prefixes
    )
