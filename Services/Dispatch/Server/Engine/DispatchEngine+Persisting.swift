internal import Delivery
internal import DeliverySQL
internal import DispatchCore
internal import Messages
internal import Model
internal import Storage
internal import Timekeeping

extension DispatchEngine {
    /// The transaction of a decision: row, event, explanation, outbox, and the inbox record of its command.
    mutating func persist(
        _ decision: Decision,
        of state: TenantState,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        let name = decision.ticket.flatMap { commandOfTicket[$0] }
        let pending = name.flatMap { commands[$0] }
        let booking = decision.change.booking.id
        let isNew = decision.change.expectedVersion == 0
        let details = (isNew ? pending?.details : state.details[booking]) ?? BookingDetails()
        let step = DecidedStep(
            decision: decision,
            details: details,
            notes: pending?.notes ?? StepNotes(),
            command: pending?.command
        )
        let outbox = outbox
        let tenant = state.tenant
        return start({ session throws(StorageError) in
            try step.store(outbox, at: moment.real, in: session)
        }) { .decision(tenant, decision, name, $0) }
    }

    /// Looks what became of a decision whose transaction ended without a known outcome.
    mutating func verify(
        _ decision: Decision,
        of tenant: TenantID,
        _ name: CommandName?,
        attempt: Int
    ) -> [EngineOutput] {
        let change = decision.change
        let command = name.flatMap { commands[$0]?.command }
        return start(
            { session throws(StorageError) in
                let row = try BookingRows.find(change.booking.id, of: tenant, in: session)
                var reply: CommandReply?
                if let command {
                    reply = try InboxTable.record(of: command.key, for: tenant, in: session)?.reply
                }
                if let row, row.booking == change.booking {
                    var position: UInt64?
                    if let event = change.event {
                        position = try EventRows.position(
                            of: event.sequence,
                            event.booking,
                            of: tenant,
                            in: session
                        )
                    }
                    return JobOutcome(.decided(feedPosition: position ?? 0), reply: reply)
                }
                if let reply { return JobOutcome(.none, reply: reply) }
                return JobOutcome(.overtaken(row))
            },
            attempt: attempt
        ) { .decision(tenant, decision, name, $0) }
    }
}

/// A decision with all that its transaction writes.
struct DecidedStep: Sendable {
    let decision: Decision
    let details: BookingDetails
    let notes: StepNotes
    let command: Command?

    /// Stores the step, or finds that its command was carried out before or that another writer came first.
    func store(
        _ outbox: OutboxTable,
        at real: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> JobOutcome {
        if let command, let known = try Inbox.reply(to: command, in: session) {
            return JobOutcome(.none, reply: known)
        }
        let change = decision.change
        let booking = change.booking
        let tenant = booking.request.tenant
        guard try write(change, in: session) else {
            return JobOutcome(.overtaken(try BookingRows.find(booking.id, of: tenant, in: session)))
        }
        var position: UInt64 = 0
        if let event = change.event {
            position = try EventRows.append(event, notes, of: tenant, in: session)
        }
        if let explanation = decision.explanation {
            try ExplanationRows.insert(
                explanation,
                of: booking.id,
                version: booking.version,
                tenant,
                in: session
            )
        }
        for wish in change.commands {
            let wanted = try OutboxWish.command(wish, of: booking, details)
            try outbox.append(
                wanted,
                orderingKey: OrderingKey(booking.id),
                at: real,
                in: session
            )
        }
        guard let command else { return JobOutcome(.decided(feedPosition: position)) }
        let reply = try CommandReplies.done(command, subject, in: session)
        try InboxTable.insert(command, reply, at: real, in: session)
        return JobOutcome(.decided(feedPosition: position), reply: reply)
    }

    private func write(
        _ change: BookingChange,
        in session: any SQLSession
    ) throws(StorageError) -> Bool {
        guard change.expectedVersion == 0 else {
            return try BookingRows.update(change, notes, in: session)
        }
        return try BookingRows.insert(stored, in: session)
    }

    /// The row of a new booking.
    private var stored: StoredBooking {
        let booking = decision.change.booking
        return StoredBooking(
            booking: booking,
            details: details,
            updatedAt: decision.change.event?.at ?? booking.createdAt,
            actor: decision.change.event?.actor ?? .dispatch,
            note: notes.note ?? "",
            capturedMinorUnits: 0
        )
    }

    /// A new booking is answered from memory, without reading back what was just written.
    private var subject: CommandReplies.Subject {
        decision.change.expectedVersion == 0 ? .fresh(stored) : .moved(decision.change.booking)
    }
}

/// The receiving half of a hand-over, for commands whose effect is decided in memory.
enum Inbox {
    /// What `command` was answered before; `nil` where it is new.
    static func reply(
        to command: Command,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply? {
        let stored = try InboxTable.record(of: command.key, for: command.tenant, in: session)
        switch InboxDecision.decide(command, stored: stored) {
        case .fresh: return nil
        case .replay(let reply): return reply
        case .conflict: return .keyReused
        }
    }
}
