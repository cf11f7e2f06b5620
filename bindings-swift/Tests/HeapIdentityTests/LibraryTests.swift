import Testing

import HeapIdentity

@Suite struct LibraryTests {
  @Test func theVersionIsOneOfSemanticVersioning() {
    #expect(version().split(separator: ".").count == 3)
  }
}
