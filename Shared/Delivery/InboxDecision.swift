internal import Model
package import Timekeeping

/// What a receiver remembers of a command that it has carried out.
package struct InboxRecord: Hashable, Sendable {
    /// Of the command's method and body: tells a retry from another wish under the same key.
    package let fingerprint: [UInt8]
    /// The answer, replayed to every retry.
    package let reply: CommandReply
    /// When it was carried out, real time.
    package let receivedAt: WallTime

    /// A record of a command that was answered at `receivedAt`, real time.
    package init(fingerprint: [UInt8], reply: CommandReply, receivedAt: WallTime) {
        self.fingerprint = fingerprint
        self.reply = reply
        self.receivedAt = receivedAt
    }
}

/// What a receiver does with a command that arrives.
package enum InboxDecision: Hashable, Sendable {
    /// Carry it out, and record it in the same transaction.
    case fresh
    /// Answer what was answered before; change nothing.
    case replay(CommandReply)
    /// The key was used for another wish: refuse, change nothing.
    case conflict

    /// How long a receiver must remember at least, given how long senders try: a day longer, for the entry that is
    /// sent at the last moment and lies in a queue.
    package static func retentionMin(for policy: RetryPolicy) -> Duration {
        policy.giveUpAfter + .seconds(86_400)
    }

    /// The decision on `command`, of which the inbox holds `stored`.
    package static func decide(_ command: Command, stored: InboxRecord?) -> InboxDecision {
        guard let stored else { return .fresh }
        return stored.fingerprint == command.fingerprint ? .replay(stored.reply) : .conflict
    }
}

extension Command {
    /// Of what must be equal in a retry: method and body; not the subject, whose spelling may change.
    package var fingerprint: [UInt8] {
        var fingerprint = Fingerprint()
        fingerprint.add(UInt64(method))
        fingerprint.add(body)
        return fingerprint.bytes
    }
}

extension CommandReply {
    /// FAILED_PRECONDITION of a key that was used for another command.
    package static let keyReused = CommandReply(code: 9, subCode: 0xFFFF)
}
