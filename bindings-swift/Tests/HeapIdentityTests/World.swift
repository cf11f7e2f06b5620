import Foundation
import HeapIdentity
import Testing

/// A tenant as an administrator leaves it, and what a test does with it.
struct World {
  let tenant: Tenant
  let token: Secret
  let journal = MemoryJournal()

  init(variants: Variants? = nil, teammates: [String] = ["visitor@example.com"]) throws {
    tenant = try Tenant(name: "acme", heapId: "12345", seed: 1, variants: variants)
    for email in teammates {
      _ = try tenant.addTeammate(teammate: Teammate(email: email), now: now)
    }
    try tenant.configureSso(settings: SsoSettings(certificate: Certificate(pem: pem("rsa2048.cert")), remoteLoginUrl: ssoUrl))
    token = try tenant.enableScim(defaultRole: .consumer).bearerToken
  }

  func config(_ adjust: (inout SyncConfig) -> Void = { _ in }) -> SyncConfig {
    var config = SyncConfig(baseUrl: tenant.baseUrl(), bearerToken: token)
    adjust(&config)
    return config
  }

  func engine(
    _ directory: Snapshot, journal: [String] = [], _ adjust: (inout SyncConfig) -> Void = { _ in }
  ) throws -> Engine {
    try Engine(config: config(adjust), directory: directory, journal: journal, seed: 3)
  }

  func driver(_ engine: Engine, over transport: (any Transport)? = nil) -> SyncDriver {
    let clock = TestClock()
    return SyncDriver(
      engine: engine, transport: transport ?? TenantTransport(to: tenant, clock: clock.driver), journal: journal,
      clock: clock.driver)
  }

  /// Provisions a directory from nothing.
  @discardableResult
  func provision(_ directory: Snapshot) async throws -> (Engine, Summary) {
    let engine = try engine(directory)
    return (engine, try await driver(engine).run())
  }

  /// The accounts by user name: whether they are active.
  func accounts() throws -> [String: Bool] {
    var accounts: [String: Bool] = [:]
    for user in try tenant.users().map(object) {
      accounts[user["userName"] as? String ?? ""] = user["active"] as? Bool
    }
    return accounts
  }

  /// The groups by name: how many members they have.
  func teams() throws -> [String: Int] {
    var teams: [String: Int] = [:]
    for group in try tenant.groups().map(object) {
      teams[group["displayName"] as? String ?? ""] = (group["members"] as? [Any])?.count ?? 0
    }
    return teams
  }
}

/// A clock that a test's waiting moves: nobody waits for real.
final class TestClock: @unchecked Sendable {
  private let lock = NSLock()
  private var time = now

  var driver: DriverClock {
    DriverClock(
      now: { self.lock.withLock { self.time } },
      sleep: { until in
        // Answers that are on their way come first.
        try await Task.sleep(nanoseconds: 20_000_000)
        self.lock.withLock { self.time = max(self.time, until) }
      })
  }
}

func person(_ id: String, active: Bool = true, role: String? = nil) -> Person {
  Person(id: id, userName: "\(id)@example.com", active: active, givenName: id.capitalized, familyName: "Lee", role: role)
}

/// One bound group `Team` with these people.
func directory(_ ids: [String], in team: String = "Team") throws -> Snapshot {
  try Snapshot(
    people: ids.map { person($0) }, groups: [DirectoryGroup(id: "g1", name: team)],
    memberships: ids.map { Membership(group: "g1", person: $0) })
}

func object(_ json: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
}

/// Whether two texts are the same JSON.
func isSame(_ one: String, _ other: String) throws -> Bool {
  try NSDictionary(dictionary: object(one)) == NSDictionary(dictionary: object(other))
}

/// A file of the core's test vectors.
func vector(_ path: String) throws -> Data {
  let repository = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
  return try Data(contentsOf: URL(fileURLWithPath: "\(repository)/core/tests/vectors/\(path)"))
}

func certificate(_ name: String = "rsa2048") throws -> Certificate {
  try Certificate(pem: pem("\(name).cert"))
}

func key(_ name: String = "rsa2048") throws -> SigningKey {
  try SigningKey(keyPem: pem("\(name).key"), certificatePem: pem("\(name).cert"))
}

/// A folder of the test's own.
func scratch() throws -> URL {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  return folder
}

/// The body of a form.
func formBody(_ fields: [String: String]) -> Data {
  let allowed = CharacterSet.alphanumerics
  let pairs = fields.map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")" }
  return Data(pairs.joined(separator: "&").utf8)
}
