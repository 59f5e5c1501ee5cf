/// How much of each thing one request may hold; what is over is refused before it is stored.
package struct RequestLimits: Sendable {
    /// The request line with its line end, bytes; over it the answer is 414.
    package var requestLineByteCountMax = 8 * 1024
    /// All header lines together with their line ends, bytes; over it the answer is 431.
    package var headerByteCountMax = 16 * 1024
    /// Header lines; over it the answer is 431.
    package var headerCountMax = 100
    /// The body, after removing the chunked coding, bytes; over it the answer is 413.
    package var bodyByteCountMax = 1024 * 1024
    /// The extensions of all chunks of one body together, bytes; over it the answer is 400. Nobody we know
    /// sends any, and large ones on one-byte chunks are a known way to burn a server's time.
    package var chunkExtensionByteCountMax = 1024
    /// The trailer lines of a chunked body together, bytes; over it the answer is 431. They are not kept.
    package var trailerByteCountMax = 4 * 1024
    /// Trailer lines; over it the answer is 431.
    package var trailerCountMax = 16

    /// The limits of the public edge.
    package init() {}

    /// Positions inside a head are 16 bits, so the two head limits may not add up to more.
    static let headByteCountBound = Int(UInt16.max)

    func validate() {
        precondition(requestLineByteCountMax > 0 && headerByteCountMax > 0, "a head limit is zero")
        precondition(
            requestLineByteCountMax + headerByteCountMax <= Self.headByteCountBound,
            "the limits of a head exceed 64 KiB"
        )
        precondition(
            bodyByteCountMax >= 0 && chunkExtensionByteCountMax >= 0,
            "a limit is negative"
        )
    }
}
