import Foundation
import HeapIdentity

// Verifies the one Response of a file again and again, and prints the nanoseconds of one verification: the best of several
// rounds, which the machine's other work disturbs the least. `measure-verify-rust` does the same without Swift.

let words = CommandLine.arguments
guard words.count == 4, let count = Int(words[3]) else {
  FileHandle.standardError.write(Data("usage: measure-verify RESPONSE CERTIFICATE COUNT\n".utf8))
  exit(2)
}
let response = try String(contentsOfFile: words[1], encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
let certificate = try Certificate(pem: try String(contentsOfFile: words[2], encoding: .utf8))
let trust = Trust(entityId: "https://sso.jumpcloud.com/saml2/heap", certificates: [certificate])
let heap = ServiceProvider(
  entityId: "https://heapanalytics.com", acsUrl: "https://heapanalytics.com/saml/finalize/1234567/", trusted: [trust])
let now = Date(timeIntervalSince1970: 1_772_359_200)

var best = Double.infinity
for _ in 0..<10 {
  let begun = DispatchTime.now().uptimeNanoseconds
  for _ in 0..<count {
    let login = try heap.verify(
      samlResponse: response, expected: .unsolicited, now: now, replay: ReplayCache(capacity: 1))
    guard login.subject() == "ann@example.com" else { fatalError("another subject") }
  }
  best = min(best, Double(DispatchTime.now().uptimeNanoseconds - begun) / Double(count))
}
print(Int(best))
