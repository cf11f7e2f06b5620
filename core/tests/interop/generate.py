"""Documents with all that makes canonical XML hard, made by chance from a seed, and broken ones."""

import random

PREFIXES = ["", "p", "q", "r", "ä"]
URIS = ["urn:1", "urn:2", "http://x/?a=1%20b=2", "urn:a", "http://z/", "urn:3"]
VALUES = ["a", "é", "😀", "&lt;", "&amp;", "&gt;", ">", "&#9;", "&#10;", "&#13;", "\t", "\n", "\r\n", "\r"]
VALUES += ["&quot;", "&apos;", " ", "&#x1F600;", "\u2028", "\ufffd"]
MARKUP = b"<>&\"'/=: -!?[]xX;#\t\n\x00\x01\x0b\xff\xc3\x80"


class Documents:
    """Makes documents; the same seed gives the same ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.has_apex = False

    def document(self):
        """A well-formed document, in bytes; most have one element with an attribute `T`."""
        self.has_apex = False
        choice = self.random.choice
        start = choice(["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>\n'])
        around = [choice(["", "", "\n", "<!-- m -->", "<?m n?>\r\n"]) for _ in range(4)]
        return (start + "".join(around[:2]) + self.element(0, {"": ""}) + "".join(around[2:])).encode()

    def body(self):
        """The same without anything around the root element."""
        self.has_apex = False
        return self.element(0, {"": ""})

    def mutated(self, document):
        """The document with one to three places damaged."""
        data = bytearray(document)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            at = self.random.randrange(max(len(data), 1))
            kind = self.random.randrange(5)
            if kind == 0:
                del data[at : at + 1]
            elif kind == 1:
                data[at : at + 1] = bytes([self.random.choice(MARKUP)])
            elif kind == 2:
                data.insert(at, self.random.choice(MARKUP))
            elif kind == 3:
                start = self.random.randrange(max(len(data), 1))
                data[at:at] = data[start : start + self.random.randrange(1, 9)]
            else:
                del data[at : at + self.random.randrange(1, 6)]
        return bytes(data)

    def value(self):
        return "".join(self.random.choice(VALUES) for _ in range(self.random.randrange(5)))

    def content(self, depth, scope):
        choice, parts = self.random.choice, []
        for _ in range(self.random.randrange(4)):
            kind = self.random.randrange(9)
            if kind < 4 and depth < 6:
                parts.append(self.element(depth + 1, scope))
            elif kind == 4:
                parts.append("<![CDATA[%s]]>" % choice(["", "<&>", "a]]b", "\r\n", "é", "]", '"']))
            elif kind == 5:
                parts.append("<!--%s-->" % choice(["", " c ", "<x>&", "a-b", "\r\n"]))
            elif kind == 6:
                parts.append(choice(["<?p?>", "<?p  d?>", '<?p-q a="b" ?>', "<?p\td\r\n?>"]))
            else:
                parts.append(self.value())
        return "".join(parts)

    def element(self, depth, scope):
        choice = self.random.choice
        scope = dict(scope)
        attributes = self.declarations(scope)
        bound = [prefix for prefix in PREFIXES if prefix and prefix in scope]
        prefix = choice(bound + [""])
        name = (prefix + ":" if prefix else "") + choice(["a", "b", "c", "é"])
        attributes += self.attributes(scope, bound)
        if depth > 0 and not self.has_apex and self.random.random() < 0.3:
            attributes.append("T=''")
            self.has_apex = True
        self.random.shuffle(attributes)
        tag = "<" + name + "".join(choice([" ", "  ", "\n", "\t", "\r\n"]) + text for text in attributes)
        tag += choice(["", " ", "\n"])
        content = self.content(depth, scope)
        if not content and self.random.random() < 0.5:
            return tag + "/>"
        return tag + ">" + content + "</" + name + choice(["", " ", "\n"]) + ">"

    def declarations(self, scope):
        found = []
        for prefix in PREFIXES:
            if self.random.random() < 0.22:
                uri = self.random.choice(URIS) if prefix or self.random.random() < 0.7 else ""
                scope[prefix] = uri
                equals, quote = self.random.choice(["=", " = ", "= "]), self.random.choice("'\"")
                found.append("xmlns" + (":" + prefix if prefix else "") + equals + quote + uri + quote)
        return found

    def attributes(self, scope, bound):
        choice, found, seen = self.random.choice, [], set()
        for _ in range(self.random.randrange(4)):
            prefix = choice(bound + ["", "", "xml"])
            local = choice(["lang", "space"]) if prefix == "xml" else choice(["x", "y", "z", "ö"])
            expanded = (scope.get(prefix, "xml") if prefix else "", local)
            if expanded in seen:
                continue
            seen.add(expanded)
            quote = choice("'\"")
            value = choice(["default", "preserve"]) if local == "space" else self.value()
            value = value.replace(quote, "&#%d;" % ord(quote))
            name = (prefix + ":" if prefix else "") + local
            found.append(name + choice(["=", " =", "=\n"]) + quote + value + quote)
        return found
