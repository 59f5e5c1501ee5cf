import Crypto
import HTTP
import PaymentsServer
import Reactor
import Telemetry
import TestSupport
import Testing
import Timekeeping
import Transport

/// A server of ours in the place of a provider, on a loop with the machine's clock: libcurl has no other.
// Safe: `server` and `listener` are touched on the loop alone.
private final class ProviderDouble: ChannelListenerDelegate, @unchecked Sendable {
    let loop: EventLoop
    private(set) var port: UInt16 = 0
    private let server: HTTPServer
    private var listener: ChannelListener?

    init(_ security: ChannelSecurity = .plain) async throws {
        let loop = try EventLoop(name: "provider", timeSource: SystemTimeSource())
        loop.start()
        self.loop = loop
        var router = Router<HTTPHandler>()
        router.immediate(.post, "/small") { _, _ in .text("{}") }
        for (path, status) in [("/large", HTTPStatus.ok), ("/large-failure", .internalServerError)]
        {
            let bytes = [UInt8](repeating: 32, count: CurlProviderTransport.answerByteCountMax + 1)
            router.immediate(.post, path) { _, _ in HTTPResponse(status, body: .bytes(bytes)) }
        }
        router.suspending(.post, "/silent") { _, context in
            _ = await context.loop.sleep(for: .seconds(60))
            return .text("late")
        }
        router.immediate(.post, "/cut") { _, _ in
            HTTPResponse(.ok, body: .stream(byteCount: 2) { $0.abandon() })
        }
        server = HTTPServer(loop: loop, router: router)
        port = try await loop.submit { [self] in
            Result { () throws(SocketError) -> UInt16 in
                let made = try ChannelListener(
                    loop: loop,
                    address: .loopback(port: 0),
                    security: security,
                    delegate: self
                )
                listener = made
                return made.address?.port ?? 0
            }
        }.get()
    }

    func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
        server.accept(channel)
    }

    func stop(_ transports: CurlProviderTransport...) async {
        for transport in transports { await transport.close() }
        await loop.submit { [self] in
            listener?.close()
            listener = nil
        }
        loop.stop()
        loop.join()
    }
}

@Suite("CurlProviderTransport", .timeLimit(.minutes(1)))
struct CurlProviderTransportTests {
    private func transport(
        _ double: ProviderDouble,
        _ base: String? = nil,
        authorityPath: String? = nil,
        timeMax: Duration = .seconds(20),
        isUp: @escaping @Sendable (Bool) -> Void = { _ in }
    ) throws -> CurlProviderTransport {
        try #require(
            CurlProviderTransport(
                CurlProviderTransport.Settings(
                    baseURL: base ?? "http://127.0.0.1:\(double.port)",
                    authorityPath: authorityPath,
                    timeMax: timeMax
                ),
                loop: double.loop,
                registry: MetricsRegistry(),
                isUp: isUp
            )
        )
    }

    private func request(_ path: String) -> ProviderRequest {
        ProviderRequest(.post, path, headers: [], body: Array("{}".utf8))
    }

    @Test("an answer comes whole; one cut off, too large or never given is told apart")
    func outcomes() async throws {
        let double = try await ProviderDouble()
        let usual = try transport(double)
        #expect(
            await usual.send(request("/small"))
                == .response(status: 200, body: Array("{}".utf8))
        )
        #expect(await usual.send(request("/cut")) == .connectionLost)
        // Its status counts; without its body no success is believed.
        #expect(await usual.send(request("/large")) == .response(status: 200, body: []))
        #expect(await usual.send(request("/large-failure")) == .response(status: 500, body: []))
        let hasty = try transport(double, timeMax: .milliseconds(100))
        #expect(await hasty.send(request("/silent")) == .timeout)
        await double.stop(usual, hasty)
    }

    @Test(
        "where nobody listens nothing was sent, and the third silence in a row means out of reach"
    )
    func nobody() async throws {
        let double = try await ProviderDouble()
        let seen = Recorder<Bool>()
        let lonely = try transport(double, "http://127.0.0.1:1") { seen.append($0) }
        for _ in 0..<3 { #expect(await lonely.send(request("/small")) == .notSent) }
        #expect(seen.elements == [true, true, false])
        await double.stop(lonely)
    }

    @Test("a private authority is trusted where it is configured, and nobody else is then")
    func authority() async throws {
        let folder = try TemporaryDirectory()
        let now = SystemTimeSource().wallTime
        let authority = try CertificateAuthority.make(
            name: "test",
            notBefore: now.advanced(by: .seconds(-60)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: folder.path(of: "ca.pem"))
        let issued = try authority.issue(
            names: ["provider.test"],
            isForLoopback: true,
            notBefore: now.advanced(by: .seconds(-60)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        try issued.write(
            certificatePath: folder.path(of: "server.pem"),
            keyPath: folder.path(of: "server.key")
        )
        let context = try TLSContext(
            .server(
                certificatePath: folder.path(of: "server.pem"),
                privateKeyPath: folder.path(of: "server.key"),
                applicationProtocols: ["http/1.1"],
                assumedProtocol: "http/1.1"
            )
        )
        let double = try await ProviderDouble(.server(context))
        let base = "https://127.0.0.1:\(double.port)"
        let trusting = try transport(double, base, authorityPath: folder.path(of: "ca.pem"))
        let reply = await trusting.send(request("/small"))
        #expect(reply == .response(status: 200, body: Array("{}".utf8)))
        let strict = try transport(double, base)
        #expect(await strict.send(request("/small")) == .notSent)
        await double.stop(trusting, strict)
    }
}
