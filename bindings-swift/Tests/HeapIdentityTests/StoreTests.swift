import Foundation
import HeapIdentity
import Testing

@Suite struct StoreTests {
  private let opened = #"{"record":"opened"}"#

  @Test func a_journal_in_a_file_outlasts_its_process() async throws {
    let path = try scratch().appendingPathComponent("journal").path
    do {
      let journal = try FileJournal(path: path)
      #expect(journal.earlier.isEmpty)
      try await journal.append([opened, "two"])
      try await journal.append(["three"])
    }
    let again = try FileJournal(path: path)
    #expect(again.earlier == [opened, "two", "three"])
    try await again.replace(with: [opened])
    try await again.append(["more"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == opened + "\nmore\n")
  }

  @Test func d12_a_line_that_a_crash_has_torn_is_not_appended_to() async throws {
    let path = try scratch().appendingPathComponent("journal").path
    try Data((opened + "\ntor").utf8).write(to: URL(fileURLWithPath: path))
    let journal = try FileJournal(path: path)
    #expect(journal.earlier == [opened])
    try await journal.append(["two"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == opened + "\ntwo\n")
  }

  @Test func a_file_that_is_no_journal_is_refused_and_stays_as_it_is() throws {
    let file = try scratch().appendingPathComponent("token")
    for text in ["a token", "{\n  \"users\": []\n}", #"{"record":"user_linked"}"# + "\n"] {
      try Data(text.utf8).write(to: file)
      #expect(try failure { _ = try FileJournal(path: file.path) }.code == "swift.journal_foreign")
      #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
    // What a crash during the very first write has left is no loss.
    try Data(opened.utf8.prefix(7)).write(to: file)
    #expect(try FileJournal(path: file.path).earlier.isEmpty)
  }

  @Test func a_journal_is_held_by_one_at_a_time_and_read_by_its_owner_alone() throws {
    let path = try scratch().appendingPathComponent("journal").path
    let journal = try FileJournal(path: path)
    #expect(try failure { _ = try FileJournal(path: path) }.code == "swift.journal_in_use")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try failure { _ = try FileJournal(path: "/nowhere/at/all") }.code == "swift.journal")
    withExtendedLifetime(journal) {}
  }

  @Test func an_engine_goes_on_from_a_file() async throws {
    let world = try World()
    let path = try scratch().appendingPathComponent("journal").path
    for writes in [true, false] {
      let journal = try FileJournal(path: path)
      let engine = try world.engine(directory(["ann"]), journal: journal.earlier)
      let clock = TestClock().driver
      let driver = SyncDriver(
        engine: engine, transport: TenantTransport(to: world.tenant, clock: clock), journal: journal, clock: clock)
      #expect(try await driver.run().outcome == .finished)
      #expect((engine.writes() > 0) == writes)
      try await journal.close()
      await #expect(throws: (any Error).self) { try await journal.append(["late"]) }
    }
  }

  @Test func d36_secrets_are_kept_replaced_and_forgotten() throws {
    let folder = try scratch().appendingPathComponent("secrets")
    for store in [MemorySecretStore() as any SecretStore, try FileSecretStore(folder: folder)] {
      #expect(try store.secret(named: "token") == nil)
      try store.keep(Secret(text: "one"), named: "token")
      try store.keep(Secret(text: "two"), named: "token")
      #expect(try store.secret(named: "token")?.expose() == "two")
      try store.forget(named: "token")
      try store.forget(named: "token")
      #expect(try store.secret(named: "token") == nil)
    }
  }

  @Test func a_secret_in_a_file_is_its_owners_alone() throws {
    let folder = try scratch().appendingPathComponent("secrets")
    let store = try FileSecretStore(folder: folder)
    try store.keep(Secret(text: "one"), named: "token")
    let mode = { (path: String) in try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int }
    #expect(try mode(folder.path) == 0o700)
    #expect(try mode(folder.appendingPathComponent("token").path) == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["token"])
    // What cannot be put in its place leaves nothing behind.
    try FileManager.default.createDirectory(at: folder.appendingPathComponent("taken"), withIntermediateDirectories: false)
    #expect(try failure { try store.keep(Secret(text: "two"), named: "taken") }.code == "swift.secret_store")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["taken", "token"])
    for name in ["../token", "", ".hidden", "a/b"] {
      #expect(try failure { _ = try store.secret(named: name) }.code == "swift.secret_store")
    }
  }
}
