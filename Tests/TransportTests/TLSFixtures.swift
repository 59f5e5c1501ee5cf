import Crypto
import Foundation
import Reactor
import TestSupport
import Testing
import Transport

/// One way in which a handshake must fail.
struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let clientCode: CloseReason.Code
    let serverCode: CloseReason.Code
    let contexts: @Sendable (TestCertificates) throws -> (client: TLSContext, server: TLSContext)

    static let all: [Refusal] = [
        Refusal(
            testDescription: "expired server",
            clientCode: .certificateExpired,
            serverCode: .certificateExpired
        ) {
            (try $0.client(nil), try $0.server($0.issue(["dispatch"], to: -60)))
        },
        Refusal(
            testDescription: "server not valid yet",
            clientCode: .certificateExpired,
            serverCode: .certificateRefused
        ) {
            (try $0.client(nil), try $0.server($0.issue(["dispatch"], from: 600)))
        },
        Refusal(
            testDescription: "server of another authority",
            clientCode: .authorityUnknown,
            serverCode: .authorityUnknown
        ) {
            let other = try TestCertificates()
            return (try $0.client(nil), try other.server(other.issue(["dispatch"])))
        },
        Refusal(
            testDescription: "server of another name",
            clientCode: .nameMismatch,
            serverCode: .certificateRefused
        ) {
            (try $0.client(nil), try $0.server($0.issue(["payments"])))
        },
        Refusal(
            testDescription: "expired client",
            clientCode: .certificateExpired,
            serverCode: .certificateExpired
        ) {
            (
                try $0.client($0.issue(["ingest"], to: -60)),
                try $0.mutualServer($0.issue(["dispatch"]))
            )
        },
        Refusal(
            testDescription: "client of another authority",
            clientCode: .authorityUnknown,
            serverCode: .authorityUnknown
        ) {
            let other = try TestCertificates()
            let ingest = try other.issue(["ingest"])
            return (
                try $0.client(ingest),
                try $0.mutualServer($0.issue(["dispatch"]))
            )
        },
        Refusal(
            testDescription: "no client certificate",
            clientCode: .certificateMissing,
            serverCode: .certificateMissing
        ) {
            (try $0.client(nil), try $0.mutualServer($0.issue(["dispatch"])))
        },
        Refusal(
            testDescription: "no common protocol",
            clientCode: .protocolMismatch,
            serverCode: .protocolMismatch
        ) {
            (
                try $0.client(nil, speaks: ["http/1.1"]),
                try $0.server($0.issue(["dispatch"]), speaks: ["lbp/1"])
            )
        },
    ]
}

/// A client and a server whose bytes a test passes on, a few at a time.
final class DribblingPair: Sendable {
    let client = Probe()
    let server = Probe()
    private let clientSide: Int32
    private let serverSide: Int32
    private let chunk: Int

    init(
        _ rig: ChannelRig,
        client clientContext: TLSContext,
        server serverContext: TLSContext,
        chunk: Int
    ) async throws {
        let left = try Socket.pair()
        let right = try Socket.pair()
        clientSide = left.1
        serverSide = right.1
        self.chunk = chunk
        let (client, server) = (client, server)
        await rig.loop.submit {
            client.channel = ByteChannel(
                loop: rig.loop,
                descriptor: left.0,
                security: .client(clientContext, expectedName: "dispatch"),
                delegate: client
            )
            server.channel = ByteChannel(
                loop: rig.loop,
                descriptor: right.0,
                security: .server(serverContext),
                delegate: server
            )
            client.channel.start()
            server.channel.start()
        }
    }

    /// Passes one chunk on in each direction.
    func pump() {
        pass(from: clientSide, to: serverSide)
        pass(from: serverSide, to: clientSide)
    }

    func close() {
        Socket.close(clientSide)
        Socket.close(serverSide)
    }

    private func pass(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: chunk)
        let count = buffer.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
        if count > 0 { _ = write(target, buffer, count) }
    }
}

/// Runs the openssl tool until it ends, with nothing to say to its peer.
func openssl(_ arguments: [String]) async throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { continuation.resume(throwing: error) }
    }
}
