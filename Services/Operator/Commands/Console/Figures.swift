internal import Timekeeping

/// Figures as people read them.
package enum Figures {
    /// "12 s", "3 min 05 s", "2 h 10 min".
    package static func time(_ duration: Duration) -> String {
        let seconds = max(0, duration.wholeMilliseconds / 1000)
        let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(two(seconds % 60)) s" }
        return "\(seconds / 3600) h \(two(seconds / 60 % 60)) min"
    }

    /// "1 warning", "2 warnings", "no warnings".
    ///
    /// - Parameter plural: Where an s does not make it.
    package static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        "\(count == 0 ? "no" : String(count)) \(count == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// `value` with `digits` decimal places, rounded to nearest; "-" where there is none.
    package static func decimal(_ value: Double?, _ digits: Int) -> String {
        guard let value, value.isFinite, abs(value) < 1e15 else { return "-" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int64(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(scaled / Int64(scale)).\(zeros)\(fraction)"
    }

    /// An amount of minor units with two decimal places and its currency, "12.50 EUR".
    ///
    /// - Parameter digits: The currency's decimal places.
    package static func money(_ minorUnits: Int64, _ currency: String, digits: Int = 2) -> String {
        let magnitude = String(minorUnits.magnitude)
        let zeros = String(repeating: "0", count: max(0, digits + 1 - magnitude.count))
        let padded = zeros + magnitude
        let sign = minorUnits < 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(padded) \(currency)" }
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits)) \(currency)"
    }
}
