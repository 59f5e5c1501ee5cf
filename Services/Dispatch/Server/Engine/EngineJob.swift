internal import Delivery
package import Storage
package import Timekeeping

/// What the clocks show: business time for the rules, real time for inbox and outbox.
package struct EngineMoment: Hashable, Sendable {
    /// The time that the rules of business see.
    package let business: WallTime
    /// The wall clock.
    package let real: WallTime

    /// A moment on both clocks.
    package init(business: WallTime, real: WallTime) {
        self.business = business
        self.real = real
    }
}

/// Numbers a job within one life of an engine.
package struct JobID: Hashable, Sendable {
    package let rawValue: UInt64
}

/// Names a caller who waits for a reply; the shell makes it and matches it again.
package struct CallTicket: Hashable, Sendable {
    package let rawValue: UInt64

    /// The ticket with this number; the shell numbers them as they come.
    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// What the engine wants stored: one transaction of its own, which the shell runs and reports with `completed`.
///
/// Jobs do not wait for each other: as many as there are may share one commit. Each may be run again after a
/// failure, and has no effect outside its session.
package struct EngineJob: Sendable {
    /// By which its end is reported.
    package let id: JobID
    /// 1 for the first try; the shell waits longer before later ones.
    package let attempt: Int
    let body: @Sendable (any SQLSession) throws(StorageError) -> JobOutcome

    /// Runs the transaction's body; the caller commits.
    ///
    /// - Throws: Whatever the store does; the caller rolls back and reports it.
    package func run(in session: any SQLSession) throws(StorageError) -> JobOutcome {
        try body(session)
    }
}

/// What a job's transaction did.
package struct JobOutcome: Sendable {
    enum Effect: Sendable {
        /// Nothing that memory has to follow.
        case none
        /// The decision is stored; with an event at this place of the tenant's feed, else 0.
        case decided(feedPosition: UInt64)
        /// Another writer came first: the row as it is.
        case overtaken(StoredBooking?)
        /// Shifts as they stand now.
        case shifts([StoredShift])
        /// A tariff that is stored.
        case tariff(StoredTariff)
    }

    let effect: Effect
    /// What the command that caused it is answered; recorded in the same transaction unless it passes by itself.
    let reply: CommandReply?

    init(_ effect: Effect, reply: CommandReply? = nil) {
        self.effect = effect
        self.reply = reply
    }
}
