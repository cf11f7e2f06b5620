import Foundation
import HeapIdentity
import Testing

/// The core's vectors give the same verdicts here.
@Suite struct VectorTests {
  private func kind(_ resource: [String: Any]) -> ResourceKind {
    let schemas = resource["schemas"] as? [String] ?? []
    return schemas.contains(schemaUrn(kind: .group)) ? .group : .user
  }

  private func text(_ value: Any) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed]), as: UTF8.self)
  }

  private func file(_ name: String) throws -> [String: Any] {
    try object(String(decoding: vector("scim/\(name).json"), as: UTF8.self))
  }

  @Test func d24_every_filter_vector_gives_its_answer() throws {
    let file = try file("filters")
    let resources = try #require(file["resources"] as? [String: [String: Any]])
    let vectors = try #require(file["vectors"] as? [[String: Any]])
    #expect(vectors.count == 299)
    for vector in vectors {
      let resource = try #require(resources[vector["resource"] as! String])
      let filter = vector["filter"] as! String
      let matches = try Filter(text: filter).matches(resource: text(resource), kind: kind(resource))
      #expect(matches == vector["expect"] as? Bool, "\(vector["id"] ?? ""): \(filter)")
    }
  }

  @Test func d24_every_invalid_filter_is_refused() throws {
    let vectors = try #require(try file("filters")["invalid"] as? [[String: Any]])
    #expect(vectors.count == 17)
    for vector in vectors {
      let error = try failure {
        _ = try Filter(text: vector["filter"] as! String).matches(resource: #"{"userName":"ann"}"#, kind: .user)
      }
      #expect(error.code == code(vector["expect"] as! String), "\(vector["id"] ?? "")")
    }
  }

  @Test func d24_every_patch_vector_gives_its_answer() throws {
    let vectors = try #require(try file("patches")["vectors"] as? [[String: Any]])
    #expect(vectors.count == 56)
    for vector in vectors {
      let before = try #require(vector["before"] as? [String: Any])
      let message = try text(["Operations": vector["patch"]!])
      do {
        let after = try patchInAnyDialect(resource: text(before), message: message, kind: kind(before))
        #expect(try isSame(after.resource, text(vector["after"]!)), "\(vector["id"] ?? "")")
      } catch let error as HeapIdentityError {
        let allowed = (vector["error"] as? [String] ?? []).map(code)
        #expect(allowed.contains(error.code), "\(vector["id"] ?? ""): \(error)")
      }
    }
  }

  /// `invalidFilter` is `scim.invalid_filter`.
  private func code(_ scimType: String) -> String {
    "scim." + scimType.map { $0.isUppercase ? "_\($0.lowercased())" : "\($0)" }.joined()
  }

  /// Genuine Responses and every known attack, with what the Rust library said of them a moment ago.
  @Test(.enabled(if: Outside.samlVectors != nil, "`cargo xtask test swift` makes the Responses"))
  func a01_genuine_and_hostile_responses_have_the_verdicts_that_they_have_in_rust() throws {
    let trusted = [try certificate(), try certificate("p256")]
    let sp = ServiceProvider(
      entityId: heap, acsUrl: "https://heapanalytics.com/saml/finalize/1234567/",
      trusted: [Trust(entityId: idpEntityId, certificates: trusted)])
    var replays: [String: ReplayCache] = [:]
    var (accepted, refused) = (0, 0)
    let lines = try String(contentsOfFile: try #require(Outside.samlVectors), encoding: .utf8).split(separator: "\n")
    for line in lines {
      let vector = try object(String(line))
      let session = try #require(vector["session"] as? String)
      let replay = replays[session] ?? ReplayCache(capacity: 10)
      replays[session] = replay
      let request = vector["in_response_to"] as? String
      let expected = request.map { Expected.answerTo(requestId: $0, idpEntityId: idpEntityId) } ?? .unsolicited
      do {
        let login = try sp.verify(
          samlResponse: vector["response"] as! String, expected: expected, now: now, replay: replay)
        #expect(login.subject() == vector["name_id"] as? String, "\(vector["id"] ?? "")")
        accepted += 1
      } catch let error as HeapIdentityError {
        #expect(error.code == vector["code"] as? String, "\(vector["id"] ?? "")")
        #expect(error.report?.outcomes.first { $0.status == "failed" }?.check.code == error.code)
        refused += 1
      }
    }
    #expect(accepted >= 12 && refused >= 90)
  }
}
