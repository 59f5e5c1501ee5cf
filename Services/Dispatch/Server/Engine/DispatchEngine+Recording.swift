internal import Delivery
internal import DeliverySQL
internal import Model
internal import Storage

extension DispatchEngine {
    /// Runs a command as one transaction: inbox check, `body`, inbox record.
    ///
    /// - Parameters:
    ///   - body: Carries the command out. A reply that passes by itself must come before anything is written.
    ///   - again: What memory has to follow where the command was carried out before.
    mutating func record(
        _ name: CommandName,
        at moment: EngineMoment,
        again: @escaping @Sendable (any SQLSession) throws(StorageError) -> JobOutcome.Effect = {
            _ throws(StorageError) in .none
        },
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> JobOutcome
    ) -> [EngineOutput] {
        guard let command = commands[name]?.command else { return [] }
        return start({ session throws(StorageError) in
            if let known = try Inbox.reply(to: command, in: session) {
                return JobOutcome(try again(session), reply: known)
            }
            let outcome = try body(session)
            if let reply = outcome.reply, !reply.isTransient {
                try InboxTable.insert(command, reply, at: moment.real, in: session)
            }
            return outcome
        }) { .command(name, $0) }
    }
}
