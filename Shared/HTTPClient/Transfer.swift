internal import CCurl
internal import Glibc
internal import Reactor

/// One request on its way: what libcurl reads from and writes to.
// Safe: used on the client's loop only; libcurl's pointers to it end before the client lets go of it.
@safe
final class Transfer: @unchecked Sendable {
    let request: HTTPClientRequest
    let options: HTTPClientOptions
    /// Set before the request starts or while it runs; ends it at once.
    var isCancelled = false
    var completion: ((Result<HTTPClientResponse, HTTPClientError>) -> Void)?
    /// libcurl's handle while the request is under way.
    var easy: UnsafeMutableRawPointer?
    var headerList: UnsafeMutablePointer<curl_slist>?
    var timer = TimerToken.none

    private var sentByteCount = 0
    private var status: UInt16?
    private var fields: [(name: String, value: String)] = []
    private var headerByteCount = 0
    private var body: [UInt8] = []
    /// Why one of the callbacks below ended the transfer.
    private var ownReason: HTTPClientError.Code?

    init(_ request: HTTPClientRequest, _ options: HTTPClientOptions) {
        self.request = request
        self.options = options
        unsafe easy = nil
        unsafe headerList = nil
    }

    /// Ends the request for its caller; the first call counts.
    func complete(_ result: Result<HTTPClientResponse, HTTPClientError>) {
        let completion = self.completion
        self.completion = nil
        completion?(result)
    }

    /// The error that ends this request now.
    func error(
        _ code: HTTPClientError.Code,
        _ message: String,
        isSent: Bool
    ) -> HTTPClientError {
        HTTPClientError(
            outcome: isSent ? .unknown : .notSent,
            code: code,
            id: request.id,
            status: status,
            message: message
        )
    }

    /// What came of the transfer that libcurl ended with `result`.
    func outcome(_ result: CURLcode, isSent: Bool) -> Result<HTTPClientResponse, HTTPClientError> {
        if result == CURLE_OK, let status {
            return .success(
                HTTPClientResponse(id: request.id, status: status, fields: fields, body: body)
            )
        }
        let words = unsafe String(cString: curl_easy_strerror(result))
        return .failure(error(ownReason ?? Self.code(result), words, isSent: isSent))
    }

    private static func code(_ result: CURLcode) -> HTTPClientError.Code {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
        case CURLE_COULDNT_CONNECT: .connectFailed
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            .tlsFailed
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
            CURLE_SEND_FAIL_REWIND, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING,
            CURLE_HTTP2, CURLE_HTTP2_STREAM:
            .connectionLost
        default: .other
        }
    }

    // MARK: - What libcurl calls

    /// Fills `room` from the request's body.
    // Safe: copies no more than either side has.
    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, request.body.count - sentByteCount)
        guard count > 0 else { return 0 }
        unsafe request.body.withUnsafeBytes { body in
            unsafe room.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: body[sentByteCount..<sentByteCount + count])
            )
        }
        sentByteCount += count
        return count
    }

    /// Takes a stretch of the answer's body; anything but its count ends the transfer.
    // Safe: reads what libcurl lends for the call.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= options.bodyByteCountMax - body.count else {
            ownReason = .responseTooLarge
            return -1
        }
        unsafe body.append(contentsOf: bytes)
        return bytes.count
    }

    /// Takes one line of the answer's head; a new status line starts over, after 1xx answers.
    // Safe: reads what libcurl lends for the call.
    func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        headerByteCount += bytes.count
        guard headerByteCount <= options.headerByteCountMax else {
            ownReason = .headersTooLarge
            return -1
        }
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            fields = []
            let parts = line.split(separator: " ", maxSplits: 2)
            status = parts.count > 1 ? UInt16(parts[1].prefix { $0.isNumber }) : nil
        } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = line[line.utf8.index(after: colon)...]
            fields.append((String(line[..<colon]), Self.trimmed(value)))
        }
        return bytes.count
    }

    private static func trimmed(_ text: Substring) -> String {
        var units = text.utf8[...]
        while let first = units.first, first <= 0x20 { units.removeFirst() }
        while let last = units.last, last <= 0x20 { units.removeLast() }
        return String(decoding: units, as: UTF8.self)
    }

    /// Makes the socket for `address`, or refuses.
    // Safe: libcurl lends a complete address of the family it names.
    func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        guard let wanted = unsafe Self.address(address), options.addressPolicy.allows(wanted) else {
            ownReason = .addressRefused
            return -1
        }
        // A host may have refused and allowed addresses: reaching one clears the reason.
        ownReason = nil
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return unsafe socket(
            address.pointee.family,
            address.pointee.socktype | flags,
            address.pointee.protocol
        )
    }

    // Safe: as `openSocket`; the octets are read from inside the structure.
    private static func address(
        _ address: UnsafeMutablePointer<curl_sockaddr>
    ) -> AddressPolicy.Address? {
        let length = unsafe Int(address.pointee.addrlen)
        guard let start = unsafe ccurl_address_bytes(address) else { return nil }
        switch unsafe address.pointee.family {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let bits = unsafe start.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            return .version4(UInt32(bigEndian: bits))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let high = unsafe start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let low = unsafe start.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            return .version6(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
        default:
            return nil
        }
    }
}
