// Written by hand: what may hold a token is not printed.

extension Header: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "\(name): …" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension Request: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "\(method) \(url.prefix { $0 != "?" })" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["method": method]) }
}

extension Response: CustomStringConvertible {
  public var description: String { "\(status), \(body.count) bytes" }
}

extension Response {
  /// The value of a header, whatever the case of its name.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
