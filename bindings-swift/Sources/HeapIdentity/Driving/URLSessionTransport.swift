import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends requests with URLSession: no cookies, no cache, no redirects, and no answer larger than the library reads.
///
/// On Linux, Foundation (6.0.3) ends the process when an answer 401 carries a bare `WWW-Authenticate: Bearer` without a
/// realm, which RFC 6750 3 forbids; Heap's rules do not say what Heap sends.
public final class URLSessionTransport: Transport {
  private let session: URLSession
  private let exchanges = Exchanges()

  /// Sends with a session of this configuration; an ephemeral one unless another is given.
  public init(configuration: URLSessionConfiguration = .ephemeral) {
    configuration.httpShouldSetCookies = false
    configuration.httpCookieAcceptPolicy = .never
    configuration.urlCache = nil
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
  }

  deinit { session.finishTasksAndInvalidate() }

  public func send(_ request: Request, deadline: Date) async -> Reply {
    guard let url = URL(string: request.url) else { return .failure(failure: .notSent) }
    let patience = deadline.timeIntervalSinceNow
    guard patience > 0 else { return .failure(failure: .notSent) }
    var wanted = URLRequest(url: url, timeoutInterval: patience)
    wanted.httpMethod = request.method
    wanted.httpBody = request.body.isEmpty ? nil : request.body
    for header in request.headers {
      wanted.addValue(header.value, forHTTPHeaderField: header.name)
    }
    let task = session.dataTask(with: wanted)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        exchanges.begin(task, continuation)
        task.resume()
      }
    } onCancel: {
      task.cancel()
    }
  }
}

/// The exchanges under way. URLSession tells of them on a queue of its own.
private final class Exchanges: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  private struct Exchange {
    let continuation: CheckedContinuation<Reply, Never>
    var body = Data()
    var isTooLarge = false
    var isChallenged = false
  }

  private let bodyBytesMax = scimBodyBytesMax()
  private let lock = NSLock()
  private var open: [Int: Exchange] = [:]

  func begin(_ task: URLSessionTask, _ continuation: CheckedContinuation<Reply, Never>) {
    lock.withLock { open[task.taskIdentifier] = Exchange(continuation: continuation) }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }

  /// The token is the only credential: a service provider that asks for another is answered with none.
  func urlSession(
    _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
    completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
  ) {
    #if !canImport(FoundationNetworking)
      // What the connection asks for, the system answers.
      let ofTheConnection = [NSURLAuthenticationMethodServerTrust, NSURLAuthenticationMethodClientCertificate]
      guard !ofTheConnection.contains(challenge.protectionSpace.authenticationMethod) else {
        return completionHandler(.performDefaultHandling, nil)
      }
    #endif
    lock.withLock { open[task.taskIdentifier]?.isChallenged = true }
    completionHandler(.rejectProtectionSpace, nil)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLarge = lock.withLock {
      guard var exchange = open.removeValue(forKey: dataTask.taskIdentifier) else { return false }
      if UInt64(exchange.body.count + data.count) > bodyBytesMax {
        exchange.isTooLarge = true
        exchange.body = Data()
      } else if !exchange.isTooLarge {
        exchange.body.append(data)
      }
      open[dataTask.taskIdentifier] = exchange
      return exchange.isTooLarge
    }
    if isTooLarge { dataTask.cancel() }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    guard let exchange = lock.withLock({ open.removeValue(forKey: task.taskIdentifier) }) else { return }
    exchange.continuation.resume(returning: reply(to: task, error, exchange))
  }

  private func reply(to task: URLSessionTask, _ error: (any Error)?, _ exchange: Exchange) -> Reply {
    if exchange.isTooLarge { return .failure(failure: .outcomeUnknown) }
    // Linux tells of a challenge that was rejected as an error, beside the answer that carried it.
    if let error, !exchange.isChallenged { return .failure(failure: failure(error)) }
    guard let answer = task.response as? HTTPURLResponse else { return .failure(failure: .outcomeUnknown) }
    let headers = answer.allHeaderFields.compactMap { name, value -> Header? in
      guard let name = name as? String, let value = value as? String else { return nil }
      return Header(name: name, value: value)
    }
    let status = UInt16(exactly: answer.statusCode) ?? 0
    return .response(response: Response(status: status, headers: headers, body: exchange.body))
  }

  /// Not sent is said only where no byte of the request can have left.
  private func failure(_ error: any Error) -> TransportFailure {
    switch (error as? URLError)?.code {
    case .cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .notConnectedToInternet, .unsupportedURL, .badURL,
      .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
      .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
      return .notSent
    default:
      return .outcomeUnknown
    }
  }
}
