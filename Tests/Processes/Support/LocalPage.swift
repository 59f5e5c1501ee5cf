internal import Foundation

/// Fetches pages and posts documents on this machine, over one connection each.
public enum LocalPage {
    /// The body of a page, whatever its status.
    public static func get(_ path: String, port: UInt16) async throws -> String {
        try await exchange("GET \(path) HTTP/1.1\r\n", [], port)
    }

    /// Posts a JSON document; returns the answer's body.
    @discardableResult
    public static func post(_ path: String, _ document: String, port: UInt16) async throws -> String
    {
        let body = Array(document.utf8)
        let head =
            "POST \(path) HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n"
        return try await exchange(head, body, port)
    }

    private static func exchange(
        _ head: String,
        _ body: [UInt8],
        _ port: UInt16
    ) async throws -> String {
        let request =
            Array("\(head)Host: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n".utf8) + body
        // Blocking calls, so on a thread of its own.
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try blocking(request, port) })
            }
        }
    }

    private static func blocking(_ request: [UInt8], _ port: UInt16) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = LoopbackAddress.make(port: port)
        let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, write(descriptor, request, request.count) == request.count else {
            throw ProgramProcess.Failure(description: "nobody answers on port \(port)")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else {
            throw ProgramProcess.Failure(description: "no answer on port \(port)")
        }
        return String(text[end.upperBound...])
    }
}
