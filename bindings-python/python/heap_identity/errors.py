"""What can go wrong, as exceptions. Every one has a stable `code`; the text is for people and may change."""


class HeapIdentityError(Exception):
    """The base of every exception of this package."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code
