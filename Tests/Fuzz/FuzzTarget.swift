/// What a target found wrong: an invariant that does not hold.
struct FuzzFinding: Error {
    /// The sentence that is not true, with values.
    let sentence: String
}

/// Throws where `condition` is false.
func hold(_ condition: Bool, _ sentence: @autoclosure () -> String) throws(FuzzFinding) {
    guard condition else { throw FuzzFinding(sentence: sentence()) }
}

/// Something that takes any bytes and must neither trap nor break an invariant.
struct FuzzTarget: Sendable {
    /// What it is called on the command line.
    let name: String
    /// Inputs to start from, made of the golden vectors.
    let corpus: @Sendable ([[UInt8]]) -> [[UInt8]]
    /// Runs it on one input.
    let run: @Sendable ([UInt8]) throws(FuzzFinding) -> Void

    /// Every target that must survive.
    static let all = [frames, connection, messages]

    /// The target with this name, the canary among them.
    static func named(_ name: String) -> FuzzTarget? {
        (all + [canary]).first { $0.name == name }
    }
}
