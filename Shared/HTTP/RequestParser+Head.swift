/// The request line and the header lines (RFC 9112 sections 3 and 5).
extension RequestParser {
    /// Reads the request line; false until it is complete.
    mutating func readRequestLine() throws(RequestRefusal) -> Bool {
        let tooLong = RequestRefusal(.uriTooLong, .requestLineTooLong)
        guard
            let line = try takeLine(byteCountMax: limits.requestLineByteCountMax, tooLong: tooLong)
        else { return false }
        // A local, because a span of `buffer` and a change of `self` exclude each other.
        var draft = RequestDraft()
        fields.removeAll(keepingCapacity: true)
        try Self.parseRequestLine(buffer.span, line, base: base, into: &draft)
        self.draft = draft
        state = .headerLines
        return true
    }

    private static func parseRequestLine(
        _ bytes: Span<UInt8>,
        _ line: Range<Int>,
        base: Int,
        into draft: inout RequestDraft
    ) throws(RequestRefusal) {
        var index = line.lowerBound
        while index < line.upperBound, Octet.isToken(bytes[index]) { index += 1 }
        let method = line.lowerBound..<index
        guard !method.isEmpty else { throw .malformed(.malformedMethod) }
        guard index < line.upperBound, bytes[index] == Octet.space else {
            throw .malformed(index == line.upperBound ? .malformedRequestLine : .malformedMethod)
        }
        index += 1
        let start = index
        while index < line.upperBound, bytes[index] != Octet.space { index += 1 }
        let target = start..<index
        guard index < line.upperBound else { throw .malformed(.malformedRequestLine) }
        // The version comes before the method's meaning: a later protocol may have other methods.
        draft.minorVersion = try version(bytes, (index + 1)..<line.upperBound)
        guard let known = HTTPMethod(bytes, method) else {
            throw RequestRefusal(.notImplemented, .unknownMethod)
        }
        draft.method = known
        draft.closes = draft.minorVersion == 0
        try parseTarget(bytes, target, base: base, into: &draft)
    }

    private static func version(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>
    ) throws(RequestRefusal) -> UInt8 {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard range.count == 8, bytes.matches("HTTP/", at: range.lowerBound),
            digits.contains(bytes[range.lowerBound + 5]),
            bytes[range.lowerBound + 6] == UInt8(ascii: "."),
            digits.contains(bytes[range.lowerBound + 7])
        else { throw .malformed(.malformedVersion) }
        if bytes.matches("1.1", at: range.lowerBound + 5) { return 1 }
        if bytes.matches("1.0", at: range.lowerBound + 5) { return 0 }
        throw RequestRefusal(.versionNotSupported, .unknownVersion)
    }

    /// Accepts the origin form, the absolute form, and `*` for OPTIONS (RFC 9112 section 3.2).
    private static func parseTarget(
        _ bytes: Span<UInt8>,
        _ target: Range<Int>,
        base: Int,
        into draft: inout RequestDraft
    ) throws(RequestRefusal) {
        guard !target.isEmpty else { throw .malformed(.malformedTarget) }
        var path = target
        if bytes[target.lowerBound] != Octet.slash {
            if target.count == 1, bytes[target.lowerBound] == UInt8(ascii: "*"),
                draft.method == .options
            {
                draft.path = FieldLocation.Part(target.lowerBound - base..<target.upperBound - base)
                return
            }
            path = try absoluteTarget(bytes, target, base: base, into: &draft)
        }
        var queryStart: Int?
        var index = path.lowerBound
        while index < path.upperBound {
            let octet = bytes[index]
            guard Octet.isTarget(octet) else { throw .malformed(.malformedTarget) }
            if octet == Octet.percent {
                guard path.upperBound - index > 2,
                    let high = Octet.hexadecimal(bytes[index + 1]),
                    let low = Octet.hexadecimal(bytes[index + 2]),
                    high | low != 0
                else { throw .malformed(.malformedTarget) }
                index += 2
            } else if octet == UInt8(ascii: "?"), queryStart == nil {
                queryStart = index
            }
            index += 1
        }
        let pathEnd = queryStart ?? path.upperBound
        draft.path = FieldLocation.Part(path.lowerBound - base..<pathEnd - base)
        draft.query = queryStart.map {
            FieldLocation.Part($0 + 1 - base..<path.upperBound - base)
        }
    }

    /// Notes the authority of an absolute target for the comparison with Host, and returns its path.
    private static func absoluteTarget(
        _ bytes: Span<UInt8>,
        _ target: Range<Int>,
        base: Int,
        into draft: inout RequestDraft
    ) throws(RequestRefusal) -> Range<Int> {
        let scheme: Int
        if bytes.matches("http://", at: target.lowerBound) {
            scheme = 7
        } else if bytes.matches("https://", at: target.lowerBound) {
            scheme = 8
        } else {
            throw .malformed(.malformedTarget)
        }
        // The line goes on after the target, so neither match can have run past its end unnoticed.
        let start = target.lowerBound + scheme
        guard start < target.upperBound else { throw .malformed(.malformedTarget) }
        var slash = start
        while slash < target.upperBound, bytes[slash] != Octet.slash { slash += 1 }
        guard slash > start, slash < target.upperBound else { throw .malformed(.malformedTarget) }
        draft.authority = start - base..<slash - base
        return slash..<target.upperBound
    }

    /// Reads one header line, or the empty line that ends the head; false until it is complete.
    mutating func readHeaderLine() throws(RequestRefusal) -> Bool {
        let tooLarge = RequestRefusal(.headersTooLarge, .headersTooLarge)
        let left = limits.headerByteCountMax - draft.headerByteCount
        let start = cursor
        guard let line = try takeLine(byteCountMax: left, tooLong: tooLarge) else { return false }
        draft.headerByteCount += cursor - start
        guard !line.isEmpty else {
            try finishHead()
            return true
        }
        guard fields.count < limits.headerCountMax else {
            throw RequestRefusal(.headersTooLarge, .tooManyHeaders)
        }
        let (name, value) = try Self.parseField(buffer.span, line)
        if Self.mayFrame(name.count) {
            var draft = self.draft
            try Self.noteFraming(buffer.span, name, value, base: base, into: &draft)
            self.draft = draft
        }
        fields.append(
            FieldLocation(
                name: .init(name.lowerBound - base..<name.upperBound - base),
                value: .init(value.lowerBound - base..<value.upperBound - base)
            )
        )
        return true
    }

    /// Splits a header or trailer line; both parts are checked octet by octet.
    static func parseField(
        _ bytes: Span<UInt8>,
        _ line: Range<Int>
    ) throws(RequestRefusal) -> (name: Range<Int>, value: Range<Int>) {
        guard !Octet.isBlank(bytes[line.lowerBound]) else { throw .malformed(.foldedLine) }
        var index = line.lowerBound
        while index < line.upperBound, Octet.isToken(bytes[index]) { index += 1 }
        let name = line.lowerBound..<index
        guard !name.isEmpty, index < line.upperBound, bytes[index] == Octet.colon else {
            throw .malformed(.malformedFieldName)
        }
        index += 1
        let start = index
        while index < line.upperBound {
            guard Octet.isFieldValue(bytes[index]) else {
                let isReturn = bytes[index] == Octet.carriageReturn
                throw .malformed(isReturn ? .bareCarriageReturn : .malformedFieldValue)
            }
            index += 1
        }
        return (name, bytes.trimmingBlanks(start..<line.upperBound))
    }

    /// Ends the head: decides how long the body is and copies the head out of the receive buffer.
    private mutating func finishHead() throws(RequestRefusal) {
        try Self.checkHost(buffer.span, draft, base: base)
        if draft.isChunked {
            guard draft.minorVersion == 1 else { throw .malformed(.transferCodingInOldVersion) }
            guard draft.contentLength == nil else { throw .malformed(.twoLengths) }
        }
        let length = draft.contentLength ?? 0
        guard length <= limits.bodyByteCountMax else {
            throw RequestRefusal(.contentTooLarge, .bodyTooLarge)
        }
        head.removeAll(keepingCapacity: true)
        head.append(contentsOf: buffer[base..<cursor])
        base = cursor
        guard draft.isChunked || length > 0 else {
            state = .requestLine
            return
        }
        // The peer's word alone reserves no more than this; the rest grows as it comes.
        body.reserveCapacity(min(length, Self.keptCapacityMax))
        (extensionByteCount, trailerByteCount, trailerCount) = (0, 0, 0)
        if draft.expectsContinue, draft.minorVersion == 1 {
            state = .announceContinue
        } else {
            state = draft.isChunked ? .chunkSize : .body(remaining: length)
        }
    }
}
