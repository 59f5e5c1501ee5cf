package import Delivery
package import Storage
package import Timekeeping

/// What a service does with commands that arrive, and with the answers to those that it sent.
///
/// Every method runs inside a transaction and may run again from the start: it has no effect outside `session`.
/// To undo what it wrote and have the sender try again, it throws.
package protocol CommandHandler: Sendable {
    /// Carries out `command`; called once for each key, however often it arrives.
    ///
    /// - Returns: The answer, which is stored and replayed. A transient one (`CommandReply.isTransient`) is not
    ///   stored, and must be given before anything was written.
    func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply

    /// Takes the answer OK to an entry of the outbox: the next step of whatever wished for it.
    func delivered(
        _ entry: OutboxEntry,
        reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError)

    /// Takes a final refusal of an entry of the outbox.
    ///
    /// - Returns: Whether it is dealt with; if not, the entry is parked.
    func refused(
        _ entry: OutboxEntry,
        reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> Bool
}

extension CommandHandler {
    package func delivered(
        _ entry: OutboxEntry,
        reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {}

    package func refused(
        _ entry: OutboxEntry,
        reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> Bool {
        false
    }
}
