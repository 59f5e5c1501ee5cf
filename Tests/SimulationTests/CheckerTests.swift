import Testing
@Suite struct Pending {}
