import Glibc
import Reactor
import TestSupport
import Timekeeping
import Transport

@testable import HTTP

/// A server on a loop of its own with a clock that the test moves.
final class ServerRig: Sendable {
    let time = ManualTimeSource(wallTime: WallTime(secondsSinceEpoch: 784_111_777))
    let loop: EventLoop
    let server: HTTPServer
    let observed: ObservedRequests

    init(
        options: HTTPServerOptions = HTTPServerOptions(),
        _ routes: (inout Router<HTTPHandler>) -> Void
    ) throws {
        loop = try EventLoop(name: "http-test", timeSource: time)
        var router = Router<HTTPHandler>()
        routes(&router)
        observed = ObservedRequests(router.routes.map(\.template.text))
        server = HTTPServer(loop: loop, router: router, options: options, observer: observed)
        loop.start()
    }

    func stop() {
        loop.stop()
        loop.join()
    }

    /// A client connected to the server.
    func connect() async throws -> TestClient {
        let (near, far) = try Socket.pair()
        await loop.submit { [self] in
            let channel = ByteChannel(loop: loop, descriptor: near, options: server.options.channel)
            if server.accept(channel) { channel.start() }
        }
        return TestClient(descriptor: far, rig: self)
    }

    /// Lets the loop go round so often that whatever was ready has been handled.
    func turn() async {
        for _ in 0..<4 { await loop.submit {} }
    }

    func advance(by duration: Duration) async {
        time.advance(by: duration)
        await turn()
    }

    /// Lets the loop go round until `condition` holds on it; false where it never does.
    func until(_ condition: @escaping @Sendable () -> Bool) async -> Bool {
        for _ in 0..<100_000 {
            if await loop.submit({ condition() }) { return true }
        }
        return false
    }
}

/// A bare socket that the test reads and writes itself.
final class TestClient: Sendable {
    let descriptor: Int32
    let rig: ServerRig

    init(descriptor: Int32, rig: ServerRig) {
        self.descriptor = descriptor
        self.rig = rig
    }

    deinit { close(descriptor) }

    /// Sends `text` and lets the server handle it.
    func send(_ text: String) async {
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000)
        }
        precondition(count == bytes.count || count < 0)
        await rig.turn()
    }

    /// What is there to read in one call; `nil` at the end.
    func read() -> String? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = buffer.withUnsafeMutableBytes {
            Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        if count == 0 { return nil }
        return count < 0 ? "" : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Sends `text` and reads what came back at once.
    func exchange(_ text: String) async -> String? {
        await send(text)
        return read()
    }

    /// Reads until the server has ended the connection.
    func readToEnd() async -> String? {
        var all = ""
        for _ in 0..<100_000 {
            guard let part = read() else { return all }
            all += part
            if part.isEmpty { await rig.loop.submit {} }
        }
        return nil
    }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }
}

/// Records what the server tells.
final class ObservedRequests: HTTPObserver, Sendable {
    let lines = Recorder<String>()
    private let templates: [String]

    init(_ templates: [String]) {
        self.templates = templates
    }

    func requestAnswered(_ record: HTTPRequestRecord) {
        let template = record.route.map { templates[$0] }
        lines.append("\(record.method.name) \(template ?? "-") \(record.status.code)")
    }

    func requestRefused(_ refusal: RequestRefusal) {
        lines.append("refused \(refusal.status.code) \(refusal.reason)")
    }

    func connectionRefused() {
        lines.append("connection refused")
    }
}

let dateLine = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

/// A request line with the one header that must be there.
func get(_ path: String, _ method: String = "GET", _ more: String = "") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: h\r\n\(more)\r\n"
}
