package import Delivery
package import Storage
package import Timekeeping

/// The receiving half of a hand-over, and the recording of its answer by the sender: one transaction each.
///
/// Synchronous over a session, so that services, fuzzer and simulator run the same lines.
package struct CommandExecutor: Sendable {
    private let handler: any CommandHandler

    /// An executor that lets `handler` do the work.
    package init(_ handler: any CommandHandler) {
        self.handler = handler
    }

    /// Carries out `command` once: the first time it is handled and recorded, then its answer is replayed.
    ///
    /// - Returns: The answer, or `CommandReply.keyReused` for another command under a known key.
    package func execute(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        let stored = try InboxTable.record(of: command.key, for: command.tenant, in: session)
        switch InboxDecision.decide(command, stored: stored) {
        case .replay(let reply):
            return reply
        case .conflict:
            return .keyReused
        case .fresh:
            let reply = try handler.handle(command, at: now, in: session)
            if !reply.isTransient {
                try InboxTable.insert(command, reply, at: now, in: session)
            }
            return reply
        }
    }

    /// The same as one transaction of `store`; durable once it returns.
    package func execute(
        _ command: Command,
        at now: WallTime,
        on store: any TransactionalStore
    ) async throws(StorageError) -> CommandReply {
        try await store.write { session throws(StorageError) in
            try self.execute(command, at: now, in: session)
        }
    }

    /// Records the final answer to an entry of the outbox, with its consequences.
    ///
    /// - Returns: What the relay is to be told.
    package func settle(
        _ entry: OutboxEntry,
        _ reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> OutboxRelay.Settlement {
        // An entry that was sent twice is answered twice; only the first answer has consequences.
        guard try OutboxTable.isWaiting(entry, in: session) else { return .done }
        if reply.isOK {
            try OutboxTable.remove(entry, in: session)
            try handler.delivered(entry, reply: reply, at: now, in: session)
            return .done
        }
        if try handler.refused(entry, reply: reply, at: now, in: session) {
            try OutboxTable.remove(entry, in: session)
            return .done
        }
        try OutboxTable.park(
            entry,
            because: reply.refusal(by: entry.command.destination),
            at: now,
            in: session
        )
        return .parked
    }
}
