"""Well-formedness against libxml2 and expat, on documents that were damaged by chance."""

from collections import Counter
from xml.parsers import expat

from lxml import etree

from generate import Documents
from tool import ask

# What both read and we refuse on purpose, by the code of our error.
REFUSED_ON_PURPOSE = {
    "xml.relative_namespace": "a namespace name that is no absolute URI (A15)",
    "xml.reserved_prefix": "the prefix xml declared anew, or an unknown attribute of it (A14)",
    "xml.doctype": "a document type declaration (A12, A51)",
    "xml.unsupported_encoding": "a declared encoding other than UTF-8",
    "xml.unsupported_version": "a version other than 1.x",
    "xml.not_utf8": "bytes that a declared encoding makes characters",
}
# What one of the two refuses and the other reads, with our verdict: (ours, libxml2, expat).
DIVIDED = {
    (True, True, False): "expat has the names and version numbers of the fourth edition, we those of the fifth",
    (True, False, True): "libxml2 refuses what XML 1.0 allows",
    (False, True, False): "expat refuses as we do: libxml2 recovers, or takes a namespace error for a warning",
    (False, False, True): "libxml2 refuses as we do: expat knows less of Namespaces in XML",
}


def check(tool, seed, count):
    """How many agree, and the number of each explained disagreement; raises on one without explanation."""
    made = Documents(seed)
    documents = [made.mutated(made.document()) for _ in range(count)]
    tally = Counter()
    for document, answer in zip(documents, ask(tool, ["canonicalize"], documents)):
        ours, libxml2, by_expat = answer[0] == "OK", reads_libxml2(document), reads_expat(document)
        if ours == libxml2 == by_expat:
            tally["well-formed for all three" if ours else "refused by all three"] += 1
        elif libxml2 == by_expat:
            reason = REFUSED_ON_PURPOSE.get(answer[0])
            assert reason, (answer[0], libxml2, by_expat, document)
            tally[f"only we refuse, {answer[0]}: {reason}"] += 1
        else:
            tally[DIVIDED[ours, libxml2, by_expat]] += 1
    return "\n".join([f"{count} damaged documents"] + [f"  {n:6} {what}" for what, n in tally.most_common()])


def reads_libxml2(document):
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
    try:
        etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        return False
    # libxml2 reads on after an error of namespaces, and reports it.
    return not any(error.level >= etree.ErrorLevels.ERROR for error in parser.error_log)


def reads_expat(document):
    try:
        expat.ParserCreate(namespace_separator="\x1f").Parse(document, True)
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return True
