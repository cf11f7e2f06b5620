import Foundation

extension Verification {
  /// Runs the verification to its end; hand what it gives to `conclude`.
  public func run(
    over transport: any Transport, patience: TimeInterval = 60, clock: DriverClock = .system
  ) async throws -> Concluded {
    while true {
      switch try poll() {
      case .done(let concluded):
        return concluded
      case .send(let request):
        switch await transport.send(request, deadline: clock.now().addingTimeInterval(patience)) {
        case .response(let response):
          try receive(response: response, now: clock.now())
        case .failure(.notSent):
          try fail(reason: .connection, now: clock.now())
        case .failure(.outcomeUnknown):
          try fail(reason: .timedOut, now: clock.now())
        }
      }
    }
  }
}
