import Foundation
import HeapIdentity

/// The example of the package: the main job, on the embedded tenant or over HTTP.
@main
struct Tool {
  static func main() async {
    do {
      guard let arguments = try Arguments.parse(Array(CommandLine.arguments.dropFirst())) else {
        return print(Arguments.help)
      }
      guard arguments.baseUrl != nil else { return try await Demonstration(people: arguments.people).run() }
      try await sync(arguments)
    } catch let wrong as Wrong {
      fail("\(wrong.message); see --help", status: 2)
    } catch let error as HeapIdentityError {
      fail("\(error.message) (\(error.code))", status: 1)
    } catch {
      fail("\(error)", status: 1)
    }
  }

  private static func sync(_ arguments: Arguments) async throws {
    guard let baseUrl = arguments.baseUrl, let token = arguments.token, let directory = arguments.directory,
      let path = arguments.journal
    else { throw Wrong(message: "--base-url needs --token, --directory and --journal beside it") }
    let bearer = try String(contentsOfFile: token, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    let snapshot = try Snapshot.fromJson(text: try String(contentsOfFile: directory, encoding: .utf8))
    let journal = try FileJournal(path: path)
    let engine = try Engine(
      config: SyncConfig(baseUrl: baseUrl, bearerToken: Secret(text: bearer)), directory: snapshot,
      journal: journal.earlier)
    if let digest = arguments.approve { try engine.approve(digest: digest) }
    let driver = SyncDriver(engine: engine, transport: URLSessionTransport(), journal: journal)
    let watching = Task {
      for await progress in driver.progress { print("\(progress.done) of \(progress.total)") }
    }
    let running = Task { try await driver.run() }
    let interrupt = Interrupt { running.cancel() }
    let summary = try await running.value
    interrupt.stop()
    watching.cancel()
    show(summary, of: engine)
    try await journal.replace(with: engine.compactedJournal())
    guard summary.outcome == .finished && summary.failed == 0 && summary.conflicts == 0 else { exit(3) }
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data("heap-identity-swift: \(message)\n".utf8))
    exit(status)
  }
}
