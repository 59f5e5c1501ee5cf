/// Why a request was refused by the parser; each ends the connection after its answer.
package struct RequestRefusal: Error, Equatable, Sendable {
    /// The answer's status: 400, 413, 414, 417, 431, 501 or 505.
    package let status: HTTPStatus
    /// What was wrong, a constant fit for the peer and for logs.
    package let reason: StaticReason

    /// A reason as a constant, so that nothing of the request gets into a log by this way.
    package enum StaticReason: String, Sendable {
        case bareLineFeed = "a line ended without a carriage return"
        case bareCarriageReturn = "a carriage return stood inside a line"
        case malformedRequestLine = "the request line was malformed"
        case malformedMethod = "the method was not a token"
        case unknownMethod = "the method is not implemented"
        case malformedTarget = "the request target was malformed"
        case malformedVersion = "the protocol version was malformed"
        case unknownVersion = "the protocol version is not supported"
        case requestLineTooLong = "the request line was too long"
        case foldedLine = "a header line began with a blank"
        case malformedFieldName = "a header name was malformed"
        case malformedFieldValue = "a header value held a forbidden character"
        case headersTooLarge = "the headers were too large"
        case tooManyHeaders = "there were too many headers"
        case missingHost = "the Host header was missing"
        case repeatedHost = "the Host header was repeated"
        case malformedHost = "the Host header was malformed"
        case targetContradictsHost = "the request target contradicted the Host header"
        case repeatedContentLength = "the Content-Length header was repeated"
        case malformedContentLength = "the Content-Length header was malformed"
        case repeatedTransferCoding = "the transfer coding was repeated"
        case malformedTransferCoding = "the Transfer-Encoding header was malformed"
        case unknownTransferCoding = "the transfer coding is not implemented"
        case transferCodingInOldVersion = "HTTP/1.0 has no transfer coding"
        case twoLengths = "both Content-Length and Transfer-Encoding were given"
        case unknownExpectation = "the expectation is not supported"
        case bodyTooLarge = "the body was too large"
        case malformedChunkSize = "a chunk size was malformed"
        case malformedChunkEnd = "a chunk did not end where its size said"
        case chunkExtensionsTooLarge = "the chunk extensions were too large"
        case forbiddenTrailer = "a trailer held a header of framing"
        case trailersTooLarge = "the trailers were too large"
    }

    init(_ status: HTTPStatus, _ reason: StaticReason) {
        self.status = status
        self.reason = reason
    }

    /// A refusal of malformed input: 400.
    static func malformed(_ reason: StaticReason) -> RequestRefusal {
        RequestRefusal(.badRequest, reason)
    }
}
