package import Delivery
internal import DeliverySQL
package import Storage
package import Timekeeping
internal import WireFormat

/// What the gateway does with the answers to its commands. It takes none itself: nobody but its own API changes
/// its state.
package struct ProvisioningCommands: CommandHandler {
    /// Commands without a state of their own.
    package init() {}

    package func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        // Not a gap: the registry names no command that the gateway takes, so a caller that sends one is wrong and must
        // not try again.
        CommandReply(code: StatusCode.unimplemented.rawValue)
    }

    package func delivered(
        _ entry: OutboxEntry,
        reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        let command = entry.command
        try ProvisioningTable.settle(
            command.key,
            of: command.tenant,
            .delivered,
            at: now,
            in: session
        )
    }

    /// A refusal is shown with the tenant and ends the step: the next revision of the document sends all of it
    /// again, so nothing has to wait behind it.
    package func refused(
        _ entry: OutboxEntry,
        reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> Bool {
        let command = entry.command
        try ProvisioningTable.settle(
            command.key,
            of: command.tenant,
            .refused,
            code: reply.code,
            subCode: reply.subCode,
            at: now,
            in: session
        )
        return true
    }
}
