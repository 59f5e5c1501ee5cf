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
    /// Whether the target's canary fails on this input: one that is not in the corpus and lies behind the target's own
    /// checks, so that a fuzzer that does not find it finds nothing.
    let isCanary: @Sendable ([UInt8]) -> Bool

    /// Every target that must survive.
    static let all = [frames, connection, messages, requests, json, locations]

    /// The target with this name.
    static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }

    /// The same target that fails on purpose at its canary.
    var withCanary: FuzzTarget {
        FuzzTarget(
            name: name,
            corpus: corpus,
            run: { [self] input throws(FuzzFinding) in
                try run(input)
                try hold(!isCanary(input), "the canary sings")
            },
            isCanary: isCanary
        )
    }
}
