import Foundation

/// What the first Ctrl-C does, in place of ending the process; the second ends it.
struct Interrupt {
  private let source: any DispatchSourceSignal

  init(_ action: @escaping @Sendable () -> Void) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      action()
      signal(SIGINT, SIG_DFL)
    }
    source.resume()
  }

  /// From now on Ctrl-C ends the process.
  func stop() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}
