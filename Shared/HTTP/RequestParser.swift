internal import Glibc

/// Cuts received bytes into requests: strict HTTP/1.1, without sockets, clocks or tasks.
///
/// Feed it with `receive`, then call `next` until it asks for more. What it returns depends on the bytes
/// alone, not on how they were cut. After `.refused` it takes nothing more: the connection ends.
///
/// Refused where RFC 9112 leaves a choice, since each tolerance lets two parsers see different requests:
/// bare line feeds, folded lines, blanks before the colon, repeated lengths even if equal, any transfer
/// coding but one `chunked`, an absolute target that does not name the Host.
package struct RequestParser: Sendable {
    /// What the bytes so far amount to.
    package enum Event: Sendable {
        /// Nothing complete: more bytes are wanted.
        case needsInput
        /// A head was read whose client waits for `100 Continue` before it sends the body.
        case expectsContinue
        /// A complete request.
        case request(HTTPRequest)
        /// The peer broke the rules: answer and close.
        case refused(RequestRefusal)
    }

    enum State: Sendable {
        case requestLine
        case headerLines
        case announceContinue
        case body(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailerLines
        case refused
    }

    let limits: RequestLimits
    var state = State.requestLine
    /// Received and not yet discarded.
    var buffer: [UInt8] = []
    /// Where the current request's head, or the unread rest, begins in `buffer`.
    var base = 0
    /// Where the current line or stretch of body begins in `buffer`.
    var cursor = 0
    /// `buffer[cursor..<scanned]` holds no line feed.
    var scanned = 0

    // Of the request being read. The arrays keep their memory from one request to the next.
    var draft = RequestDraft()
    var head: [UInt8] = []
    var fields: [FieldLocation] = []
    var body: [UInt8] = []
    var extensionByteCount = 0
    var trailerByteCount = 0
    var trailerCount = 0

    /// Larger buffers than this go back to the allocator after the request that needed them.
    static let keptCapacityMax = 64 * 1024

    /// A parser for a new connection.
    package init(limits: RequestLimits = RequestLimits()) {
        limits.validate()
        self.limits = limits
    }

    /// How many received bytes wait to be read by `next`.
    package var unreadByteCount: Int { buffer.count - cursor }

    /// Whether part of a request has come, so that a silent peer is late rather than idle.
    package var isInsideRequest: Bool {
        if case .requestLine = state { return unreadByteCount > 0 }
        return true
    }

    /// Whether the head of a request is complete and its body is awaited.
    package var isInsideBody: Bool {
        switch state {
        case .requestLine, .headerLines, .refused: false
        default: true
        }
    }

    /// Takes bytes from the peer; the caller bounds how many it sends ahead.
    package mutating func receive(_ bytes: RawSpan) {
        if case .refused = state { return }
        discardRead()
        // Safe: the pointer is used only while `withUnsafeBytes` lends it.
        unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
    }

    /// What comes next in the bytes received so far.
    package mutating func next() -> Event {
        do throws(RequestRefusal) {
            while true {
                switch state {
                case .requestLine:
                    guard try readRequestLine() else { return .needsInput }
                case .headerLines:
                    guard try readHeaderLine() else { return .needsInput }
                    if case .requestLine = state { return .request(finish()) }
                case .announceContinue:
                    state =
                        draft.isChunked ? .chunkSize : .body(remaining: draft.contentLength ?? 0)
                    return .expectsContinue
                case .body(let remaining):
                    guard takeBody(remaining) else { return .needsInput }
                    return .request(finish())
                case .chunkSize, .chunkData, .chunkEnd, .trailerLines:
                    guard try readChunked() else { return .needsInput }
                    if case .requestLine = state { return .request(finish()) }
                case .refused:
                    return .needsInput
                }
            }
        } catch {
            state = .refused
            buffer = []
            (base, cursor, scanned) = (0, 0, 0)
            return .refused(error)
        }
    }

    /// Finds the next line end.
    ///
    /// - Returns: The line without its CR LF, or `nil` until it is complete.
    /// - Throws: `tooLong` where the line with its end exceeds `byteCountMax`, 400 at a bare LF.
    mutating func takeLine(
        byteCountMax: Int,
        tooLong: RequestRefusal
    ) throws(RequestRefusal) -> Range<Int>? {
        let end = buffer.count
        guard let lineFeed = Self.firstLineFeed(buffer.span, scanned..<end) else {
            scanned = end
            guard end - cursor <= byteCountMax else { throw tooLong }
            return nil
        }
        guard lineFeed + 1 - cursor <= byteCountMax else { throw tooLong }
        guard lineFeed > cursor, buffer[lineFeed - 1] == Octet.carriageReturn else {
            throw .malformed(.bareLineFeed)
        }
        let line = cursor..<(lineFeed - 1)
        cursor = lineFeed + 1
        scanned = cursor
        return line
    }

    private static func firstLineFeed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        // Safe: `extracting` checks the range, and memchr stays within what it is lent.
        let offset = unsafe bytes.extracting(range).withUnsafeBufferPointer { rest -> Int? in
            guard let start = rest.baseAddress,
                let found = unsafe memchr(start, Int32(Octet.lineFeed), rest.count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
        }
        return offset.map { range.lowerBound + $0 }
    }

    /// Moves up to `remaining` bytes into the body; true once none remains.
    mutating func takeBody(_ remaining: Int) -> Bool {
        let taken = min(remaining, buffer.count - cursor)
        body.append(contentsOf: buffer[cursor..<cursor + taken])
        cursor += taken
        scanned = cursor
        base = cursor
        if taken == remaining { return true }
        switch state {
        case .chunkData: state = .chunkData(remaining: remaining - taken)
        default: state = .body(remaining: remaining - taken)
        }
        return false
    }

    /// The complete request; the parser stands before the next one.
    private mutating func finish() -> HTTPRequest {
        let request = HTTPRequest(
            method: draft.method,
            minorVersion: draft.minorVersion,
            keepsAlive: draft.minorVersion == 1 && !draft.closes,
            body: body,
            head: head,
            path: draft.path,
            query: draft.query,
            fields: fields
        )
        // An empty array holds no memory, so the request's share is its own from here on.
        if !body.isEmpty { body = [] }
        state = .requestLine
        base = cursor
        scanned = cursor
        return request
    }

    /// Drops what was read; called once per read, so a burst of requests moves its rest once.
    private mutating func discardRead() {
        guard base > 0 else { return }
        if base == buffer.count {
            if buffer.capacity > Self.keptCapacityMax {
                buffer = []
            } else {
                buffer.removeAll(keepingCapacity: true)
            }
        } else {
            buffer.removeSubrange(0..<base)
        }
        cursor -= base
        scanned -= base
        base = 0
    }
}

/// What the request line and the headers of framing said so far.
struct RequestDraft: Sendable {
    var method = HTTPMethod.get
    var minorVersion: UInt8 = 1
    var path = FieldLocation.Part(0..<0)
    var query: FieldLocation.Part?
    /// The authority of an absolute target, which the Host must repeat; counted from the head's begin, as all places
    /// are, since the buffer moves while the head is still coming.
    var authority: Range<Int>?
    var hostCount = 0
    /// The Host's value, counted from the head's begin.
    var host = 0..<0
    var contentLength: Int?
    var isChunked = false
    var closes = false
    var expectsContinue = false
    /// Header bytes counted so far, with line ends.
    var headerByteCount = 0
}
