import Foundation

/// Sends requests.
public protocol Transport: Sendable {
  /// Sends a request and gives what came of it, at the latest at the deadline. It follows no redirect: the request
  /// carries the token.
  func send(_ request: Request, deadline: Date) async -> Reply
}

/// The embedded tenant as the other side: nothing goes over a network.
public struct TenantTransport: Transport {
  let tenant: Tenant
  let clock: DriverClock

  /// Requests go to this tenant, which is told the time by this clock.
  public init(to tenant: Tenant, clock: DriverClock = .system) {
    self.tenant = tenant
    self.clock = clock
  }

  public func send(_ request: Request, deadline: Date) async -> Reply {
    do {
      return .response(response: try tenant.handle(request: request, now: clock.now()))
    } catch {
      return .failure(failure: .notSent)
    }
  }
}

/// What time it is, and how it passes.
public struct DriverClock: Sendable {
  /// The time.
  public let now: @Sendable () -> Date
  /// Waits until then; it throws when its task is cancelled.
  public let sleep: @Sendable (_ until: Date) async throws -> Void

  /// A clock that tells the time and waits as given.
  public init(now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (_ until: Date) async throws -> Void) {
    self.now = now
    self.sleep = sleep
  }

  /// The clock of this machine.
  public static let system = DriverClock(
    now: { Date() },
    sleep: { until in
      let seconds = max(0, until.timeIntervalSinceNow)
      try await Task.sleep(nanoseconds: UInt64(min(seconds, 86_400) * 1_000_000_000))
    })
}
