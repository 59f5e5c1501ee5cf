internal import WireFormat

/// Counts what credits do not bound: control frames, small grants, cancels, early PINGs.
///
/// Counts run in windows of fixed length that begin with the first frame after the last one's end: two
/// numbers for each rule, and a peer that stays under the rate never comes near a limit.
struct ControlMeter {
    /// The window for control frames and small grants.
    static let controlWindow: UInt64 = 5_000_000_000
    /// PING, CANCEL, AUTH and skipped frames in a window: 200 a second for 5 s.
    static let controlMaximum = 1_000
    /// CREDIT frames below a quarter of their window, in a window.
    static let smallCreditMaximum = 100
    /// What stands in for the window of a call that is over, in bytes.
    static let endedCallWindow: UInt32 = 4_096
    /// The window for cancels.
    static let cancelWindow: UInt64 = 10_000_000_000
    /// Cancels in a window that are borne whatever the number of calls.
    static let cancelMaximum = 100
    /// PINGs closer than this are counted against the peer.
    static let pingInterval: UInt64 = 5_000_000_000
    /// The early PING with which patience ends.
    static let pingStrikes = 3

    private var controlStart: UInt64 = 0
    private var controlCount = 0
    private var smallCreditCount = 0
    private var cancelStart: UInt64 = 0
    private var cancelCount = 0
    private var openCount = 0
    private var lastPing: UInt64?
    private var strikes = 0

    /// Counts a PING, CANCEL, AUTH or skipped frame.
    ///
    /// - Throws: `WireError.tooManyControlFrames`.
    mutating func control(at now: UInt64) throws(WireError) {
        rollControl(now)
        controlCount += 1
        guard controlCount <= Self.controlMaximum else { throw .tooManyControlFrames }
    }

    /// Counts a CREDIT; only those below a quarter of the window matter.
    ///
    /// - Throws: `WireError.tooManyControlFrames`.
    mutating func credit(
        _ byteCount: UInt32,
        window: UInt32,
        at now: UInt64
    ) throws(WireError) {
        guard byteCount < window / 4 else { return }
        rollControl(now)
        smallCreditCount += 1
        guard smallCreditCount <= Self.smallCreditMaximum else { throw .tooManyControlFrames }
    }

    /// Counts an OPEN.
    @inline(__always)
    mutating func open(at now: UInt64) {
        if now &- cancelStart > Self.cancelWindow { rollCancels(now) }
        openCount &+= 1
    }

    /// Counts a CANCEL.
    ///
    /// - Throws: `WireError.tooManyCancels` at more than 100 in 10 s that are more than half of the calls
    ///   opened in them; what `control` throws.
    mutating func cancel(at now: UInt64) throws(WireError) {
        try control(at: now)
        if now &- cancelStart > Self.cancelWindow { rollCancels(now) }
        cancelCount += 1
        guard cancelCount <= Self.cancelMaximum || cancelCount * 2 <= openCount else {
            throw .tooManyCancels
        }
    }

    /// Counts a PING against the shortest interval; one that keeps it takes a strike back.
    ///
    /// - Throws: `WireError.pingTooOften` at the third strike.
    mutating func ping(at now: UInt64) throws(WireError) {
        defer { lastPing = now }
        guard let lastPing, now &- lastPing < Self.pingInterval else {
            strikes = max(0, strikes - 1)
            return
        }
        strikes += 1
        guard strikes < Self.pingStrikes else { throw .pingTooOften }
    }

    private mutating func rollControl(_ now: UInt64) {
        guard now &- controlStart > Self.controlWindow else { return }
        controlStart = now
        controlCount = 0
        smallCreditCount = 0
    }

    private mutating func rollCancels(_ now: UInt64) {
        cancelStart = now
        cancelCount = 0
        openCount = 0
    }
}
