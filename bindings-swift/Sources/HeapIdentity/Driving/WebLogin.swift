import Foundation

#if canImport(AuthenticationServices)
  import AuthenticationServices
#endif

/// A login by SAML in an app: the app is the service provider, and a browser shows the identity provider.
///
/// The assertion consumer service is an `https` address of the app's maker, for an identity provider posts there. All
/// that the server behind it does is to redirect to `SCHEME:login?SAMLResponse=…&RelayState=…` with the form's two values;
/// it need not be trusted, since the app verifies the Response.
public final class WebLogin: Sendable {
  private let serviceProvider: ServiceProvider
  private let idpEntityId: String
  private let ssoUrl: String
  private let pending: PendingRequests
  private let replay: ReplayCache

  /// Logins of this service provider at this identity provider, by the address where it takes requests. What waits for its
  /// answer, and which Assertions were used, is remembered as given: sixteen logins for ten minutes, a thousand Assertions.
  public init(
    serviceProvider: ServiceProvider, idpEntityId: String, ssoUrl: String,
    pending: PendingRequests = PendingRequests(capacity: 16, lifetime: 600),
    replay: ReplayCache = ReplayCache(capacity: 1000)
  ) {
    self.serviceProvider = serviceProvider
    self.idpEntityId = idpEntityId
    self.ssoUrl = ssoUrl
    self.pending = pending
    self.replay = replay
  }

  /// Begins a login: the address to show to the person.
  public func begin(now: Date = Date()) throws -> String {
    let request = try serviceProvider.authnRequest(ssoUrl: ssoUrl, now: now)
    try pending.open(id: request.id(), idpEntityId: idpEntityId, now: now)
    return try request.redirectUrl(relayState: request.id())
  }

  /// Ends a login with the address that the browser was sent to at last.
  public func finish(callback: URL, now: Date = Date()) throws -> VerifiedAssertion {
    let items = URLComponents(url: callback, resolvingAgainstBaseURL: false)?.queryItems ?? []
    let responses = items.filter { $0.name == "SAMLResponse" }.compactMap(\.value)
    guard responses.count == 1, let response = responses.first else {
      throw HeapIdentityError.InvalidInput(
        code: "swift.callback", message: "expected one `SAMLResponse` in the callback; found \(responses.count)")
    }
    let request = try pending.find(id: claimedRequest(samlResponse: response) ?? "", now: now)
    let login = try serviceProvider.verify(
      samlResponse: response, expected: request.expected(), now: now, replay: replay)
    // Only a verified answer uses its request up: a forged one must not end somebody's login.
    _ = try pending.take(id: request.id, now: now)
    return login
  }
}

#if canImport(AuthenticationServices) && !os(watchOS) && !os(tvOS)
  extension WebLogin {
    /// Logs a person in with the system's browser sheet.
    ///
    /// ```swift
    /// final class Anchor: NSObject, ASWebAuthenticationPresentationContextProviding {
    ///   let window: ASPresentationAnchor
    ///   init(window: ASPresentationAnchor) { self.window = window }
    ///   func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor { window }
    /// }
    /// let person = try await login.login(scheme: "myapp", anchor: Anchor(window: window))
    /// ```
    /// The scheme needs no entry in the app's `Info.plist`.
    ///
    /// - Parameters:
    ///   - scheme: the scheme that the server behind the assertion consumer service redirects to.
    ///   - anchor: where the sheet is shown.
    ///   - isEphemeral: whether the browser forgets the session at the identity provider afterwards.
    /// - Throws: `HeapIdentityError` for a login that is refused; what the system says of a person who closes the sheet; and
    ///   `CancellationError` when the task is cancelled, which closes it.
    @MainActor
    public func login(
      scheme: String, anchor: any ASWebAuthenticationPresentationContextProviding, isEphemeral: Bool = false
    ) async throws -> VerifiedAssertion {
      guard let url = URL(string: try begin()) else {
        throw HeapIdentityError.InvalidInput(code: "swift.sso_url", message: "the SSO URL is no address")
      }
      let sheet = BrowserSheet()
      let callback = try await withTaskCancellationHandler {
        try await sheet.callback(of: url, scheme: scheme, anchor: anchor, isEphemeral: isEphemeral)
      } onCancel: {
        Task { @MainActor in sheet.cancel() }
      }
      return try finish(callback: callback)
    }
  }

  /// One sheet of the browser. It holds the session and its anchor while it is shown, and ends once, however it ends.
  @MainActor
  private final class BrowserSheet {
    private var session: ASWebAuthenticationSession?
    private var anchor: (any ASWebAuthenticationPresentationContextProviding)?
    private var continuation: CheckedContinuation<URL, any Error>?

    func callback(
      of url: URL, scheme: String, anchor: any ASWebAuthenticationPresentationContextProviding, isEphemeral: Bool
    ) async throws -> URL {
      defer { (session, self.anchor) = (nil, nil) }
      return try await withCheckedThrowingContinuation { continuation in
        self.continuation = continuation
        // Called on a queue of the system's own.
        let session = ASWebAuthenticationSession(url: url, callbackURLScheme: scheme) { @Sendable callback, error in
          Task { @MainActor in self.end(callback, error) }
        }
        session.presentationContextProvider = anchor
        session.prefersEphemeralWebBrowserSession = isEphemeral
        (self.session, self.anchor) = (session, anchor)
        if !session.start() { end(nil, nil) }
      }
    }

    func cancel() {
      session?.cancel()
      end(nil, CancellationError())
    }

    private func end(_ callback: URL?, _ error: (any Error)?) {
      guard let continuation else { return }
      self.continuation = nil
      if let callback { return continuation.resume(returning: callback) }
      let notShown = HeapIdentityError.InvalidInput(
        code: "swift.browser", message: "the browser cannot be shown; does the anchor name a window?")
      continuation.resume(throwing: error ?? notShown)
    }
  }
#endif
