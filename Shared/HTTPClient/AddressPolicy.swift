/// Which addresses a client may connect to; asked at each connect, after the name is resolved, so that a name
/// which changes its address between check and use gains nothing.
package struct AddressPolicy: Sendable {
    /// An address as it is about to be connected to.
    package enum Address: Hashable, Sendable {
        /// Version 4, the first octet highest.
        case version4(UInt32)
        /// Version 6 in two halves, the first octet highest.
        case version6(high: UInt64, low: UInt64)
    }

    let allows: @Sendable (Address) -> Bool

    /// A policy of the caller's own; it is asked on the client's loop and must not block.
    package init(_ allows: @escaping @Sendable (Address) -> Bool) {
        self.allows = allows
    }

    /// Every address: for parties that an operator configured.
    package static let any = AddressPolicy { _ in true }

    /// Addresses of the public Internet only: for URLs that tenants and partners give us.
    ///
    /// Refused are those of the IANA special-purpose registries (RFC 6890, as of 2025): this network, loopback,
    /// link-local (with it the metadata service of clouds), private, unique-local, shared, documentation,
    /// benchmarking, multicast and reserved ones, and every version 6 form that carries a version 4 address
    /// (mapped, NAT64, 6to4, Teredo), since it would lead around the list.
    package static let publicOnly = AddressPolicy { address in
        switch address {
        case .version4(let bits): !refused4.contains { $0.holds(bits) }
        case .version6(let high, let low):
            // Unicast is assigned from 2000::/3 alone so far.
            high >> 61 == 0b001
                && !refused6.contains { $0.holds(UInt128(high) << 64 | UInt128(low)) }
        }
    }

    /// A prefix of addresses.
    private struct Network<Bits: FixedWidthInteger & Sendable>: Sendable {
        let base: Bits
        let length: Int

        func holds(_ address: Bits) -> Bool {
            (address ^ base) >> Bits(Bits.bitWidth - length) == 0
        }
    }

    private static let refused4: [Network<UInt32>] = [
        .init(base: 0x0000_0000, length: 8), .init(base: 0x0A00_0000, length: 8),
        .init(base: 0x6440_0000, length: 10), .init(base: 0x7F00_0000, length: 8),
        .init(base: 0xA9FE_0000, length: 16), .init(base: 0xAC10_0000, length: 12),
        .init(base: 0xC000_0000, length: 24), .init(base: 0xC000_0200, length: 24),
        .init(base: 0xC058_6300, length: 24), .init(base: 0xC0A8_0000, length: 16),
        .init(base: 0xC612_0000, length: 15), .init(base: 0xC633_6400, length: 24),
        .init(base: 0xCB00_7100, length: 24), .init(base: 0xE000_0000, length: 4),
        .init(base: 0xF000_0000, length: 4),
    ]

    private static let refused6: [Network<UInt128>] = [
        // 2001::/23: protocol assignments, with Teredo; 2001:db8::/32 and 3fff::/20: documentation; 2002::/16: 6to4.
        .init(base: 0x2001 << 112, length: 23), .init(base: 0x2001_0DB8 << 96, length: 32),
        .init(base: 0x2002 << 112, length: 16), .init(base: 0x3FFF << 112, length: 20),
    ]
}
