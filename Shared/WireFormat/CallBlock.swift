/// Which frames a call consists of.
@frozen
public enum CallKind: UInt8, CaseIterable, Hashable, Sendable {
    /// One request, one response.
    case unary = 0
    /// One request, many responses.
    case serverStream = 1
    /// Many requests, one response.
    case clientStream = 2
    /// Many requests, many responses.
    case bidirectional = 3

    /// Whether the client may send more than the message in OPEN.
    @inlinable
    public var clientStreams: Bool { rawValue & 2 != 0 }

    /// Whether the server may send more than one message.
    @inlinable
    public var serverStreams: Bool { rawValue & 1 != 0 }
}

/// What is shed first when a server is overloaded: the highest number.
@frozen
public enum Criticality: UInt8, CaseIterable, Hashable, Sendable {
    /// A person stands waiting or money moves.
    case criticalPlus = 0
    /// The default of calls made for somebody.
    case critical = 1
    /// Partial unavailability is expected: background refresh, batch.
    case sheddablePlus = 2
    /// May fail for hours.
    case sheddable = 3
}

/// The fixed 64 bytes at the start of every OPEN payload.
///
///     offset  size  field
///          0     2  service          number from the registry
///          2     2  method           number from the registry
///          4     4  timeout          milliseconds left; 0xFFFFFFFF none (not for unary calls)
///          8    16  trace id         as in W3C Trace Context, zero for none
///         24     8  parent span id
///         32     1  trace flags
///         33     1  call kind
///         34     1  criticality
///         35     1  attempt          0 for the first try
///         36     4  response credit  bytes that a streaming server may send at once, <= 2^31 - 1
///         40     8  tenant           0 for none
///         48    16  idempotency key  zero for none
///
/// Trace ids, span ids and keys are byte strings: their first byte is the most significant here.
@frozen
public struct CallBlock: Hashable, Sendable {
    /// The size of every block, in bytes.
    public static let byteCount = 64
    /// The timeout that means "no overall deadline".
    public static let noTimeout: UInt32 = .max
    /// The longest timeout of a unary call, in milliseconds.
    public static let unaryTimeoutMaximum: UInt32 = 60_000
    /// The most credit that can be outstanding in one direction, in bytes.
    public static let creditMaximum: UInt32 = 0x7FFF_FFFF

    /// The service's number.
    public var service: UInt16
    /// The method's number within the service.
    public var method: UInt16
    /// What is left of the caller's time, in milliseconds; `noTimeout` for none.
    public var timeoutMilliseconds: UInt32
    /// The trace that the call belongs to, or 0.
    @Halved public var traceID: UInt128
    /// The caller's span, or 0.
    public var parentSpanID: UInt64
    /// W3C trace flags; bit 0 is "sampled".
    public var traceFlags: UInt8
    /// Which frames the call consists of.
    public var kind: CallKind
    /// How early an overloaded server sheds it.
    public var criticality: Criticality
    /// How often it was tried before.
    public var attempt: UInt8
    /// Bytes of DATA that the server may send before the first CREDIT.
    ///
    /// Counts only where the server streams; a single answer needs the connection's credit alone.
    public var responseCredit: UInt32
    /// The fleet, or 0.
    public var tenant: UInt64
    /// What makes a retry the same request, or 0.
    @Halved public var idempotencyKey: UInt128

    /// A first try without trace, tenant and key.
    public init(
        service: UInt16,
        method: UInt16,
        kind: CallKind = .unary,
        timeoutMilliseconds: UInt32,
        responseCredit: UInt32 = 0
    ) {
        self.service = service
        self.method = method
        self.timeoutMilliseconds = timeoutMilliseconds
        traceID = 0
        parentSpanID = 0
        traceFlags = 0
        self.kind = kind
        criticality = .critical
        attempt = 0
        self.responseCredit = responseCredit
        tenant = 0
        idempotencyKey = 0
    }

    /// Reads the block at `offset`.
    ///
    /// - Throws: `WireError.truncated`, `.timeoutZero`, `.outOfRange` with "callKind", "criticality",
    ///   "timeout" (a unary call above 60,000 ms) or "responseCredit".
    public init(decoding bytes: RawSpan, at offset: Int) throws(WireError) {
        let block = bytes
        guard bytes.byteCount &- offset >= Self.byteCount else { throw .truncated }
        service = try block.integer(UInt16.self, at: offset)
        method = try block.integer(UInt16.self, at: offset &+ 2)
        timeoutMilliseconds = try block.integer(UInt32.self, at: offset &+ 4)
        traceID = try block.bigEndian128(at: offset &+ 8)
        parentSpanID = try block.integer(UInt64.self, at: offset &+ 24).byteSwapped
        traceFlags = try block.integer(UInt8.self, at: offset &+ 32)
        let kindByte = try block.integer(UInt8.self, at: offset &+ 33)
        let criticalityByte = try block.integer(UInt8.self, at: offset &+ 34)
        attempt = try block.integer(UInt8.self, at: offset &+ 35)
        responseCredit = try block.integer(UInt32.self, at: offset &+ 36)
        tenant = try block.integer(UInt64.self, at: offset &+ 40)
        idempotencyKey = try block.bigEndian128(at: offset &+ 48)
        guard let kind = CallKind(rawValue: kindByte) else { throw .outOfRange("callKind") }
        guard let criticality = Criticality(rawValue: criticalityByte) else {
            throw .outOfRange("criticality")
        }
        self.kind = kind
        self.criticality = criticality
        guard timeoutMilliseconds != 0 else { throw .timeoutZero }
        guard kind != .unary || timeoutMilliseconds <= Self.unaryTimeoutMaximum else {
            throw .outOfRange("timeout")
        }
        guard responseCredit <= Self.creditMaximum else { throw .outOfRange("responseCredit") }
    }

    /// Appends the 64 bytes.
    public func encode(into output: inout OutputBuffer) {
        output.append(service)
        output.append(method)
        output.append(timeoutMilliseconds)
        output.append(bigEndian128: traceID)
        output.append(parentSpanID.byteSwapped)
        output.append(traceFlags)
        output.append(kind.rawValue)
        output.append(criticality.rawValue)
        output.append(attempt)
        output.append(responseCredit)
        output.append(tenant)
        output.append(bigEndian128: idempotencyKey)
    }
}
