import SimulationWorld

/// Seeds by name. A change of the simulator gives every seed another story: then the broken ones are looked for
/// again (`simulate --seeds 1..200 --until-failure --without NAME`), and a table of what was found goes with them.
enum SeedTable {
    struct Broken: Sendable, CustomStringConvertible {
        let mutation: Mutation
        let seed: UInt64
        /// Part of what the checkers say.
        let finding: String

        var description: String { "\(mutation.rawValue) \(seed)" }
    }

    /// Events after which a run without a safeguard is given up: some never come to rest.
    static let brokenStepCountMax = 12_000

    /// Seeds that found something at some time are among them (README.md).
    static let fixed: [UInt64] = Array(1...30)

    /// README.md shows this table too.
    static let broken: [Broken] = [
        Broken(
            mutation: .skipInboxCheck,
            seed: 55,
            finding: "acknowledged 0 times, happened 1"
        ),
        Broken(
            mutation: .skipInboxCheck,
            seed: 31,
            finding: "was answered 201 and is now answered 201, otherwise"
        ),
        Broken(
            mutation: .skipUsedQuotes,
            seed: 1,
            finding: "were both made of one quote"
        ),
        Broken(
            mutation: .skipFeedResume,
            seed: 4,
            finding: "and shown as"
        ),
        Broken(
            mutation: .acknowledgeTrailFirst,
            seed: 6,
            finding: "were acknowledged and are in no trail"
        ),
        Broken(
            mutation: .skipIdempotencyClaim,
            seed: 1,
            finding: "is now answered 409, otherwise"
        ),
        Broken(
            mutation: .skipStoredAnswers,
            seed: 1,
            finding: "is now answered 500"
        ),
        Broken(
            mutation: .skipSync,
            seed: 2,
            finding: "was acknowledged and is lost"
        ),
        Broken(
            mutation: .skipFence,
            seed: 1,
            finding: "bookings are open"
        ),
        Broken(
            mutation: .skipVersionCheck,
            seed: 21,
            finding: "its feed ends"
        ),
        Broken(
            mutation: .skipDriverLost,
            seed: 2,
            finding: "bookings are open"
        ),
        Broken(
            mutation: .acknowledgeBeforeCommit,
            seed: 2,
            finding: "was acknowledged and is lost"
        ),
        Broken(
            mutation: .skipShiftSnapshot,
            seed: 1,
            finding: "as 0, dispatch as"
        ),
        Broken(
            mutation: .freshProviderKeys,
            seed: 8,
            finding: "the provider holds"
        ),
        Broken(
            mutation: .forgetSentEntries,
            seed: 1,
            finding: "has not arrived"
        ),
    ]
}
