import Foundation
import ProcessSupport

/// A connection that sends what a test wants, byte for byte, and reads what comes.
// Safe: one test uses it, one call after the other.
final class RawConnection: @unchecked Sendable {
    /// How long an answer may take. Far above all limits of the programs: passing it is a failure of its own.
    private static let patienceSeconds = 60

    private let descriptor: Int32

    /// Connects to `port` of this machine.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw EdgeFailure("nobody listens on port \(port)")
        }
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`; a peer that has closed already is no failure, since its answer is what counts.
    func send(_ bytes: [UInt8]) async {
        await onThread { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.send(
                        descriptor,
                        $0.baseAddress,
                        $0.count,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    func send(_ text: String) async { await send(Array(text.utf8)) }

    /// What comes next, at least a byte; `nil` at the end of the connection.
    ///
    /// - Throws: Where nothing comes within the patience.
    func read() async throws -> [UInt8]? {
        let outcome: Result<[UInt8]?, EdgeFailure> = await onThread { [descriptor] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count > 0 { return .success(Array(buffer[..<count])) }
                // Cut off without a farewell is an end, too.
                if count == 0 || errno == ECONNRESET { return .success(nil) }
                if errno == EINTR { continue }
                return .failure(EdgeFailure("nothing comes: \(errno)"))
            }
        }
        return try outcome.get()
    }

    /// Everything until the peer ends the connection.
    func readToEnd() async throws -> [UInt8] {
        var all: [UInt8] = []
        while let more = try await read() { all += more }
        return all
    }

    /// What comes until it holds `text`.
    ///
    /// - Throws: Where the connection ends or falls silent before.
    func read(until text: String) async throws -> String {
        var all: [UInt8] = []
        while true {
            let read = String(decoding: all, as: UTF8.self)
            if read.contains(text) { return read }
            guard let more = try await self.read() else {
                throw EdgeFailure("ended without \(text): \(read)")
            }
            all += more
        }
    }

    private func onThread<Output: Sendable>(
        _ body: @escaping @Sendable () -> Output
    ) async -> Output {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
