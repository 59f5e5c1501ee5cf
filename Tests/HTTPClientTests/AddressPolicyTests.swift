import Glibc
import Testing

@testable import HTTPClient

@Suite("Addresses of the public Internet")
struct AddressPolicyTests {
    /// Reads an address by the system's own function.
    private func address(_ text: String) -> AddressPolicy.Address? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return .version4(UInt32(bigEndian: four.s_addr)) }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        return withUnsafeBytes(of: six) { octets in
            .version6(
                high: UInt64(bigEndian: octets.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: octets.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    @Test(
        "special addresses are refused",
        arguments: [
            "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0",
            "100.127.255.255", "127.0.0.1",
            "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0",
            "172.31.255.255",
            "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0",
            "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8",
            "64:ff9b::808:808",
            "64:ff9b:1::1", "100::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fdff::1",
            "ff02::1", "2001::1",
            "2001:1ff::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "3fff:fff::1", "4000::1",
        ]
    )
    func refused(text: String) throws {
        #expect(!AddressPolicy.publicOnly.allows(try #require(address(text))))
    }

    @Test(
        "their neighbours are allowed",
        arguments: [
            "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
            "192.0.1.0", "192.0.3.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
            "2000::1",
            "2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1", "2606:4700::1111", "3ffe::1",
        ]
    )
    func allowed(text: String) throws {
        #expect(AddressPolicy.publicOnly.allows(try #require(address(text))))
    }
}
