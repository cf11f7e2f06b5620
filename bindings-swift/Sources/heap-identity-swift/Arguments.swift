import HeapIdentity

/// What the command line asks for.
struct Arguments {
  var baseUrl: String?
  var token: String?
  var directory: String?
  var journal: String?
  var approve: String?
  var people = 25

  static let help = """
    Brings a Heap tenant to what a directory says.

    usage: heap-identity-swift [--people N]
           heap-identity-swift --base-url URL --token FILE --directory FILE --journal FILE [--approve DIGEST]

    Without a base URL it shows the main job on an embedded tenant: a directory of N people is provisioned, one of them
    logs in, and a second run has nothing to do.

      --base-url URL    the SCIM base URL from Heap's settings
      --token FILE      the file with the bearer token
      --directory FILE  {"users": [...], "groups": [...], "groupManagement"?}
      --journal FILE    where the engine's records are kept
      --approve DIGEST  approves the plan with this digest, which an earlier run has shown
      --help            prints this

    Ctrl-C begins nothing more and stores what was done; the next run goes on from there.
    exit status: 0 the tenant equals the directory, 3 something was held back or failed, 2 bad usage, 1 anything else
    """

  /// None where help is asked for.
  static func parse(_ words: [String]) throws -> Arguments? {
    var arguments = Arguments()
    var words = words.makeIterator()
    while let word = words.next() {
      if word == "--help" || word == "-h" { return nil }
      guard let value = words.next() else { throw Wrong(message: "\(word) needs a value") }
      switch word {
      case "--base-url": arguments.baseUrl = value
      case "--token": arguments.token = value
      case "--directory": arguments.directory = value
      case "--journal": arguments.journal = value
      case "--approve": arguments.approve = value
      case "--people":
        guard let people = Int(value), people > 0 else { throw Wrong(message: "--people: expected a number from 1 up") }
        arguments.people = people
      default: throw Wrong(message: "unexpected \(word)")
      }
    }
    return arguments
  }
}

/// A mistake on the command line.
struct Wrong: Error {
  let message: String
}
