/// Keeps retries to a tenth of the calls, so that a peer in trouble is not buried by them.
///
/// A bucket of tokens: each first attempt earns a tenth of one, each retry costs one.
package struct RetryBudget: Hashable, Sendable {
    /// Tenths of a token that a retry costs.
    private static let retryCost = 10
    private let capacityInTenths: Int
    private var tenths: Int

    /// A full bucket.
    ///
    /// - Parameter capacity: The most retries in a row, 1 or more; 10 let a single lost connection be survived.
    package init(capacity: Int = 10) {
        precondition(capacity >= 1, "a retry budget of nothing")
        capacityInTenths = capacity * Self.retryCost
        tenths = capacityInTenths
    }

    /// Notes a first attempt.
    package mutating func noteCall() {
        tenths = min(tenths + 1, capacityInTenths)
    }

    /// Takes a token for a retry; false where there is none and the failure must be told instead.
    package mutating func takeRetry() -> Bool {
        guard tenths >= Self.retryCost else { return false }
        tenths -= Self.retryCost
        return true
    }
}
