internal import Glibc
package import Reactor

/// Asks a running program whether it is ready: what `PROGRAM --check` does, for containers whose images have no curl.
package enum ReadinessProbe {
    /// How long connecting, asking and reading may each take.
    package static let stepTime = Duration.seconds(3)
    /// The longest answer that is read, bytes; a report of all peers takes a few hundred.
    private static let answerByteCountMax = 16_384

    /// Whether the program whose internal port is at `address` is ready, and what it says.
    ///
    /// Blocks, for at most three times `stepTime`: for a process that does nothing else.
    package static func ask(_ address: SocketAddress) -> (isReady: Bool, text: String) {
        let descriptor = connected(to: address)
        guard descriptor >= 0 else { return (false, "nobody listens on \(address)") }
        defer { close(descriptor) }
        let request = Array("GET /readyz HTTP/1.1\r\nHost: self\r\nConnection: close\r\n\r\n".utf8)
        guard
            send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
        else { return (false, "\(address) takes no request") }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while answer.count < answerByteCountMax {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            answer += chunk.prefix(count)
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard !text.isEmpty else { return (false, "\(address) does not answer") }
        return (text.hasPrefix("HTTP/1.1 200 "), body(of: text))
    }

    /// What follows the head.
    private static func body(of text: String) -> String {
        var isHead = true
        // "\r\n" is one character.
        return String(
            text.split(separator: "\r\n", omittingEmptySubsequences: false)
                .drop { line in
                    defer { if line.isEmpty { isHead = false } }
                    return isHead
                }
                .joined(separator: "\r\n")
        )
    }

    /// A connected socket; -1 where there is none. An unspecified address is this machine's own, as Linux takes it.
    private static func connected(to address: SocketAddress) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let found else {
            return -1
        }
        // Safe: getaddrinfo gave one entry with an address of the length that stands in it; it is freed once.
        defer { freeaddrinfo(found) }
        let entry = found.pointee
        let descriptor = socket(
            entry.ai_family,
            entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { return -1 }
        // Of the socket: connect waits as long as a send.
        var limit = timeval(tv_sec: Int(stepTime.components.seconds), tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        guard connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }
}
