internal import Foundation
internal import Synchronization

/// Finds ports that nobody listens on.
///
/// For programs that are restarted and must be found again at the same place; all others ask for port 0. The ports lie
/// below those that the system gives out by itself (from 32768), so that no connection takes one between two starts:
/// not that of another test, and not that of a peer which tries the port so often that it is given the same number for
/// its own end and so meets itself. Nor does `nexors up --free-ports` take one, which looks from 21000 on: a killed
/// program's ports are free for a moment.
public enum FreePort {
    private static let range: ClosedRange<UInt16> = 10_000...20_999
    private static let attemptCount = 1000
    /// Those that this process has named before: they are not bound before their programs start.
    private static let given = Mutex<Set<UInt16>>([])

    /// A port of the loopback address that was free a moment ago, and that this process was not given before.
    ///
    /// - Throws: What the system says.
    public static func find() throws -> UInt16 {
        for _ in 0..<attemptCount {
            let port = UInt16.random(in: range)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            if try isFree(port) { return port }
        }
        throw ProgramProcess.Failure(description: "no port is free: \(errno)")
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else {
            throw ProgramProcess.Failure(description: "no socket: \(errno)")
        }
        defer { close(descriptor) }
        var address = LoopbackAddress.make(port: port)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0
            }
        }
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
