/// A host and a port as a configuration writes them: `localhost:7001`, `10.0.0.7:7001`, `[fd00::7]:7001`.
package struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that DNS allows.
    package static let hostByteCountMax = 253

    /// A name or an address, without brackets.
    package let host: String
    /// 0 ... 65,535; 0 asks the system for a free one where something listens.
    package let port: UInt16

    /// A host, which is not checked, and a port.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// What `text` writes; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.count <= Self.hostByteCountMax,
            host.utf8.allSatisfy({
                $0 > 0x20 && $0 < 0x7F && $0 != 0x5B && $0 != 0x5D && $0 != 0x2C
            })
        else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The text that is read back.
    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
