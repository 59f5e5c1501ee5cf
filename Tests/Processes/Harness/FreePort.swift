internal import Foundation

/// Finds ports that nobody listens on.
///
/// For programs that are restarted and must be found again at the same place; all others ask for port 0. The system
/// gives a port out again only when it has gone round all others, so that the gap until its use does no harm.
public enum FreePort {
    /// A port of the loopback address that was free a moment ago.
    ///
    /// - Throws: What the system says.
    public static func find() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else {
            throw ProgramProcess.Failure(description: "no socket: \(errno)")
        }
        defer { close(descriptor) }
        var address = LoopbackAddress.make(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0
                    ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard code == 0 else { throw ProgramProcess.Failure(description: "no port: \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// 127.0.0.1 as the system wants it.
enum LoopbackAddress {
    static func make(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }
}
