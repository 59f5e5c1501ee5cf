/// The connection as a body that is still being written sees it; on its loop only.
protocol ResponseSink: AnyObject {
    /// Bytes handed over and not yet taken by the system.
    var pendingByteCount: Int { get }
    /// Whether so little is pending that more may be written without waiting.
    var isWritable: Bool { get }
    /// Sends a stretch of the body.
    func sendBody(_ bytes: [UInt8])
    /// The body is complete, or broken off with `isComplete` false.
    func endBody(isComplete: Bool)
}
