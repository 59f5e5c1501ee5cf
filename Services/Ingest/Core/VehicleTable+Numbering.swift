package import Model

/// A vehicle's numbering: fixes of two shifts never share one.
package struct TrailKey: Hashable, Comparable, Sendable {
    /// Whose.
    package let reference: DriverReference
    let epoch: UInt32

    /// By reference, then by age.
    package static func < (left: Self, right: Self) -> Bool {
        left.reference == right.reference
            ? left.epoch < right.epoch : left.reference < right.reference
    }
}

/// How far a vehicle's numbering had come when a part of the trail was closed for storing.
package struct TrailMark: Hashable, Sendable {
    /// Whose.
    package let key: TrailKey
    /// Fixes of his in this part.
    let count: UInt32
    /// Every fix up to here is in this part or an earlier one, or needs no storing; 0 where that is not said.
    let contiguous: UInt32
}

/// Numbering and acknowledgement: what the phone may forget.
///
/// Off a trip that is whatever has arrived. A fix on a trip counts only once the trail with it is stored, and since
/// the acknowledgement is one number, everything sent after it waits with it.
extension VehicleTable {
    /// Goes on with a numbering of which nothing is known: after a restart of ours a shift comes in at some thousand.
    ///
    /// What lies below was acknowledged by the process that is gone, or lies with the phone, which sends it again
    /// where it is not acknowledged, and perhaps behind what is newer. So nothing is settled and no gap given up
    /// before `endResuming`. Changes nothing once a number has come.
    package mutating func resumeNumbering(_ reference: DriverReference) {
        guard let index = index(of: reference), slots[index].ledger.isUntouched else { return }
        slots[index].isResuming = true
    }

    /// Whether a numbering was resumed and its beginning is still open.
    package func isResuming(_ reference: DriverReference) -> Bool {
        index(of: reference).map { slots[$0].isResuming } ?? false
    }

    /// The phone had its time to send again what it has: the lowest number that came is where it begins.
    package mutating func endResuming(_ reference: DriverReference) {
        guard let index = index(of: reference), slots[index].isResuming else { return }
        slots[index].isResuming = false
        slots[index].ledger.settleBelowLowest()
    }

    /// Whether no number of this shift has come yet.
    package func isUnnumbered(_ reference: DriverReference) -> Bool {
        index(of: reference).map { slots[$0].ledger.isUntouched } ?? false
    }

    /// The highest number up to which every fix has arrived, stored or not.
    package func contiguousSequence(of reference: DriverReference) -> UInt32 {
        index(of: reference).map { slots[$0].ledger.contiguous } ?? 0
    }

    /// The highest number up to which the phone may forget its fixes.
    package func settledSequence(of reference: DriverReference) -> UInt32 {
        guard let index = index(of: reference) else { return 0 }
        return slots[index].unstoredCount > 0
            ? slots[index].storedThrough : slots[index].ledger.contiguous
    }

    /// Whether fixes of the vehicle wait to be stored.
    package func isStoring(_ reference: DriverReference) -> Bool {
        index(of: reference).map { slots[$0].unstoredCount > 0 } ?? false
    }

    /// What fixes that are taken now are numbered by.
    package func trailKey(_ reference: DriverReference) -> TrailKey {
        TrailKey(reference: reference, epoch: index(of: reference).map { slots[$0].epoch } ?? 0)
    }

    /// The vehicle's place in a part of the trail that holds `count` of its fixes.
    ///
    /// - Parameter isLast: Whether no later fix of it waits. Else the part counts, and says nothing of numbers.
    package func trailMark(_ key: TrailKey, count: UInt32, isLast: Bool) -> TrailMark {
        var contiguous: UInt32 = 0
        if isLast, let index = index(of: key.reference), slots[index].epoch == key.epoch {
            contiguous = slots[index].ledger.contiguous
        }
        return TrailMark(key: key, count: count, contiguous: contiguous)
    }

    /// Takes note that a part of the trail is stored; parts are stored in the order in which they were closed.
    package mutating func noteStored(_ mark: TrailMark) {
        guard let index = index(of: mark.key.reference), slots[index].epoch == mark.key.epoch
        else { return }
        slots[index].unstoredCount -= min(mark.count, slots[index].unstoredCount)
        slots[index].storedThrough = max(slots[index].storedThrough, mark.contiguous)
    }

    /// Records a number; `nil` where the phone has to send it again.
    ///
    /// A gap is given up where the phone will not fill it. One that may hold what was left to the phone is filled: that
    /// is sent again from the oldest on, so all of it has come once its highest number has.
    mutating func admit(_ sequence: UInt32, _ index: Int) -> SequenceLedger.Admission? {
        let deferred = slots[index].deferredThrough
        let isOwed = deferred > slots[index].ledger.contiguous
        let mayGiveUp = !isOwed && !slots[index].isResuming
        let admission = slots[index].ledger.admit(sequence, givesUpGaps: mayGiveUp)
        guard admission != .noRoom else {
            noteDeferred(sequence, index)
            return nil
        }
        if sequence == deferred { slots[index].deferredThrough = 0 }
        return admission
    }

    mutating func noteDeferred(_ sequence: UInt32, _ index: Int) {
        slots[index].deferredThrough = max(slots[index].deferredThrough, sequence)
    }

    mutating func noteUnstored(_ index: Int, settled: UInt32) {
        if slots[index].unstoredCount == 0 { slots[index].storedThrough = settled }
        slots[index].unstoredCount += 1
    }

    mutating func restartNumbering(_ index: Int) {
        slots[index].ledger = SequenceLedger()
        slots[index].epoch &+= 1
        slots[index].unstoredCount = 0
        slots[index].storedThrough = 0
        slots[index].isResuming = false
        slots[index].deferredThrough = 0
    }
}
