internal import CLinux
internal import Glibc

/// An IPv4 or IPv6 address with a port.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Which of the two families.
    package enum Family: UInt8, Sendable {
        case ipv4 = 4
        case ipv6 = 6
    }

    /// Which of the two families.
    package let family: Family
    /// The address's first 64 bits as a number; 0 for IPv4.
    let high: UInt64
    /// The address's last 64 bits as a number; for IPv4 its 32 bits.
    let low: UInt64
    /// The port, 0 for "any free one" where a listener binds.
    package let port: UInt16
    /// The interface of a link-local IPv6 address, else 0.
    let scope: UInt32

    /// The IPv4 address of this machine's loopback.
    package static func loopback(port: UInt16) -> SocketAddress {
        SocketAddress(family: .ipv4, high: 0, low: 0x7F00_0001, port: port, scope: 0)
    }

    init(family: Family, high: UInt64, low: UInt64, port: UInt16, scope: UInt32) {
        self.family = family
        self.high = high
        self.low = low
        self.port = port
        self.scope = scope
    }

    /// The address that `host` writes in digits, "10.0.0.7" or "fd00::7".
    ///
    /// - Returns: `nil` where `host` is a name and must be resolved.
    // Safe: the text ends with a zero, and each structure is of the family that is asked for.
    package init?(host: String, port: UInt16) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, host, &four) == 1 {
            let low = UInt64(UInt32(bigEndian: four.s_addr))
            self.init(family: .ipv4, high: 0, low: low, port: port, scope: 0)
            return
        }
        var six = in6_addr()
        guard unsafe inet_pton(AF_INET6, host, &six) == 1 else { return nil }
        let (high, low) = Self.halves(of: six)
        self.init(family: .ipv6, high: high, low: low, port: port, scope: 0)
    }

    /// The address that `text` writes, "10.0.0.7:7001" or "[fd00::7]:7001".
    ///
    /// - Throws: `.addressInvalid`, with the text.
    package init(_ text: String) throws(SocketError) {
        let endpoint = try Endpoint(text)
        guard let address = SocketAddress(host: endpoint.host, port: endpoint.port) else {
            throw SocketError(
                .addressInvalid,
                "\"\(text)\" is not an address and a port, such as 127.0.0.1:7001 or [::1]:7001"
            )
        }
        self = address
    }

    /// The same address with another port.
    package func with(port: UInt16) -> SocketAddress {
        SocketAddress(family: family, high: high, low: low, port: port, scope: scope)
    }

    /// What a limit per address counts by: an IPv4 address, or the /64 network that one IPv6 user owns.
    package var limitKey: UInt64 {
        family == .ipv4 ? low : high
    }

    /// The address without its port, in digits.
    package var host: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) {
            buffer in
            let length = socklen_t(buffer.count)
            let written: UnsafePointer<CChar>?
            switch family {
            case .ipv4:
                var four = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
                unsafe written = inet_ntop(AF_INET, &four, buffer.baseAddress, length)
            case .ipv6:
                var six = Self.in6(high: high, low: low)
                unsafe written = inet_ntop(AF_INET6, &six, buffer.baseAddress, length)
            }
            // Safe: inet_ntop ends what it writes with a zero within `length`.
            return unsafe written.map { unsafe String(cString: $0) } ?? "?"
        }
    }

    package var description: String {
        family == .ipv4 ? "\(host):\(port)" : "[\(host)]:\(port)"
    }

    // MARK: - The system's form

    /// The address of what `storage` holds; `nil` for another family.
    // Safe: each view reads the structure that the family says is there, and storage is larger than both.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        switch Int32(storage.ss_family) {
        case AF_INET:
            let four = unsafe withUnsafeBytes(of: &storage) { unsafe $0.load(as: sockaddr_in.self) }
            self.init(
                family: .ipv4,
                high: 0,
                low: UInt64(UInt32(bigEndian: four.sin_addr.s_addr)),
                port: UInt16(bigEndian: four.sin_port),
                scope: 0
            )
        case AF_INET6:
            let six = unsafe withUnsafeBytes(of: &storage) { unsafe $0.load(as: sockaddr_in6.self) }
            let (high, low) = Self.halves(of: six.sin6_addr)
            self.init(
                family: .ipv6,
                high: high,
                low: low,
                port: UInt16(bigEndian: six.sin6_port),
                scope: six.sin6_scope_id
            )
        default:
            return nil
        }
    }

    /// Calls `body` with the address as the system wants it.
    // Safe: the pointer is good for `body`, and names a structure of the length given.
    func withSystemAddress<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        switch family {
        case .ipv4:
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            four.sin_addr.s_addr = UInt32(truncatingIfNeeded: low).bigEndian
            return unsafe Self.asSystemAddress(&four, body)
        case .ipv6:
            var six = sockaddr_in6()
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            six.sin6_addr = Self.in6(high: high, low: low)
            six.sin6_scope_id = scope
            return unsafe Self.asSystemAddress(&six, body)
        }
    }

    // Safe: every system address begins as `sockaddr` does, and the length says where it ends.
    private static func asSystemAddress<Address, Result>(
        _ address: inout Address,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe body(pointer, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func halves(of address: in6_addr) -> (high: UInt64, low: UInt64) {
        // Safe: 16 bytes of a plain structure.
        unsafe withUnsafeBytes(of: address) { bytes in
            unsafe (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    private static func in6(high: UInt64, low: UInt64) -> in6_addr {
        var address = in6_addr()
        // Safe: 16 bytes of a plain structure.
        unsafe withUnsafeMutableBytes(of: &address) { bytes in
            unsafe bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return address
    }
}
