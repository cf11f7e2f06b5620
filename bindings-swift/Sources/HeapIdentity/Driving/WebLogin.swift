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
    /// - Parameters:
    ///   - scheme: the scheme that the server behind the assertion consumer service redirects to.
    ///   - anchor: where the sheet is shown.
    ///   - isEphemeral: whether the browser forgets the session at the identity provider afterwards.
    @MainActor
    public func login(
      scheme: String, anchor: any ASWebAuthenticationPresentationContextProviding, isEphemeral: Bool = false
    ) async throws -> VerifiedAssertion {
      guard let url = URL(string: try begin()) else {
        throw HeapIdentityError.InvalidInput(code: "swift.sso_url", message: "the SSO URL is no address")
      }
      let callback: URL = try await withCheckedThrowingContinuation { continuation in
        let session = ASWebAuthenticationSession(url: url, callbackURLScheme: scheme) { callback, error in
          if let callback {
            continuation.resume(returning: callback)
          } else {
            continuation.resume(throwing: error ?? CancellationError())
          }
        }
        session.presentationContextProvider = anchor
        session.prefersEphemeralWebBrowserSession = isEphemeral
        session.start()
      }
      return try finish(callback: callback)
    }
  }
#endif
