/// Why a test cannot go on.
struct EdgeFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
