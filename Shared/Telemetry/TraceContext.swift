/// Which request a piece of work belongs to: W3C Trace Context, as LBP/1 and HTTP carry it.
package struct TraceContext: Hashable, Sendable {
    // Not one UInt128: WireFormat's `Halved` says why.
    private let traceHigh: UInt64
    private let traceLow: UInt64

    /// The whole request's id; never zero.
    package var traceID: UInt128 { UInt128(traceHigh) << 64 | UInt128(traceLow) }
    /// This step's id; never zero.
    package let spanID: UInt64
    /// Bit 0: the request is sampled.
    package let flags: UInt8

    /// A context.
    ///
    /// - Returns: `nil` where an id is zero, which the specification calls invalid.
    package init?(traceID: UInt128, spanID: UInt64, flags: UInt8 = 0) {
        guard traceID != 0, spanID != 0 else { return nil }
        self.init(unchecked: traceID, spanID: spanID, flags: flags)
    }

    /// The beginning of a new request.
    package init(using generator: inout some RandomNumberGenerator) {
        traceHigh = generator.next()
        traceLow = max(1, generator.next())
        spanID = max(1, generator.next())
        flags = 0
    }

    /// A step within this request, with an id of its own.
    package func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(unchecked: traceID, spanID: max(1, generator.next()), flags: flags)
    }

    private init(unchecked traceID: UInt128, spanID: UInt64, flags: UInt8) {
        traceHigh = UInt64(truncatingIfNeeded: traceID >> 64)
        traceLow = UInt64(truncatingIfNeeded: traceID)
        self.spanID = spanID
        self.flags = flags
    }

    /// The context in a `traceparent` header: `00-<32 digits>-<16 digits>-<2 digits>`, lower case.
    ///
    /// Later versions are read by their first four fields, as the specification asks.
    ///
    /// - Returns: `nil` for anything else; the caller then starts a new trace.
    package init?(traceparent text: some StringProtocol) {
        let units = Array(text.utf8.prefix(56))
        let dash = UInt8(ascii: "-")
        guard units.count >= 55, units[2] == dash, units[35] == dash, units[52] == dash,
            let version = Self.hex(units[0..<2]), version != 0xFF,
            units.count == 55 || (version != 0 && units[55] == dash),
            let traceID = Self.hex(units[3..<35]), let spanID = Self.hex(units[36..<52]),
            let flags = Self.hex(units[53..<55])
        else { return nil }
        self.init(
            traceID: traceID,
            spanID: UInt64(truncatingIfNeeded: spanID),
            flags: UInt8(truncatingIfNeeded: flags)
        )
    }

    /// The `traceparent` header's value.
    package var traceparent: String {
        let flagDigits = Self.digits(UInt128(flags), count: 2)
        return "00-\(traceIDText)-\(spanIDText)-\(flagDigits)"
    }

    /// The trace id's 32 digits.
    package var traceIDText: String { Self.digits(traceID, count: 32) }

    /// The span id's 16 digits.
    package var spanIDText: String { Self.digits(UInt128(spanID), count: 16) }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static func digits(_ value: UInt128, count: Int) -> String {
        // Written into the text's own memory, by halves that fit a register: every request of the gateway makes one.
        String(unsafeUninitializedCapacity: count) { units in
            var rest = UInt64(truncatingIfNeeded: value)
            for index in (0..<count).reversed() {
                if count - index == 17 { rest = UInt64(truncatingIfNeeded: value >> 64) }
                units[index] = hexDigits[Int(rest & 15)]
                rest >>= 4
            }
            return count
        }
    }

    private static func hex(_ units: ArraySlice<UInt8>) -> UInt128? {
        var value: UInt128 = 0
        for unit in units {
            switch unit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value << 4 | UInt128(unit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt128(unit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
