import Foundation

// Written by hand: what every error has, without a switch at the caller.

extension HeapIdentityError {
  /// The stable code, such as `saml.audience`.
  public var code: String {
    switch self {
    case .InvalidInput(let code, _), .Rejected(let code, _, _): code
    }
  }

  /// What was expected, what was found, and what to do: for people, and it may change.
  public var message: String {
    switch self {
    case .InvalidInput(_, let message), .Rejected(_, let message, _): message
    }
  }

  /// Every check, where a Response was refused.
  public var report: Report? {
    switch self {
    case .InvalidInput: nil
    case .Rejected(_, _, let report): report
    }
  }
}

extension HeapIdentityError: CustomStringConvertible {
  public var description: String { message }
}
