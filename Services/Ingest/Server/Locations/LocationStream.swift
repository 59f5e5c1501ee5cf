internal import Calls
internal import IngestCore
internal import Messages
internal import Model
internal import Timekeeping
internal import WireFormat

/// One driver's stream of fixes, heard by callbacks: no task and no copy of a message.
final class LocationStream: StreamReceiver {
    /// The call.
    let call: CallbackStream
    /// The fleet, by the driver's token.
    let tenant: TenantID
    /// Who, by his token.
    let driver: DriverID
    /// The number that his records carry while his shift is open; "none" off duty.
    var reference = DriverReference.none
    /// Its place among all streams: which of the rounds of acknowledgement it is in.
    var place = 0
    /// Fixes that were refused since the stream opened.
    var refusedCount: UInt32 = 0
    /// Fixes refused in a row for what they say; a phone that sends only such is cut off.
    var refusedRun = 0
    /// Fixes since the last round of acknowledgement.
    var recentCount = 0
    /// Whether something has come since the last acknowledgement.
    var hasNews = true
    /// What the last acknowledgement said.
    var acknowledged: UInt32 = 0
    /// Whether the phone sends nothing more: the stream ends once all is settled.
    var isEnding = false
    /// Whether the first batch of the stream is still to come.
    var isFirstBatch = true
    /// From when on what the stream has brought is all that its phone has of a resumed numbering; `nil` where nothing
    /// is resumed.
    var resumingEnd: Instant?
    private unowned let engine: LocationEngine

    init(_ call: CallbackStream, tenant: TenantID, driver: DriverID, engine: LocationEngine) {
        self.call = call
        self.tenant = tenant
        self.driver = driver
        self.engine = engine
    }

    func streamReceived(_ stream: CallbackStream, _ message: RawSpan) {
        engine.receive(message, on: self)
    }

    func streamEnded(_ stream: CallbackStream) {
        engine.ended(self)
    }

    func streamClosed(_ stream: CallbackStream, _ reason: CallError) {
        engine.closed(self)
    }
}
