/// Where a service is reached as a configuration writes it: a name or an address, and a port.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that DNS allows.
    package static let hostByteCountMax = 253

    /// A name, or an address in digits without brackets.
    package let host: String
    /// The port, 0 ... 65,535.
    package let port: UInt16

    /// The endpoint at `host`, which is not checked.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The endpoint that `text` writes: "host:port", "10.0.0.7:7001" or "[fd00::7]:7001".
    ///
    /// - Throws: `.addressInvalid`, with the text.
    package init(_ text: String) throws(SocketError) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]),
            text[text.index(after: colon)...].allSatisfy(\.isNumber)
        else { throw Self.invalid(text) }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw Self.invalid(text)
        }
        guard !host.isEmpty, host.utf8.count <= Self.hostByteCountMax,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5B && $0 != 0x5D })
        else { throw Self.invalid(text) }
        self.init(host: String(host), port: port)
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func invalid(_ text: String) -> SocketError {
        SocketError(
            .addressInvalid,
            "\"\(text.prefix(300))\" is not a host and a port, such as localhost:7001 or [::1]:7001"
        )
    }
}
