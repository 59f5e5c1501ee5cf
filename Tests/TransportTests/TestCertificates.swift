import Crypto
import Foundation
import Reactor
import TestSupport
import Timekeeping
import Transport

/// The certificates of a test installation, in a folder that goes away with it.
final class TestCertificates: Sendable {
    /// Who a certificate is for.
    struct Paths: Sendable {
        let certificate: String
        let key: String
    }

    let authorityPath: String
    private let directory: TemporaryDirectory
    private let authority: CertificateAuthority

    var folder: URL { directory.url }

    init() throws {
        directory = try TemporaryDirectory(prefix: "tls")
        let now = SystemTimeSource().wallTime
        authority = try CertificateAuthority.make(
            name: "Test authority",
            notBefore: now.advanced(by: .seconds(-86_400)),
            notAfter: now.advanced(by: .seconds(86_400))
        )
        authorityPath = directory.path(of: "ca.pem")
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: authorityPath)
    }

    /// A certificate for `names`, good from `start` to `end` seconds from now.
    func issue(
        _ names: [String],
        as file: String? = nil,
        from start: Int = -3600,
        to end: Int = 3600
    ) throws -> Paths {
        let now = SystemTimeSource().wallTime
        let issued = try authority.issue(
            names: names,
            isForLoopback: true,
            notBefore: now.advanced(by: .seconds(start)),
            notAfter: now.advanced(by: .seconds(end))
        )
        let name = file ?? Hex.encode(SecureRandom.bytes(4))
        let paths = Paths(
            certificate: folder.appending(path: "\(name).pem").path(percentEncoded: false),
            key: folder.appending(path: "\(name).key").path(percentEncoded: false)
        )
        try issued.write(certificatePath: paths.certificate, keyPath: paths.key)
        return paths
    }

    func mutualServer(
        _ paths: Paths,
        authority: String? = nil,
        speaks: [String] = ["lbp/1"]
    ) throws -> TLSContext {
        try TLSContext(
            .mutualServer(
                certificatePath: paths.certificate,
                privateKeyPath: paths.key,
                authorityPath: authority ?? authorityPath,
                applicationProtocols: speaks
            )
        )
    }

    func server(
        _ paths: Paths,
        speaks: [String] = ["lbp/1"],
        assumes: String? = nil
    ) throws -> TLSContext {
        try TLSContext(
            .server(
                certificatePath: paths.certificate,
                privateKeyPath: paths.key,
                applicationProtocols: speaks,
                assumedProtocol: assumes
            )
        )
    }

    func client(
        _ paths: Paths?,
        authority: String? = nil,
        speaks: [String] = ["lbp/1"]
    ) throws -> TLSContext {
        try TLSContext(
            .client(
                authorityPath: authority ?? authorityPath,
                certificatePath: paths?.certificate,
                privateKeyPath: paths?.key,
                applicationProtocols: speaks
            )
        )
    }
}

/// A TLS client and server that talk to each other; the client is on the left.
struct SecurePair {
    let client = Probe()
    let server = Probe()

    init(
        _ rig: ChannelRig,
        client clientContext: TLSContext,
        expectedName: String = "dispatch",
        server serverContext: TLSContext,
        prepare: @escaping @Sendable (_ client: Probe, _ server: Probe) -> Void = { _, _ in }
    ) async throws {
        let (first, second) = try Socket.pair()
        let client = client
        let server = server
        await rig.loop.submit {
            client.channel = ByteChannel(
                loop: rig.loop,
                descriptor: first,
                security: .client(clientContext, expectedName: expectedName),
                delegate: client
            )
            server.channel = ByteChannel(
                loop: rig.loop,
                descriptor: second,
                security: .server(serverContext),
                delegate: server
            )
            prepare(client, server)
            client.channel.start()
            server.channel.start()
        }
    }
}
