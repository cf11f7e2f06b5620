import Foundation

/// Keeps the engine's records.
public protocol Journal: Sendable {
  /// Stores records behind those that are there. When it returns, they outlast a loss of power.
  func append(_ records: [String]) async throws
}

/// A journal that ends with the process: for trying things out.
public actor MemoryJournal: Journal {
  /// The records, in order.
  public private(set) var records: [String] = []

  /// A journal with nothing in it.
  public init() {}

  public func append(_ records: [String]) {
    self.records += records
  }
}

/// A journal in a file, a record on each line. One process at a time holds it.
public actor FileJournal: Journal {
  /// The records that were there when the file was opened: for the engine to go on from.
  public nonisolated let earlier: [String]
  private let path: String
  private let lock: FileHandle
  private var file: FileHandle

  /// How each journal begins.
  private static let beginning = Data(#"{"record":"opened""#.utf8)

  /// Opens the file, or makes it. A file that is no journal is refused and stays as it is.
  public init(path: String) throws {
    self.path = path
    lock = try Self.opened(path + ".lock", O_CREAT | O_RDWR)
    guard flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw HeapIdentityError.InvalidInput(
        code: "swift.journal_in_use", message: "\(path) is in use by another process; start again after its end")
    }
    let data = FileManager.default.contents(atPath: path) ?? Data()
    guard data.starts(with: Self.beginning) || Self.beginning.starts(with: data) else {
      throw HeapIdentityError.InvalidInput(
        code: "swift.journal_foreign",
        message: "\(path) is no journal of heap-identity, or its first record is lost; give another file, or restore it from a copy")
    }
    // A last line that a crash has torn was not yet relied upon; nothing may be appended behind it.
    let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { data[...$0] } ?? Data()
    earlier = String(decoding: whole, as: UTF8.self).split(separator: "\n").map(String.init)
    file = try Self.opened(path, O_CREAT | O_RDWR)
    syncFolder(of: path)
    try file.truncate(atOffset: UInt64(whole.count))
    try file.seekToEnd()
  }

  public func append(_ records: [String]) throws {
    try file.write(contentsOf: Self.lines(records))
    try file.synchronize()
  }

  /// Puts the shortest journal of the same meaning in place of the file, at once and whole.
  public func replace(with records: [String]) throws {
    // A name that is unlikely to be somebody's.
    let beside = path + ".heap-identity-new"
    let new = try Self.opened(beside, O_CREAT | O_RDWR | O_TRUNC)
    try new.write(contentsOf: Self.lines(records))
    try new.synchronize()
    guard put(beside, inPlaceOf: path) else { throw Self.failure(path) }
    file = new
  }

  /// Lets go of the file, for the next to open it. Nothing can be appended afterwards.
  public func close() throws {
    try file.close()
    flock(lock.fileDescriptor, LOCK_UN)
  }

  private static func opened(_ path: String, _ flags: Int32) throws -> FileHandle {
    guard let file = ownedFile(path, flags) else { throw failure(path) }
    return file
  }

  private static func lines(_ records: [String]) -> Data {
    Data(records.map { $0 + "\n" }.joined().utf8)
  }

  private static func failure(_ path: String) -> HeapIdentityError {
    .InvalidInput(code: "swift.journal", message: "\(path): \(String(cString: strerror(errno)))")
  }
}
