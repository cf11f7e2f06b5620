import Foundation
import HeapIdentity
import Testing

@Suite struct DirectoryTests {
  @Test func a_directory_gives_back_what_it_was_made_of() throws {
    let people = [person("ann", role: "Analyst"), person("bob", active: false)]
    let groups = [DirectoryGroup(id: "g1", name: "Team"), DirectoryGroup(id: "g2", name: "Other", bound: false)]
    let directory = try Snapshot(
      people: people, groups: groups, memberships: [Membership(group: "g1", person: "ann")], groupManagement: false)
    #expect(directory.people() == people && directory.groups() == groups)
    #expect(directory.person(id: "ann") == people[0] && directory.person(id: "cat") == nil)
    #expect(directory.group(id: "g2") == groups[1])
    #expect(directory.members(group: "g1") == [people[0]] && directory.members(group: "none") == nil)
    #expect(directory.peopleCount() == 2 && directory.groupCount() == 2 && directory.membershipCount() == 1)
    #expect(!directory.hasGroupManagement())
  }

  @Test func a_membership_of_nobody_is_refused() throws {
    let error = try failure {
      _ = try Snapshot(people: [], memberships: [Membership(group: "g1", person: "ann")])
    }
    #expect(error.code.hasPrefix("directory."))
    let twice = try failure { _ = try Snapshot(people: [person("ann"), person("ann")]) }
    #expect(twice.code.hasPrefix("directory.") && twice.message.contains("ann"))
  }

  @Test func a_directory_file_is_read_and_a_broken_one_says_where() throws {
    let json = """
      {"users": [{"id": "1", "userName": "ann@example.com", "active": true}],
       "groups": [{"id": "g", "name": "Team", "members": ["1"]}]}
      """
    #expect(try Snapshot.fromJson(text: json).membershipCount() == 1)
    let error = try failure { _ = try Snapshot.fromJson(text: "{\n\"users\": 5}") }
    #expect(error.code.hasPrefix("directory.") && error.message.contains("line 2"))
  }

  @Test func tables_and_scim_resources_become_directories() throws {
    let csv = try Snapshot.fromCsv(people: "id,userName,active\n1,ann@example.com,true\n", memberships: "groupId,groupName,userId\n")
    #expect(csv.people().map(\.userName) == ["ann@example.com"])
    let scim = try Snapshot.fromScim(
      users: [#"{"id":"1","userName":"ann@example.com","active":true}"#],
      groups: [#"{"id":"g","displayName":"Team","members":[{"value":"1"}]}"#])
    #expect(scim.membershipCount() == 1)
  }

  @Test func r12_access_is_granted_by_bound_groups_alone() throws {
    let directory = try Snapshot(
      people: [person("ann"), person("bob"), person("cat", active: false)],
      groups: [DirectoryGroup(id: "g1", name: "Team"), DirectoryGroup(id: "g2", name: "Other", bound: false)],
      memberships: [
        Membership(group: "g1", person: "ann"), Membership(group: "g2", person: "bob"),
        Membership(group: "g1", person: "cat"),
      ])
    #expect(directory.access(person: "ann") == .granted(groups: [DirectoryGroup(id: "g1", name: "Team")]))
    for (id, code) in [("bob", "no_bound_group"), ("cat", "suspended"), ("nobody", "unknown_person")] {
      guard case .denied(let found, let message) = directory.access(person: id) else {
        Issue.record("\(id) has access")
        continue
      }
      #expect(found == "directory.\(code)" && !message.isEmpty)
    }
  }

  @Test func what_differs_is_told_and_leads_from_one_to_the_other() throws {
    let before = try directory(["ann", "bob"])
    let after = try directory(["bob", "cat"], in: "Crew")
    let diff = before.diff(after: after)
    #expect(diff.peopleAdded == ["cat"] && diff.peopleRemoved == ["ann"] && diff.peopleChanged.isEmpty)
    #expect(diff.groupsChanged == ["g1"] && diff.groupsAdded.isEmpty && diff.groupsRemoved.isEmpty)
    #expect(diff.joined == 1)
    #expect(diff.changes.contains(.personSet(person: person("cat"))))
    #expect(before.diff(after: before).changes.isEmpty)
  }
}
