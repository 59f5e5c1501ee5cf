package import Model

/// A wish for an effect: the one way in which a service changes another's state.
///
/// The sender writes it to its outbox in the transaction that calls for the effect; the receiver records `key`
/// in its inbox in the transaction of the effect, so the effect happens once, however often the wish arrives.
package struct Command: Hashable, Sendable {
    /// Whose state changes.
    package let destination: ServiceName
    /// The method's number in the destination's registry.
    package let method: UInt16
    /// Made by the side that wants the effect; the same in every retry.
    package let key: IdempotencyKey
    /// The fleet it is for; 0 for the operator's own.
    package let tenant: TenantID
    /// On whose word, as recorded when it was wished for ("partner:ptn_...", "driver:drv_...", "service:dispatch").
    package let subject: String
    /// The encoded message, canonical, so that equal wishes have equal bytes.
    package let body: [UInt8]

    /// A command to `destination`; `method` is its number in the registry, `body` the encoded request.
    package init(
        destination: ServiceName,
        method: UInt16,
        key: IdempotencyKey,
        tenant: TenantID,
        subject: String,
        body: [UInt8]
    ) {
        self.destination = destination
        self.method = method
        self.key = key
        self.tenant = tenant
        self.subject = subject
        self.body = body
    }
}

/// What the receiver answered: stored in its inbox and replayed, byte for byte, to every retry.
package struct CommandReply: Hashable, Sendable {
    /// The status code of LBP/1; 0 is OK.
    package let code: UInt16
    /// The service's own finer code; 0 where there is none.
    package let subCode: UInt16
    /// The encoded answer; empty with an error.
    package let body: [UInt8]

    /// A reply with a status code of calls; `body` is the encoded answer, empty where it failed.
    package init(code: UInt16, subCode: UInt16 = 0, body: [UInt8] = []) {
        self.code = code
        self.subCode = subCode
        self.body = body
    }

    /// Whether the effect took place.
    package var isOK: Bool { code == 0 }
}
