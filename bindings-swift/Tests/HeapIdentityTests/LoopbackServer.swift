import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Answers each connection on the loopback interface with the same bytes, then hangs up; remembers what it was asked.
final class LoopbackServer: @unchecked Sendable {
  let port: UInt16
  private let socket: Int32
  private let lock = NSLock()
  private var heard: [String] = []

  /// The heads of the requests so far.
  var requests: [String] { lock.withLock { heard } }

  /// Answers with these bytes; with none it hangs up at once.
  init(answer: String) throws {
    #if canImport(Glibc)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let socket = opened(AF_INET, stream, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && listen(socket, 8) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    self.socket = socket
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in serve(Array(answer.utf8)) }
  }

  /// Takes no more connections.
  func close() {
    shutdown(socket, Int32(SHUT_RDWR))
  }

  private func serve(_ answer: [UInt8]) {
    while true {
      let connection = accept(socket, nil, nil)
      guard connection >= 0 else { break }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = read(connection, &buffer, buffer.count)
      lock.withLock { heard.append(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)) }
      var sent = 0
      while sent < answer.count {
        let written = answer[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard written > 0 else { break }
        sent += written
      }
      hangUp(connection)
    }
    hangUp(socket)
  }
}

private func hangUp(_ descriptor: Int32) {
  #if canImport(Glibc)
    _ = Glibc.close(descriptor)
  #else
    _ = Darwin.close(descriptor)
  #endif
}

private func opened(_ domain: Int32, _ type: Int32, _ kind: Int32) -> Int32 {
  #if canImport(Glibc)
    return Glibc.socket(domain, type, kind)
  #else
    return Darwin.socket(domain, type, kind)
  #endif
}

#if !canImport(Glibc)
  private let MSG_NOSIGNAL = 0
#endif
