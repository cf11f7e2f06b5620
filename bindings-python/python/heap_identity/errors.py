"""What can go wrong, as exceptions. Every one has a stable `code`; the text is for people and may change."""

from ._core import Check, Report


class HeapIdentityError(Exception):
    """The base of every exception of this package."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidInput(HeapIdentityError, ValueError):
    """What was given cannot be used: a key, an address, a request that must not be answered."""


class Refused(HeapIdentityError):
    """Well formed, and against the rules of Heap, the directory or the application as they are now."""


class Rejection(HeapIdentityError):
    """A Response that logs nobody in. `failed` is the check that failed, `report` has them all."""

    def __init__(self, message: str, *, code: str, failed: Check, report: Report) -> None:
        super().__init__(message, code=code)
        self.failed = failed
        self.report = report


class LogoutRejection(HeapIdentityError):
    """A message of single logout that nobody acts upon. `failed` is the check that failed, `report` has them all."""

    def __init__(self, message: str, *, code: str, failed: Check, report: Report) -> None:
        super().__init__(message, code=code)
        self.failed = failed
        self.report = report
