/// How quantities are written: a whole number and its unit, `250ms`, `64KiB`.
enum ValueText {
    private static let durationUnits: [(suffix: String, nanoseconds: Int64)] = [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1000),
    ]

    private static let byteUnits: [(suffix: String, bytes: Int64)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// A length of time; `nil` without a unit, with a fraction or a sign, or beyond 292 years.
    static func duration(_ text: String) -> Duration? {
        guard let (number, suffix) = split(text),
            let unit = durationUnits.first(where: { $0.suffix == suffix })
        else { return nil }
        let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
        return overflow ? nil : .nanoseconds(nanoseconds)
    }

    /// A count of bytes; `nil` without a unit, with a fraction or a sign, or beyond 64 bits.
    static func byteCount(_ text: String) -> Int64? {
        guard let (number, suffix) = split(text),
            let unit = byteUnits.first(where: { $0.suffix == suffix })
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : bytes
    }

    /// The shortest text for a length of time of whole microseconds.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        if nanoseconds == 0 { return "0s" }
        let unit = durationUnits.first { nanoseconds.isMultiple(of: $0.nanoseconds) }
        return unit.map { "\(nanoseconds / $0.nanoseconds)\($0.suffix)" } ?? "\(nanoseconds)ns"
    }

    /// The shortest text for a count of bytes.
    static func text(byteCount: Int64) -> String {
        let unit = byteUnits.first { byteCount != 0 && byteCount.isMultiple(of: $0.bytes) }
        return unit.map { "\(byteCount / $0.bytes)\($0.suffix)" } ?? "\(byteCount)B"
    }

    private static func split(_ text: String) -> (Int64, Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let number = Int64(digits) else { return nil }
        return (number, text[digits.endIndex...])
    }
}
