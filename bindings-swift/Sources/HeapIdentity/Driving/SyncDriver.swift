import Foundation

/// Runs an engine: sends what it wants sent, stores what it wants stored, and waits when it wants to wait.
///
/// When the task that runs it is cancelled, the engine begins nothing more; what is under way is waited for and noted,
/// and the summary says that it was cancelled.
public actor SyncDriver {
  /// The engine, to be asked for its plan and its events, and to be told of changes and approvals.
  public nonisolated let engine: Engine
  /// How far the plan is, whenever a step has ended; who reads slowly sees the newest. It ends with the driver.
  public nonisolated let progress: AsyncStream<SyncProgress>

  private let transport: any Transport
  private let journal: any Journal
  private let clock: DriverClock
  private let told: AsyncStream<SyncProgress>.Continuation
  private var isRunning = false

  /// A driver of this engine. The journal must hold what the engine was resumed from.
  public init(
    engine: Engine, transport: any Transport, journal: any Journal, clock: DriverClock = .system
  ) {
    self.engine = engine
    self.transport = transport
    self.journal = journal
    self.clock = clock
    (progress, told) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  deinit { told.finish() }

  /// Runs until all is done that can be done without a decision or a change. Run it again after either.
  public func run() async throws -> Summary {
    guard !isRunning else {
      throw HeapIdentityError.InvalidInput(
        code: "swift.driver_running", message: "this driver runs already; wait for its summary, or use another engine")
    }
    isRunning = true
    defer { isRunning = false }
    let (signals, mailbox) = AsyncStream<Signal>.makeStream()
    // Not a child of this task: requests that are under way are not to be torn off when this one is cancelled.
    let work = Task { try await loop(signals, mailbox) }
    let engine = self.engine
    return try await withTaskCancellationHandler {
      try await work.value
    } onCancel: {
      engine.cancel()
      mailbox.yield(.woken)
    }
  }

  private enum Signal: Sendable {
    case reply(RequestId, Reply)
    case woken
  }

  private func loop(
    _ signals: AsyncStream<Signal>, _ mailbox: AsyncStream<Signal>.Continuation
  ) async throws -> Summary {
    var signals = signals.makeAsyncIterator()
    while true {
      switch try engine.poll(now: clock.now()) {
      case .persist(let records):
        try await journal.append(records)
      case .send(let id, let request, let giveUpAt):
        let transport = self.transport
        Task { _ = mailbox.yield(.reply(id, await transport.send(request, deadline: giveUpAt))) }
      case .waitUntil(let at), .waitForResponse(let at):
        let clock = self.clock
        let alarm = Task {
          try await clock.sleep(at)
          mailbox.yield(.woken)
        }
        let signal = await signals.next()
        alarm.cancel()
        if case .reply(let id, let reply)? = signal { try receive(id, reply) }
      case .done(let summary):
        return summary
      }
    }
  }

  private func receive(_ id: RequestId, _ reply: Reply) throws {
    let now = clock.now()
    do {
      try engine.receive(id: id, reply: reply, now: now)
    } catch {
      // An answer that is no HTTP is none.
      try engine.receive(id: id, reply: .failure(failure: .outcomeUnknown), now: now)
    }
    if let progress = try engine.progress(now: now) { told.yield(progress) }
  }
}
