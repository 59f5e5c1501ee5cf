/// Percent-encoding of paths and queries (RFC 3986 section 2.1).
enum PercentEncoding {
    /// The text that `bytes` encode.
    ///
    /// - Returns: `nil` where an escape is malformed, the result is not UTF-8, or it holds a control character.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            var octet = bytes[index]
            index += 1
            if octet == Octet.percent {
                guard bytes.endIndex - index >= 2,
                    let high = Octet.hexadecimal(bytes[index]),
                    let low = Octet.hexadecimal(bytes[index + 1])
                else { return nil }
                octet = high << 4 | low
                index += 2
            } else if plusIsSpace, octet == UInt8(ascii: "+") {
                octet = Octet.space
            }
            guard octet >= 0x20, octet != 0x7F else { return nil }
            decoded.append(octet)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
