"""Well-formedness against libxml2 and expat, on documents that were damaged by chance."""

from collections import Counter
from xml.parsers import expat

from lxml import etree

from generate import Documents
from tool import ask

# What we refuse on purpose, by the code of our error, although one of the others reads it or both do.
REFUSED_ON_PURPOSE = {
    "xml.relative_namespace": "a namespace name that is no absolute URI (A15)",
    "xml.reserved_prefix": "an unknown attribute of the prefix xml (A14)",
    "xml.doctype": "a document type declaration (A12, A51)",
    "xml.unsupported_encoding": "a declared encoding that is not spelled UTF-8",
    "xml.unsupported_version": "a version other than 1.x",
    "xml.not_utf8": "bytes that a declared encoding makes characters",
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
        else:
            reason = None if ours else REFUSED_ON_PURPOSE.get(answer[0])
            assert reason, (answer[0], libxml2, by_expat, document)
            others = "both read" if libxml2 and by_expat else "libxml2 reads" if libxml2 else "expat reads"
            tally[f"we refuse, {others}: {reason}"] += 1
    return "\n".join([f"{count} damaged documents"] + [f"  {n:6} {what}" for what, n in tally.most_common()])


def reads_libxml2(document):
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
    try:
        etree.fromstring(document, parser)
        failed = False
    except etree.XMLSyntaxError:
        failed = True
    # libxml2 reads on after an error of namespaces, and reports it; that a name is no good URI is a warning to it.
    errors = [error for error in parser.error_log if error.level >= etree.ErrorLevels.ERROR]
    only_names = all(error.type == etree.ErrorTypes.WAR_NS_URI for error in errors)
    return only_names and (bool(errors) or not failed)


def reads_expat(document):
    try:
        expat.ParserCreate(namespace_separator="\x1f").Parse(document, True)
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return True
