/// The chunked transfer coding (RFC 9112 section 7.1).
extension RequestParser {
    /// The most digits a chunk size may have: 16 hold any 64-bit number, and more only hide one.
    static let chunkSizeDigitCountMax = 16

    /// Makes one step in a chunked body; false until its bytes have come.
    mutating func readChunked() throws(RequestRefusal) -> Bool {
        switch state {
        case .chunkSize:
            return try readChunkSize()
        case .chunkData(let remaining):
            guard takeBody(remaining) else { return false }
            state = .chunkEnd
            return true
        case .chunkEnd:
            return try readChunkEnd()
        default:
            return try readTrailerLine()
        }
    }

    private mutating func readChunkSize() throws(RequestRefusal) -> Bool {
        let extensionsLeft = limits.chunkExtensionByteCountMax - extensionByteCount
        let line = try takeLine(
            byteCountMax: Self.chunkSizeDigitCountMax + extensionsLeft + 2,
            tooLong: .malformed(.chunkExtensionsTooLarge)
        )
        guard let line else { return false }
        let (size, digitCount) = try Self.chunkSize(buffer.span, line)
        extensionByteCount += line.count - digitCount
        guard extensionByteCount <= limits.chunkExtensionByteCountMax else {
            throw .malformed(.chunkExtensionsTooLarge)
        }
        base = cursor
        guard size > 0 else {
            state = .trailerLines
            return true
        }
        guard size <= UInt64(limits.bodyByteCountMax - body.count) else {
            throw RequestRefusal(.contentTooLarge, .bodyTooLarge)
        }
        state = .chunkData(remaining: Int(size))
        return true
    }

    /// The size on a chunk's line; what follows must be an extension of printable characters.
    private static func chunkSize(
        _ bytes: Span<UInt8>,
        _ line: Range<Int>
    ) throws(RequestRefusal) -> (size: UInt64, digitCount: Int) {
        var size: UInt64 = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = Octet.hexadecimal(bytes[index]) {
            guard index - line.lowerBound < chunkSizeDigitCountMax else {
                throw .malformed(.malformedChunkSize)
            }
            size = size << 4 | UInt64(digit)
            index += 1
        }
        let digitCount = index - line.lowerBound
        guard digitCount > 0 else { throw .malformed(.malformedChunkSize) }
        if index < line.upperBound, bytes[index] != UInt8(ascii: ";") {
            throw .malformed(.malformedChunkSize)
        }
        while index < line.upperBound {
            guard Octet.isFieldValue(bytes[index]), bytes[index] < 0x80 else {
                throw .malformed(.malformedChunkSize)
            }
            index += 1
        }
        return (size, digitCount)
    }

    /// Reads the CR LF behind a chunk's data, judging each octet as it comes.
    private mutating func readChunkEnd() throws(RequestRefusal) -> Bool {
        guard cursor < buffer.count else { return false }
        guard buffer[cursor] == Octet.carriageReturn else { throw .malformed(.malformedChunkEnd) }
        guard cursor + 1 < buffer.count else { return false }
        guard buffer[cursor + 1] == Octet.lineFeed else { throw .malformed(.malformedChunkEnd) }
        cursor += 2
        (base, scanned) = (cursor, cursor)
        state = .chunkSize
        return true
    }

    /// Reads one trailer line and forgets it, or the empty line that ends the request.
    private mutating func readTrailerLine() throws(RequestRefusal) -> Bool {
        let tooLarge = RequestRefusal(.headersTooLarge, .trailersTooLarge)
        let start = cursor
        let left = limits.trailerByteCountMax - trailerByteCount
        guard let line = try takeLine(byteCountMax: left, tooLong: tooLarge) else { return false }
        trailerByteCount += cursor - start
        base = cursor
        guard !line.isEmpty else {
            state = .requestLine
            return true
        }
        guard trailerCount < limits.trailerCountMax else { throw tooLarge }
        trailerCount += 1
        let (name, _) = try Self.parseField(buffer.span, line)
        for forbidden in ["content-length", "transfer-encoding", "host"] as [StaticString]
        where buffer.span.matchesIgnoringCase(forbidden, name) {
            throw .malformed(.forbiddenTrailer)
        }
        return true
    }
}
