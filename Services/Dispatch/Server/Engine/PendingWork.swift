internal import Delivery
internal import DispatchCore
internal import Model

/// Names a command as its sender does: a key means something within its tenant alone.
struct CommandName: Hashable {
    let tenant: TenantID
    let key: IdempotencyKey

    init(_ command: Command) {
        tenant = command.tenant
        key = command.key
    }
}

/// A command between its arrival and its reply.
struct PendingCommand {
    let command: Command
    /// Who waits for the reply: the first caller, and everybody who said the same meanwhile.
    var callers: [CallTicket]
    /// Which booking it is about.
    var booking: BookingID?
    /// The step that it asks for; of a booking that has ended the store's row is asked.
    var input: BookingInput?
    /// What is stored with the step.
    var notes = StepNotes()
    /// What the partner says of a new booking.
    var details: BookingDetails?
}

/// What a job is for, until its end is reported.
enum PendingJob {
    /// A decision of the tenant's market, with the command that caused it.
    case decision(TenantID, Decision, CommandName?, EngineJob)
    /// A command that needs no decision: a shift, a roster, a tariff, or an answer to record.
    case command(CommandName, EngineJob)
}
