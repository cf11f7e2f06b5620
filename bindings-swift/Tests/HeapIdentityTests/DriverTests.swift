import Foundation
import HeapIdentity
import Testing

/// A transport that does what a test wants with each request.
private struct Meddling: Transport {
  let inner: any Transport
  let meddle: @Sendable (Request) async -> Reply?

  func send(_ request: Request, deadline: Date) async -> Reply {
    if let reply = await meddle(request) { return reply }
    return await inner.send(request, deadline: deadline)
  }
}

/// Counts, for several tasks at once.
final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  @discardableResult
  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }
}

/// Holds up tasks until it is opened.
private actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func passed() async {
    guard !isOpen else { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  func open() {
    isOpen = true
    waiting.forEach { $0.resume() }
    waiting = []
  }
}

@Suite struct DriverTests {
  @Test func progress_is_told_while_it_runs() async throws {
    let world = try World()
    let engine = try world.engine(directory((1...20).map { "p\($0)" }))
    let driver = world.driver(engine)
    let watching = Task {
      var seen: [SyncProgress] = []
      for await progress in driver.progress {
        seen.append(progress)
        if progress.done == progress.total { break }
      }
      return seen
    }
    #expect(try await driver.run().outcome == .finished)
    watching.cancel()
    let seen = await watching.value
    #expect(!seen.isEmpty)
    #expect(seen.allSatisfy { $0.done <= $0.total && $0.elapsed >= 0 })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done <= $1.done })
  }

  @Test func a_cancelled_task_ends_with_what_was_under_way_noted() async throws {
    let world = try World()
    let engine = try world.engine(directory((1...50).map { "p\($0)" }))
    let sent = Counter()
    let (begun, tell) = AsyncStream<Void>.makeStream()
    let gate = Gate()
    let transport = Meddling(inner: TenantTransport(to: world.tenant)) { request in
      if request.method == "POST" && sent.next() >= 3 {
        tell.yield()
        await gate.passed()
      }
      return nil
    }
    // Of the machine's clock: one that jumps would have the engine give up what is held here.
    let driver = SyncDriver(engine: engine, transport: transport, journal: world.journal)
    let running = Task { try await driver.run() }
    for await _ in begun { break }
    running.cancel()
    await gate.open()
    let summary = try await running.value
    #expect(summary.outcome == .cancelled)
    let made = try world.accounts().count - 1
    #expect(made >= 3 && made < 50)
    // What was made is in the journal: another engine goes on and makes nobody twice.
    let again = try world.engine(directory((1...50).map { "p\($0)" }), journal: await world.journal.records)
    #expect(try await world.driver(again).run().outcome == .finished)
    #expect(try world.accounts().count == 51)
  }

  @Test func f39_a_lost_answer_makes_nobody_twice() async throws {
    let world = try World()
    let engine = try world.engine(directory(["ann", "bob"]))
    let clock = TestClock()
    let inner = TenantTransport(to: world.tenant, clock: clock.driver)
    let posts = Counter()
    let transport = Meddling(inner: inner) { request in
      guard request.method == "POST", posts.next() == 1 else { return nil }
      _ = await inner.send(request, deadline: now)
      return .failure(failure: .outcomeUnknown)
    }
    #expect(try await world.driver(engine, over: transport).run().outcome == .finished)
    #expect(try world.accounts().count == 3)
  }

  @Test func a_transport_that_is_down_is_tried_again_and_given_up() async throws {
    let world = try World()
    let engine = try world.engine(directory(["ann"]))
    let transport = Meddling(inner: TenantTransport(to: world.tenant)) { _ in .failure(failure: .notSent) }
    guard case .unreadable(let reason) = try await world.driver(engine, over: transport).run().outcome else {
      Issue.record("it was read")
      return
    }
    #expect(!reason.isEmpty && engine.writes() == 0)
  }

  @Test func d12_a_journal_that_cannot_be_written_stops_before_anything_is_made() async throws {
    struct Full: Journal {
      func append(_ records: [String]) async throws { throw CocoaError(.fileWriteOutOfSpace) }
    }
    let world = try World()
    let engine = try world.engine(directory(["ann"]))
    let driver = SyncDriver(engine: engine, transport: TenantTransport(to: world.tenant), journal: Full())
    await #expect(throws: CocoaError.self) { _ = try await driver.run() }
    #expect(try world.accounts()["ann@example.com"] == nil)
  }

  @Test func d12_what_is_made_is_in_the_journal_before_it_is_sent() async throws {
    let world = try World()
    let engine = try world.engine(directory(["ann"]))
    let journal = world.journal
    let clock = TestClock()
    let unwritten = Counter()
    let transport = Meddling(inner: TenantTransport(to: world.tenant, clock: clock.driver)) { request in
      if request.method == "POST", request.url.hasSuffix("/Users") {
        let known = await journal.records.contains { $0.contains("ann") }
        if !known { unwritten.next() }
      }
      return nil
    }
    _ = try await world.driver(engine, over: transport).run()
    #expect(unwritten.next() == 1)
  }

  @Test func a_driver_runs_once_at_a_time() async throws {
    let world = try World()
    let engine = try world.engine(directory(["ann"]))
    let gate = Gate()
    let (begun, tell) = AsyncStream<Void>.makeStream()
    let transport = Meddling(inner: TenantTransport(to: world.tenant)) { _ in
      tell.yield()
      await gate.passed()
      return nil
    }
    let driver = SyncDriver(engine: engine, transport: transport, journal: world.journal)
    async let first = driver.run()
    for await _ in begun { break }
    do {
      _ = try await driver.run()
      Issue.record("it ran twice at once")
    } catch let error as HeapIdentityError {
      #expect(error.code == "swift.driver_running")
    }
    await gate.open()
    #expect(try await first.outcome == .finished)
  }
}
