import Foundation

#if canImport(Security)
  import Security
#endif

/// Where secrets are kept: the token, apart from everything else.
public protocol SecretStore: Sendable {
  /// The secret of this name; none if there is none.
  func secret(named name: String) throws -> Secret?
  /// Keeps a secret under a name, in place of the one before.
  func keep(_ secret: Secret, named name: String) throws
  /// Forgets the secret of this name.
  func forget(named name: String) throws
}

/// Secrets that end with the process.
public final class MemorySecretStore: SecretStore, @unchecked Sendable {
  private let lock = NSLock()
  private var secrets: [String: Secret] = [:]

  /// A store with nothing in it.
  public init() {}

  public func secret(named name: String) -> Secret? {
    lock.withLock { secrets[name] }
  }

  public func keep(_ secret: Secret, named name: String) {
    lock.withLock { secrets[name] = secret }
  }

  public func forget(named name: String) {
    lock.withLock { secrets[name] = nil }
  }
}

/// Secrets in files of a folder that its owner alone can read.
public struct FileSecretStore: SecretStore {
  private let folder: URL

  /// Keeps secrets in this folder, which is made if it is not there.
  public init(folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  public func secret(named name: String) throws -> Secret? {
    let file = try file(name)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return Secret(text: String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }

  public func keep(_ secret: Secret, named name: String) throws {
    let (file, new) = (try file(name), folder.appendingPathComponent(".\(UUID().uuidString)"))
    guard let handle = ownedFile(new.path, O_CREAT | O_EXCL | O_WRONLY) else {
      throw Self.failure("\(new.path) cannot be written")
    }
    do {
      try handle.write(contentsOf: Data(secret.expose().utf8))
      try handle.synchronize()
      try handle.close()
      guard put(new.path, inPlaceOf: file.path) else { throw Self.failure("\(file.path) cannot be replaced") }
    } catch {
      try? FileManager.default.removeItem(at: new)
      throw error
    }
  }

  public func forget(named name: String) throws {
    let file = try file(name)
    if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
  }

  private func file(_ name: String) throws -> URL {
    let isPlain = !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    guard isPlain else { throw Self.failure("expected a name of letters, digits, `-` and `_`") }
    return folder.appendingPathComponent(name)
  }

  private static func failure(_ message: String) -> HeapIdentityError {
    .InvalidInput(code: "swift.secret_store", message: message)
  }
}

#if canImport(Security)
  /// Secrets in the Keychain of an Apple device, for this device alone.
  public struct KeychainSecretStore: SecretStore {
    private let service: String

    /// Keeps secrets as those of this service.
    public init(service: String) {
      self.service = service
    }

    public func secret(named name: String) throws -> Secret? {
      var query = item(name)
      query[kSecReturnData] = true
      query[kSecMatchLimit] = kSecMatchLimitOne
      var found: CFTypeRef?
      let status = SecItemCopyMatching(query as CFDictionary, &found)
      if status == errSecItemNotFound { return nil }
      try check(status)
      guard let data = found as? Data else { return nil }
      return Secret(text: String(decoding: data, as: UTF8.self))
    }

    public func keep(_ secret: Secret, named name: String) throws {
      let data = Data(secret.expose().utf8)
      let status = SecItemUpdate(item(name) as CFDictionary, [kSecValueData: data] as CFDictionary)
      guard status == errSecItemNotFound else { return try check(status) }
      var new = item(name)
      new[kSecValueData] = data
      new[kSecAttrAccessible] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
      try check(SecItemAdd(new as CFDictionary, nil))
    }

    public func forget(named name: String) throws {
      let status = SecItemDelete(item(name) as CFDictionary)
      if status != errSecItemNotFound { try check(status) }
    }

    private func item(_ name: String) -> [CFString: Any] {
      [kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: name]
    }

    private func check(_ status: OSStatus) throws {
      guard status != errSecSuccess else { return }
      throw HeapIdentityError.InvalidInput(
        code: "swift.keychain", message: "the Keychain refuses with status \(status); see SecCopyErrorMessageString")
    }
  }
#endif
