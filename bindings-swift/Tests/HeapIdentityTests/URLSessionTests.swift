import Foundation
import HeapIdentity
import Testing

@Suite struct URLSessionTests {
  private func request(_ port: UInt16, method: String = "GET", body: String = "") -> Request {
    Request(
      method: method, url: "http://127.0.0.1:\(port)/scim/Users?filter=userName%20eq%20%22a%22",
      headers: [Header(name: "Authorization", value: "Bearer token"), Header(name: "Accept", value: "application/scim+json")],
      body: Data(body.utf8))
  }

  private func sent(_ request: Request, seconds: TimeInterval = 20) async -> Reply {
    await URLSessionTransport().send(request, deadline: Date().addingTimeInterval(seconds))
  }

  @Test func what_is_asked_is_sent_and_what_is_answered_is_read() async throws {
    let server = try LoopbackServer(answer: "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}")
    defer { server.close() }
    guard case .response(let response) = await sent(request(server.port, method: "POST", body: #"{"a":1}"#)) else {
      Issue.record("no answer")
      return
    }
    #expect(response.status == 429 && response.body == Data("{}".utf8) && response.header("retry-after") == "7")
    let heard = try #require(server.requests.first)
    #expect(heard.hasPrefix("POST /scim/Users?filter=userName%20eq%20%22a%22 HTTP/1.1"))
    #expect(heard.contains("Authorization: Bearer token") && heard.contains("Accept: application/scim+json"))
    #expect(!heard.contains("Cookie") && heard.hasSuffix(#"{"a":1}"#))
  }

  @Test func a_redirect_is_not_followed_for_the_request_carries_the_token() async throws {
    let elsewhere = try LoopbackServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let server = try LoopbackServer(
      answer: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(elsewhere.port)/\r\nContent-Length: 0\r\n\r\n")
    defer {
      server.close()
      elsewhere.close()
    }
    guard case .response(let response) = await sent(request(server.port)) else {
      Issue.record("no answer")
      return
    }
    #expect(response.status == 302 && elsewhere.requests.isEmpty)
  }

  @Test func f39_what_was_not_sent_is_told_apart_from_what_was_lost() async throws {
    let gone = try LoopbackServer(answer: "")
    gone.close()
    try await Task.sleep(nanoseconds: 50_000_000)
    #expect(failure(await sent(request(gone.port))) == .notSent)
    #expect(failure(await sent(Request(method: "GET", url: "http://no-such-host.invalid/"))) == .notSent)
    let silent = try LoopbackServer(answer: "")
    defer { silent.close() }
    #expect(failure(await sent(request(silent.port, method: "POST", body: "x"))) == .outcomeUnknown)
  }

  @Test func r19_a_challenge_is_handed_over_and_answered_with_nothing() async throws {
    for challenge in ["Bearer realm=\"scim\", error=\"invalid_token\"", "Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"y\""] {
      let server = try LoopbackServer(
        answer: "HTTP/1.1 401 No\r\nWWW-Authenticate: \(challenge)\r\nContent-Length: 2\r\n\r\n{}")
      defer { server.close() }
      guard case .response(let response) = await sent(request(server.port)) else {
        Issue.record("no answer to \(challenge)")
        continue
      }
      #expect(response.status == 401 && server.requests.count == 1, "\(challenge)")
    }
  }

  @Test func a_deadline_that_has_passed_sends_nothing() async throws {
    let server = try LoopbackServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    defer { server.close() }
    #expect(failure(await sent(request(server.port), seconds: -1)) == .notSent)
    #expect(server.requests.isEmpty)
  }

  @Test func an_endless_answer_is_not_read_to_its_end() async throws {
    let much = String(repeating: "x", count: Int(scimBodyBytesMax()) + (4 << 20))
    let server = try LoopbackServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: \(much.utf8.count)\r\n\r\n\(much)")
    defer { server.close() }
    #expect(failure(await sent(request(server.port), seconds: 60)) == .outcomeUnknown)
  }

  private func failure(_ reply: Reply) -> TransportFailure? {
    if case .failure(let failure) = reply { failure } else { nil }
  }

  @Test(.enabled(if: Outside.serve != nil, "`cargo xtask test swift` starts the core's example `serve`"))
  func a_tenant_is_provisioned_over_http() async throws {
    let config = SyncConfig(baseUrl: try #require(Outside.serve), bearerToken: Secret(text: Outside.serveToken))
    let people = (1...20).map { "http\($0)" }
    let journal = MemoryJournal()
    let first = SyncDriver(
      engine: try Engine(config: config, directory: directory(people, in: "Over HTTP")),
      transport: URLSessionTransport(), journal: journal)
    let summary = try await first.run()
    #expect(summary.outcome == .finished && summary.failed == 0 && summary.steps == 21)
    let again = try Engine(config: config, directory: directory(people, in: "Over HTTP"), journal: await journal.records)
    let second = SyncDriver(engine: again, transport: URLSessionTransport(), journal: journal)
    #expect(try await second.run().outcome == .finished)
    #expect(again.writes() == 0)
    let wrong = SyncConfig(baseUrl: config.baseUrl, bearerToken: Secret(text: "wrong"))
    let refused = SyncDriver(
      engine: try Engine(config: wrong, directory: directory(people)), transport: URLSessionTransport(),
      journal: MemoryJournal())
    guard case .tokenRefused = try await refused.run().outcome else {
      Issue.record("a wrong token is taken")
      return
    }
  }
}
