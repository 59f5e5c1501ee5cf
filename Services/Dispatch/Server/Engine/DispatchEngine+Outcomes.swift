internal import Delivery
internal import DispatchCore
internal import Messages
internal import Model
package import Storage

extension DispatchEngine {
    /// What a committed decision adds to the effects that follow it.
    struct Commit {
        let change: BookingChange
        let feedPosition: UInt64
        let notes: StepNotes
    }

    /// Takes the end of a transaction.
    ///
    /// - Parameter result: What `EngineJob.run` returned, once the commit has made it durable, or what run or commit
    ///   threw.
    /// - Returns: Effects and replies, and what waited behind it. Nothing for a job that is not pending.
    package mutating func completed(
        _ id: JobID,
        _ result: Result<JobOutcome, StorageError>,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let job = jobs.removeValue(forKey: id) else { return [] }
        switch result {
        case .success(let outcome):
            switch job {
            case .decision(let tenant, let decision, let name, _):
                return decided(decision, of: tenant, name, outcome, at: moment)
            case .command(let name, _):
                return carriedOut(name, outcome, at: moment)
            }
        case .failure(let error):
            counters.failedJobCount += 1
            return failed(job, error, at: moment)
        }
    }

    private mutating func decided(
        _ decision: Decision,
        of tenant: TenantID,
        _ name: CommandName?,
        _ outcome: JobOutcome,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let state = tenants[tenant] else { return [] }
        let pending = name.flatMap { commands[$0] }
        var outputs: [EngineOutput] = []
        switch outcome.effect {
        case .decided(let feedPosition):
            let booking = decision.change.booking
            if decision.change.expectedVersion == 0, let details = pending?.details {
                state.details[booking.id] = details
            }
            let commit = Commit(
                change: decision.change,
                feedPosition: feedPosition,
                notes: pending?.notes ?? StepNotes()
            )
            let wanted = state.market.committed(decision.id, at: moment.business)
            outputs += process(wanted, of: state, commit, at: moment)
            if booking.isFinal { state.details[booking.id] = nil }
            if let name, let reply = outcome.reply { outputs += finish(name, reply) }
        case .overtaken(let stored):
            counters.overtakenCount += 1
            if let stored, !stored.booking.isFinal {
                state.details[stored.booking.id] = stored.details
            }
            let wanted = state.market.abandoned(
                decision.id,
                stored: stored?.booking,
                at: moment.business
            )
            outputs += process(wanted, of: state, nil, at: moment)
        case .none, .shifts, .tariff:
            // The command was carried out before: the reply of then, and the decision is forgotten.
            counters.replayCount += 1
            if let name, let reply = outcome.reply { outputs += finish(name, reply) }
            let wanted = state.market.abandoned(decision.id, at: moment.business)
            outputs += process(wanted, of: state, nil, at: moment)
        }
        return outputs
    }

    private mutating func carriedOut(
        _ name: CommandName,
        _ outcome: JobOutcome,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        var outputs: [EngineOutput] = []
        switch outcome.effect {
        case .shifts(let shifts):
            for shift in shifts { outputs += takeOver(shift, at: moment) }
        case .tariff(let tariff):
            makeState(of: name.tenant)?.tariffs.put(tariff)
        case .none, .decided, .overtaken: break
        }
        if let reply = outcome.reply { outputs = finish(name, reply) + outputs }
        return outputs
    }

    /// What a failed transaction leads to, by what is known of its outcome.
    private mutating func failed(
        _ job: PendingJob,
        _ error: StorageError,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        let isUnknown = error.code == .unavailable || error.code == .conflict
        switch job {
        case .decision(let tenant, let decision, let name, let run):
            if isUnknown {
                // It may be stored, or another's: the row tells. Until then the booking stays held.
                return verify(decision, of: tenant, name, attempt: run.attempt + 1)
            }
            guard let state = tenants[tenant] else { return [] }
            let outputs = name.map { finish($0, CommandReplies.notStored(error)) } ?? []
            let wanted = state.market.abandoned(decision.id, at: moment.business)
            return outputs + process(wanted, of: state, nil, at: moment)
        case .command(let name, let run):
            guard isUnknown else { return finish(name, CommandReplies.notStored(error)) }
            // The inbox makes it harmless to run it again, and memory learns what became of it.
            return start(run.body, attempt: run.attempt + 1) { .command(name, $0) }
        }
    }

    /// Turns what a market wants into jobs, replies and news.
    mutating func process(
        _ wanted: [MarketOutput],
        of state: TenantState,
        _ commit: Commit?,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        var outputs: [EngineOutput] = []
        for output in wanted {
            switch output {
            case .persist(let decision):
                outputs += persist(decision, of: state, at: moment)
            case .answer(let ticket, let answer):
                guard let name = commandOfTicket[ticket] else { continue }
                outputs += take(answer, for: name, at: moment)
            case .effect(let effect):
                outputs += news(of: effect, state, commit, at: moment)
            }
        }
        return outputs
    }

    /// Ends a command: everybody who waits for it hears `reply`.
    mutating func finish(_ name: CommandName, _ reply: CommandReply) -> [EngineOutput] {
        guard let pending = commands.removeValue(forKey: name) else { return [] }
        if let ticket = tickets.removeValue(forKey: name) { commandOfTicket[ticket] = nil }
        return pending.callers.map { .reply($0, reply) }
    }

    /// Hands out a transaction.
    mutating func start(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> JobOutcome,
        attempt: Int = 1,
        _ pending: (EngineJob) -> PendingJob
    ) -> [EngineOutput] {
        let job = EngineJob(id: JobID(rawValue: nextJob), attempt: attempt, body: body)
        nextJob += 1
        counters.jobCount += 1
        jobs[job.id] = pending(job)
        return [.run(job)]
    }
}
