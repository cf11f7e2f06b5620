import Foundation
import HeapIdentity
import Testing

@Suite struct ScimTests {
  @Test func filters_are_read_built_and_printed() throws {
    let built = try Filter.comparing(attribute: "userName", operator: .equal, value: .text(value: #"a"b\c"#))
    #expect("\(built)" == #"userName eq "a\"b\\c""#)
    #expect(try Filter(text: "\(built)") == built)
    let both = built.and(other: try .present(attribute: "title")).or(other: built.negated())
    #expect(try Filter(text: "\(both)") == both)
    #expect(both.attributes().contains("title"))
    #expect(try Filter(text: #"active eq true"#).matches(resource: #"{"userName":"a","active":true}"#, kind: .user))
  }

  @Test func d24_filters_are_checked_against_the_schema() throws {
    let ordered = try Filter(text: "active gt true")
    #expect(try failure { try ordered.check(kind: .user) }.code == "scim.invalid_filter")
    #expect(try failure { _ = try Filter(text: "userName eq") }.code == "scim.invalid_filter")
    try Filter(text: #"members eq "1""#).check(kind: .group)
  }

  @Test func a_patch_leads_from_one_resource_to_another() throws {
    let before = #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","title":"x"}"#
    let after = #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","active":true}"#
    let patch = try Patch.between(before: before, after: after, kind: .user)
    let patched = try patch.apply(resource: before, kind: .user)
    #expect(patched.changed && patched.tolerated.isEmpty)
    #expect(try isSame(patched.resource, after))
    #expect(try Patch(json: patch.json()).operationCount() == patch.operationCount())
  }

  @Test func members_are_added_in_pieces() throws {
    let patch = Patch.members(add: (1...5).map { "u\($0)" }, remove: ["u9"])
    let chunks = patch.chunks(valuesMax: 2)
    #expect(chunks.count >= 3)
    var group = #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"T","members":[{"value":"u9"}]}"#
    for chunk in chunks { group = try chunk.apply(resource: group, kind: .group).resource }
    #expect((try object(group)["members"] as? [Any])?.count == 5)
  }

  @Test func a_dialect_is_tolerated_by_name_alone() throws {
    let message = #"{"Operations":[{"op":"Replace","path":"active","value":"False"}]}"#
    let user = #"{"userName":"a","active":true}"#
    #expect(try failure { _ = try Patch(json: message) }.code == "scim.invalid_syntax")
    let entra = try Patch(json: message, dialect: .entra).apply(resource: user, kind: .user, dialect: .entra)
    #expect(try object(entra.resource)["active"] as? Bool == false)
    let any = try patchInAnyDialect(resource: user, message: message, kind: .user)
    #expect(!any.tolerated.isEmpty && Set(any.tolerated).isSubset(of: allTolerances()))
  }

  @Test func the_service_is_called_by_the_clients_requests() throws {
    let token = Secret(text: "token")
    let service = try ScimService(baseUrl: "https://scim.example/v2", token: token, seed: 1)
    let endpoint = try ScimEndpoint(baseUrl: "https://scim.example/v2", token: token)
    let user = Data(#"{"schemas":["\#(schemaUrn(kind: .user))"],"userName":"ann"}"#.utf8)
    let created = try service.handle(request: endpoint.create(kind: .user, resource: user), now: now)
    #expect(created.status == 201 && created.header("location") != nil)
    let id = try #require(try object(String(decoding: created.body, as: UTF8.self))["id"] as? String)
    let patch = try Patch(json: #"{"Operations":[{"op":"add","path":"title","value":"Dr"}]}"#)
    #expect(try service.handle(request: endpoint.modify(kind: .user, id: id, patch: patch), now: now).status < 300)
    let found = try service.handle(request: endpoint.find(kind: .user, filter: Filter(text: #"title eq "Dr""#)), now: now)
    #expect(try listPage(body: found.body).totalResults == 1)
    #expect(try service.handle(request: endpoint.read(kind: .user, id: id), now: now).status == 200)
    #expect(try service.handle(request: endpoint.delete(kind: .user, id: id), now: now).status == 204)
    let gone = try service.handle(request: endpoint.read(kind: .user, id: id), now: now)
    #expect(gone.status == 404 && scimFailure(body: gone.body)?.status == 404)
    let stranger = try ScimEndpoint(baseUrl: "https://scim.example/v2", token: Secret(text: "other"))
    #expect(try service.handle(request: stranger.schemas(), now: now).status == 401)
  }

  @Test func f33_a_list_is_whole_when_as_many_were_seen_as_there_are() throws {
    let service = try ScimService(baseUrl: "https://scim.example/v2", seed: 1)
    for number in 1...5 { _ = try service.add(kind: .user, resource: #"{"schemas":["\#(schemaUrn(kind: .user))"],"userName":"u\#(number)"}"#, now: now) }
    let endpoint = try ScimEndpoint(baseUrl: "https://scim.example/v2", token: Secret(text: "t"))
    let listing = ScimListing()
    var pages = 0
    while !listing.isComplete() {
      let request = endpoint.list(kind: .user, position: listing.position(), count: 2, withMembers: false)
      let page = try listPage(body: service.handle(request: request, now: now).body)
      pages += 1
      if try listing.take(page: page) == .complete { break }
    }
    #expect(pages == 3 && listing.isComplete())
  }

  @Test func f41_what_a_service_can_do_is_found_out_by_reading() throws {
    for (variants, filters) in [(Variants(), ScimFilters.proven), (Variants(filtering: .ignored), .ignored)] {
      let service = try ScimService(baseUrl: "https://scim.example/v2", variants: variants, seed: 1)
      _ = try service.add(kind: .user, resource: #"{"schemas":["\#(schemaUrn(kind: .user))"],"userName":"ann"}"#, now: now)
      let discovery = ScimDiscovery(endpoint: try ScimEndpoint(baseUrl: "https://scim.example/v2", token: Secret(text: "t")))
      while let request = discovery.request() {
        #expect(request.method == "GET")
        try discovery.receive(response: service.handle(request: request, now: now))
      }
      let profile = discovery.profile()
      #expect(profile.filters == filters && profile.writes == .patch)
      #expect(profile.evidence.allSatisfy { $0.code.hasPrefix("scim.found.") })
      let change = try discovery.change(kind: .user, before: #"{"id":"1","userName":"a"}"#, after: #"{"id":"1","userName":"a","title":"x"}"#)
      #expect(change?.method == "PATCH")
    }
  }

  @Test func an_endpoint_in_the_clear_is_refused() throws {
    let error = try failure { _ = try ScimEndpoint(baseUrl: "ftp://x", token: Secret(text: "t")) }
    #expect(error.code.hasPrefix("scim."))
  }
}
