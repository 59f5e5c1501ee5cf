import Crypto
import Foundation
import HTTP
import Reactor
import TestSupport
import Timekeeping
import Transport

@testable import HTTPClient

/// A server of ours on loopback and clients beside it, on one loop with the machine's clock: libcurl has no
/// other.
final class LoopbackServer: Sendable {
    let loop: EventLoop
    let port: UInt16
    private let relay: LoopBound<CountingRelay>

    /// A server of `routes`, under TLS where `certificate` is given.
    init(
        certificate: TestCertificate? = nil,
        _ routes: @escaping @Sendable (inout Router<HTTPHandler>) -> Void
    ) async throws {
        loop = try EventLoop(name: "client-test", timeSource: SystemTimeSource())
        loop.start()
        let security: ChannelSecurity = try certificate.map { .server(try $0.context()) } ?? .plain
        let loop = loop
        let made = await loop.submit { () -> (UInt16, LoopBound<CountingRelay>)? in
            var router = Router<HTTPHandler>()
            routes(&router)
            let relay = CountingRelay(HTTPServer(loop: loop, router: router))
            guard
                let listener = try? ChannelListener(
                    loop: loop,
                    address: .loopback(port: 0),
                    security: security,
                    delegate: relay
                ), let address = listener.address
            else { return nil }
            relay.listener = listener
            return (address.port, LoopBound(relay, to: loop))
        }
        guard let made else { throw TestFailure() }
        port = made.0
        relay = made.1
    }

    /// How many connections were accepted.
    var connectionCount: Int {
        get async {
            await loop.submit { [relay] in relay.value.count }
        }
    }

    /// A client on the same loop.
    func client(_ change: (inout HTTPClientOptions) -> Void = { _ in }) async throws -> HTTPClient {
        var options = HTTPClientOptions()
        change(&options)
        guard let client = HTTPClient(loop: loop, options: options) else { throw TestFailure() }
        return client
    }

    func url(_ path: String, scheme: String = "http", host: String = "127.0.0.1") -> String {
        "\(scheme)://\(host):\(port)\(path)"
    }

    /// Closes `clients` and stops.
    func stop(_ clients: HTTPClient...) async {
        await loop.submit { [relay] in
            for client in clients { client.close() }
            relay.value.listener?.close()
        }
        loop.stop()
        loop.join()
    }
}

struct TestFailure: Error {}

/// Counts connections on their way to the server.
final class CountingRelay: ChannelListenerDelegate {
    let server: HTTPServer
    var listener: ChannelListener?
    var count = 0

    init(_ server: HTTPServer) { self.server = server }

    func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
        count += 1
        server.accept(channel)
    }
}

/// A private authority and a certificate of it for `names`, in files that go away with it.
final class TestCertificate: Sendable {
    private let directory: TemporaryDirectory
    let authorityPath: String
    private let certificatePath: String
    private let keyPath: String

    init(_ names: [String], isForLoopback: Bool = true) throws {
        directory = try TemporaryDirectory(prefix: "http-client")
        let now = SystemTimeSource().wallTime
        let authority = try CertificateAuthority.make(
            name: "Test authority",
            notBefore: now.advanced(by: .seconds(-3600)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        authorityPath = directory.path(of: "ca.pem")
        certificatePath = directory.path(of: "server.pem")
        keyPath = directory.path(of: "server.key")
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: authorityPath)
        let issued = try authority.issue(
            names: names,
            isForLoopback: isForLoopback,
            notBefore: now.advanced(by: .seconds(-3600)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        try issued.write(certificatePath: certificatePath, keyPath: keyPath)
    }

    func context() throws -> TLSContext {
        try TLSContext(
            .server(
                certificatePath: certificatePath,
                privateKeyPath: keyPath,
                applicationProtocols: ["http/1.1"],
                assumedProtocol: "http/1.1"
            )
        )
    }
}
