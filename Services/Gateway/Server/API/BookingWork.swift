internal import GatewayCore
internal import HTTP
internal import Model

/// A claimed booking on its way.
struct BookingWork: Sendable {
    /// Whose key it was claimed under.
    let scope: IdempotencyScope
    /// As it was claimed for this work.
    let record: IdempotencyRecord
    /// What dispatch is sent, in the first try and in every repeat.
    let command: [UInt8]
    /// The quote that is booked.
    let quote: QuoteID

    /// What is made.
    var booking: BookingID { record.booking }
    /// The key of the effect at dispatch.
    var effect: IdempotencyKey { record.effect }
}

extension StoredAnswer {
    /// The answer that tells `problem`.
    init(_ problem: Problem) {
        self.init(
            status: problem.status.code,
            body: problem.encoded(),
            contentType: Problem.contentType
        )
    }
}
