package import Model

/// The live state of every vehicle on duty: its newest fix and what of its stream has arrived.
///
/// References are dense, so the table is an array indexed by them: no hashing and no object for each vehicle on
/// the hot path. Owned by one event loop.
package struct VehicleTable: ~Copyable {
    /// References above this are refused: 1,000,000 vehicles in one ingest process.
    package static let referenceMax: UInt64 = 1_000_000

    struct Slot {
        var ledger = SequenceLedger()
        var newest = Fix(measuredAt: .min, latitudeE7: 0, longitudeE7: 0, sequence: 0)
        var receivedAt: Int64 = .min
        /// Grows with each new numbering, so that a commit of an older one changes nothing.
        var epoch: UInt32 = 0
        /// Fixes that were taken for the trail and are not stored yet.
        var unstoredCount: UInt32 = 0
        /// What may be acknowledged while some are not.
        var storedThrough: UInt32 = 0
        /// The highest number that was left to the phone to send again; 0 where it has come.
        var deferredThrough: UInt32 = 0
        /// Whether lower numbers than any that came are still waited for.
        var isResuming = false
        var isOnDuty = false
        /// Whether the snapshot that is being read has named the shift.
        var isNamed = false
    }

    /// Indexed by the reference; index 0 is never on duty.
    var slots: ContiguousArray<Slot> = [Slot()]
    var duties: ContiguousArray<Duty?> = [nil]
    private(set) var references: [DriverID: DriverReference] = [:]
    /// Fixes by verdict since the start, indexed by `FixVerdict.rawValue`.
    package private(set) var counts: [UInt64]

    /// An empty table.
    package init() {
        counts = Array(repeating: 0, count: FixVerdict.allCases.count)
    }

    // MARK: - Duties

    /// Opens or changes the shift behind `reference`; a new shift starts a new numbering.
    ///
    /// - Returns: `false` where the reference is 0 or above `referenceMax`.
    /// - Complexity: O(1) amortised.
    package mutating func open(_ reference: DriverReference, duty: Duty) -> Bool {
        guard reference.rawValue > 0, reference.rawValue <= Self.referenceMax else { return false }
        let index = Int(reference.rawValue)
        while slots.count <= index {
            slots.append(Slot())
            duties.append(nil)
        }
        if let former = duties[index], former.driver != duty.driver {
            if references[former.driver] == reference { references[former.driver] = nil }
            let epoch = slots[index].epoch
            slots[index] = Slot()
            slots[index].epoch = epoch
        }
        if duties[index]?.shift != duty.shift { restartNumbering(index) }
        if let other = references[duty.driver], other != reference {
            // One phone, one number: the one he had is closed.
            slots[Int(other.rawValue)].isOnDuty = false
        }
        duties[index] = duty
        references[duty.driver] = reference
        slots[index].isOnDuty = true
        slots[index].isNamed = true
        return true
    }

    /// Opens a shift on the word of an answer that was relayed, before dispatch's stream tells of it.
    ///
    /// A retried request gets the first answer again, long after the shift may have ended; so a shift that was here
    /// before stays as the stream left it.
    package mutating func openEarly(_ reference: DriverReference, duty: Duty) -> Bool {
        if let index = index(of: reference), duties[index]?.shift == duty.shift {
            return slots[index].isOnDuty
        }
        return open(reference, duty: duty)
    }

    /// Closes the shift behind `reference`: from now on its fixes are refused.
    ///
    /// - Parameter shift: Which one; a later one of the same driver stays open.
    /// - Returns: Whether it was open.
    package mutating func close(_ reference: DriverReference, shift: ShiftID) -> Bool {
        guard let index = index(of: reference), slots[index].isOnDuty,
            duties[index]?.shift == shift
        else { return false }
        slots[index].isOnDuty = false
        return true
    }

    /// Begins a snapshot: what `open` does not name until `endSnapshot` is closed there.
    ///
    /// - Complexity: O(vehicles).
    package mutating func beginSnapshot() {
        for index in slots.indices { slots[index].isNamed = false }
    }

    /// Ends a snapshot.
    ///
    /// - Returns: Whose shifts were closed since it did not name them, by ascending reference.
    /// - Complexity: O(vehicles).
    package mutating func endSnapshot() -> [DriverReference] {
        var closed: [DriverReference] = []
        for index in slots.indices where slots[index].isOnDuty && !slots[index].isNamed {
            slots[index].isOnDuty = false
            closed.append(DriverReference(UInt64(index)))
        }
        return closed
    }

    /// The reference of a driver on duty; `nil` where he has no open shift.
    package func reference(of driver: DriverID) -> DriverReference? {
        guard let reference = references[driver], let index = index(of: reference),
            slots[index].isOnDuty
        else { return nil }
        return reference
    }

    /// Who stands behind `reference`, on duty or lately so.
    package func duty(of reference: DriverReference) -> Duty? {
        index(of: reference).flatMap { duties[$0] }
    }

    /// The number of references in use, those off duty included.
    package var count: Int { slots.count - 1 }

    // MARK: - Fixes

    /// The newest fix of a vehicle; `nil` before the first.
    package func newestFix(of reference: DriverReference) -> Fix? {
        guard let index = index(of: reference), slots[index].newest.measuredAt != .min else {
            return nil
        }
        return slots[index].newest
    }

    /// The newest fix of a driver, on duty or lately so; `nil` where nothing is known.
    package func lastFix(of driver: DriverID) -> LastFix? {
        guard let reference = references[driver], let index = index(of: reference),
            let duty = duties[index], slots[index].newest.measuredAt != .min
        else { return nil }
        return LastFix(
            reference: reference,
            duty: duty,
            fix: slots[index].newest,
            receivedAt: slots[index].receivedAt
        )
    }

    /// Takes one fix of a stream.
    ///
    /// - Parameters:
    ///   - fix: As decoded; nothing about it is trusted.
    ///   - named: The reference that the record names.
    ///   - stream: The reference to which the stream was opened; a driver reports only himself.
    ///   - now: Milliseconds since the Unix epoch, business time.
    ///   - isTrailFull: Whether no more fixes can be taken for the trail at the moment.
    /// - Returns: The verdict, which is counted. A `live` or `late` fix of a driver on a trip has to go to the
    ///   trail: it holds the acknowledgement back until `noteStored`.
    /// - Complexity: O(1), no allocation.
    package mutating func take(
        _ fix: Fix,
        named: UInt64,
        stream: DriverReference,
        now: Int64,
        isTrailFull: Bool = false
    ) -> FixVerdict {
        let verdict = judge(fix, named: named, stream: stream, now: now, isTrailFull)
        counts[Int(verdict.rawValue)] &+= 1
        return verdict
    }

    /// Takes a fix that does not even decode: its number counts as arrived, since sending it again would not help.
    package mutating func takeUnreadable(
        sequence: UInt32,
        named: UInt64,
        stream: DriverReference
    ) -> FixVerdict {
        var verdict = FixVerdict.outOfRange
        if named != stream.rawValue {
            verdict = .foreignReference
        } else if let index = index(of: stream), slots[index].isOnDuty {
            switch admit(sequence, index) {
            case nil: verdict = .deferred
            case .duplicate: verdict = .duplicate
            default: break
            }
        } else {
            verdict = .offDuty
        }
        counts[Int(verdict.rawValue)] &+= 1
        return verdict
    }

    /// Counts `recordCount` fixes of a stream whose driver has no open shift.
    package mutating func refuseOffDuty(_ recordCount: Int) {
        counts[Int(FixVerdict.offDuty.rawValue)] &+= UInt64(recordCount)
    }

    private mutating func judge(
        _ fix: Fix,
        named: UInt64,
        stream: DriverReference,
        now: Int64,
        _ isTrailFull: Bool
    ) -> FixVerdict {
        guard named == stream.rawValue else { return .foreignReference }
        guard let index = index(of: stream) else { return .unknownReference }
        guard slots[index].isOnDuty else { return .offDuty }
        if isTrailFull, fix.isOnTrip {
            noteDeferred(fix.sequence, index)
            return showOnly(fix, index, now: now)
        }
        let settled = slots[index].ledger.contiguous
        switch admit(fix.sequence, index) {
        case nil: return showOnly(fix, index, now: now)
        case .duplicate: return .duplicate
        default: break
        }
        if let fault = FixRules.check(
            latitudeE7: fix.latitudeE7,
            longitudeE7: fix.longitudeE7,
            measuredAt: fix.measuredAt,
            now: now
        ) {
            return fault
        }
        if fix.isOnTrip { noteUnstored(index, settled: settled) }
        guard fix.measuredAt > slots[index].newest.measuredAt else { return .late }
        slots[index].newest = fix
        slots[index].receivedAt = now
        return .live
    }

    /// A fix that there is no room for: shown as live, and for the rest as if it had not come.
    private mutating func showOnly(_ fix: Fix, _ index: Int, now: Int64) -> FixVerdict {
        let fault = FixRules.check(
            latitudeE7: fix.latitudeE7,
            longitudeE7: fix.longitudeE7,
            measuredAt: fix.measuredAt,
            now: now
        )
        if fault == nil, fix.measuredAt > slots[index].newest.measuredAt {
            slots[index].newest = fix
            slots[index].receivedAt = now
        }
        return .deferred
    }

    /// Forgets newest fixes measured after `now`: business time was set back, and they would hide all that come.
    ///
    /// - Complexity: O(vehicles).
    package mutating func forgetFixes(after now: Int64) {
        for index in slots.indices
        where slots[index].newest.measuredAt > now &+ FixRules.futureMaxMilliseconds {
            slots[index].newest.measuredAt = .min
        }
    }

    func index(of reference: DriverReference) -> Int? {
        guard reference.rawValue > 0, reference.rawValue < UInt64(slots.count) else { return nil }
        return Int(reference.rawValue)
    }
}
