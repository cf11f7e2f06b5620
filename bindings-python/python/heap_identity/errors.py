"""What can go wrong, as exceptions. Every one has a stable `code`; the text is for people and may change."""

from ._core import Check, Report


class HeapIdentityError(Exception):
    """The base of every exception of this package."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidInput(HeapIdentityError, ValueError):
    """What was given cannot be used: a key, an address, a request that must not be answered."""


class ScimError(InvalidInput):
    """What SCIM itself calls an error (RFC 7644 3.12), in what was given or received.

    `scim_type` and `status` are what it is called on the wire; `position` is the byte of a filter or path at which it lies.
    """

    def __init__(
        self, message: str, *, code: str, scim_type: str | None, status: int, position: int | None
    ) -> None:
        super().__init__(message, code=code)
        self.scim_type = scim_type
        self.status = status
        self.position = position


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
