/// The headers that decide where a request ends and for whom it is (RFC 9112 section 6, RFC 9110 section 7.2).
extension RequestParser {
    /// Whether a header with a name this long may be one that `noteFraming` looks at.
    static func mayFrame(_ nameByteCount: Int) -> Bool {
        switch nameByteCount {
        case 4, 6, 10, 14, 17: true
        default: false
        }
    }

    /// Notes what a header says about framing; most say nothing.
    static func noteFraming(
        _ bytes: Span<UInt8>,
        _ name: Range<Int>,
        _ value: Range<Int>,
        base: Int,
        into draft: inout RequestDraft
    ) throws(RequestRefusal) {
        switch name.count {
        case 4 where bytes.matchesIgnoringCase("host", name):
            guard draft.hostCount == 0 else { throw .malformed(.repeatedHost) }
            draft.hostCount = 1
            draft.host = value.lowerBound - base..<value.upperBound - base
            guard !value.isEmpty else { throw .malformed(.malformedHost) }
            for index in value where !Octet.isAuthority(bytes[index]) {
                throw .malformed(.malformedHost)
            }
        case 6 where bytes.matchesIgnoringCase("expect", name):
            guard bytes.matchesIgnoringCase("100-continue", value) else {
                throw RequestRefusal(.expectationFailed, .unknownExpectation)
            }
            draft.expectsContinue = true
        case 10 where bytes.matchesIgnoringCase("connection", name):
            if listHoldsClose(bytes, value) { draft.closes = true }
        case 14 where bytes.matchesIgnoringCase("content-length", name):
            guard draft.contentLength == nil else { throw .malformed(.repeatedContentLength) }
            draft.contentLength = try contentLength(bytes, value)
        case 17 where bytes.matchesIgnoringCase("transfer-encoding", name):
            guard !draft.isChunked else { throw .malformed(.repeatedTransferCoding) }
            try checkTransferCoding(bytes, value)
            draft.isChunked = true
        default:
            break
        }
    }

    private static func contentLength(
        _ bytes: Span<UInt8>,
        _ value: Range<Int>
    ) throws(RequestRefusal) -> Int {
        guard !value.isEmpty else { throw .malformed(.malformedContentLength) }
        var length = 0
        for index in value {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw .malformed(.malformedContentLength) }
            let (shifted, lost) = length.multipliedReportingOverflow(by: 10)
            let (sum, carried) = shifted.addingReportingOverflow(Int(digit))
            guard !lost, !carried else { throw .malformed(.malformedContentLength) }
            length = sum
        }
        return length
    }

    /// Passes exactly `chunked`; a list with it in the wrong place is malformed, anything else unknown.
    private static func checkTransferCoding(
        _ bytes: Span<UInt8>,
        _ value: Range<Int>
    ) throws(RequestRefusal) {
        if bytes.matchesIgnoringCase("chunked", value) { return }
        var index = value.lowerBound
        var codings = 0
        var chunkedCount = 0
        while index <= value.upperBound {
            let start = index
            while index < value.upperBound, bytes[index] != UInt8(ascii: ",") { index += 1 }
            let coding = bytes.trimmingBlanks(start..<index)
            var isKnown = false
            if !coding.isEmpty {
                codings += 1
                isKnown = bytes.matchesIgnoringCase("chunked", coding)
            }
            if isKnown { chunkedCount += 1 }
            index += 1
        }
        if codings == 0 { throw .malformed(.malformedTransferCoding) }
        if chunkedCount > 1 { throw .malformed(.repeatedTransferCoding) }
        throw codings == chunkedCount
            ? .malformed(.malformedTransferCoding)
            : RequestRefusal(.notImplemented, .unknownTransferCoding)
    }

    private static func listHoldsClose(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
        var index = value.lowerBound
        while index < value.upperBound {
            let start = index
            while index < value.upperBound, bytes[index] != UInt8(ascii: ",") { index += 1 }
            if bytes.matchesIgnoringCase("close", bytes.trimmingBlanks(start..<index)) {
                return true
            }
            index += 1
        }
        return false
    }

    /// Checks that the request names its host once, and that an absolute target names the same.
    static func checkHost(
        _ bytes: Span<UInt8>,
        _ draft: RequestDraft,
        base: Int
    ) throws(RequestRefusal) {
        guard draft.hostCount == 1 else {
            if draft.minorVersion == 0, draft.authority == nil { return }
            throw .malformed(.missingHost)
        }
        guard let authority = draft.authority else { return }
        guard authority.count == draft.host.count else { throw .malformed(.targetContradictsHost) }
        let (named, host) = (base + authority.lowerBound, base + draft.host.lowerBound)
        for offset in 0..<authority.count where bytes[named + offset] != bytes[host + offset] {
            throw .malformed(.targetContradictsHost)
        }
    }
}
