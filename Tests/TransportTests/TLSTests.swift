import Crypto
import Foundation
import Reactor
import TestSupport
import Testing

@testable import Transport

@Suite("TLS channel")
struct TLSTests {
    let certificates: TestCertificates
    let rig: ChannelRig

    init() throws {
        certificates = try TestCertificates()
        rig = try ChannelRig()
    }

    @Test("mutual TLS carries bytes both ways and tells both names and the protocol")
    func mutual() async throws {
        defer { rig.stop() }
        let pair = try await SecurePair(
            rig,
            client: certificates.client(certificates.issue(["ingest"])),
            server: certificates.mutualServer(
                certificates.issue(["dispatch", "dispatch.internal"])
            )
        ) { client, server in
            server.use = { channel, bytes in
                channel.write(bytes)
                return bytes.count
            }
            client.channel.write(pattern(100_000))
        }
        let (client, server) = (pair.client, pair.server)
        #expect(await rig.until { client.received.count == 100_000 })
        await rig.loop.submit {
            #expect(client.received == pattern(100_000))
            #expect(client.channel.peerNames == ["dispatch", "dispatch.internal", "localhost"])
            #expect(server.channel.peerNames == ["ingest", "localhost"])
            #expect(client.channel.negotiatedProtocol == "lbp/1")
            #expect(server.channel.negotiatedProtocol == "lbp/1")
            #expect(client.activeCount == 1 && server.activeCount == 1)
            client.channel.close()
        }
        #expect(await rig.until { client.isClosed && server.isClosed })
        await rig.loop.submit {
            #expect(client.reasons.map(\.code) == [.closedHere])
            #expect(server.endCount == 1)
            #expect(server.reasons.map(\.code) == [.closedHere])
        }
    }

    @Test(
        "each party's failure is refused with a named reason on both sides",
        arguments: Refusal.all
    )
    func refusals(_ refusal: Refusal) async throws {
        defer { rig.stop() }
        let (clientContext, serverContext) = try refusal.contexts(certificates)
        let pair = try await SecurePair(rig, client: clientContext, server: serverContext)
        let (client, server) = (pair.client, pair.server)
        #expect(await rig.until { client.isClosed && server.isClosed })
        await rig.loop.submit {
            #expect(client.reasons.map(\.code) == [refusal.clientCode], "\(client.reasons)")
            #expect(server.reasons.map(\.code) == [refusal.serverCode], "\(server.reasons)")
            #expect(server.activeCount == 0)
            #expect(server.received.isEmpty)
        }
    }

    @Test("a peer without TLS is refused on either side, by name")
    func notTLS() async throws {
        defer { rig.stop() }
        let server = try certificates.server(certificates.issue(["dispatch"]))
        for (index, opening) in [
            "GET / HTTP/1.1\r\n\r\n", "LBP\u{1A}\u{1}\u{1}\0\0", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
        ].enumerated() {
            let peer = try await RawPeer(rig, security: .server(server))
            let probe = peer.probe
            peer.send(Array(opening.utf8))
            #expect(
                await rig.until { probe.channel.closeReason != nil || !probe.channel.isOpen }
            )
            close(peer.descriptor)
            #expect(await rig.until { probe.isClosed })
            #expect(
                await rig.loop.submit { probe.reasons.map(\.code) } == [.notTLS],
                "opening \(index)"
            )
        }
        let client = try certificates.client(nil)
        let peer = try await RawPeer(rig, security: .client(client, expectedName: "dispatch"))
        let probe = peer.probe
        peer.send(Array("220 mail server ready\r\n".utf8))
        #expect(await rig.until { !probe.channel.isOpen })
        close(peer.descriptor)
        #expect(await rig.until { probe.isClosed })
        let reasons = await rig.loop.submit { probe.reasons }
        #expect(reasons.map(\.code) == [.notTLS], "\(reasons)")
    }

    @Test("a handshake byte by byte, and data byte by byte, arrive unchanged in both directions")
    func dribble() async throws {
        defer { rig.stop() }
        let relay = try await DribblingPair(
            rig,
            client: certificates.client(certificates.issue(["ingest"])),
            server: certificates.mutualServer(certificates.issue(["dispatch"])),
            chunk: 1
        )
        let (client, server) = (relay.client, relay.server)
        await rig.loop.submit {
            client.channel.write(pattern(500))
            server.channel.write(pattern(700, from: 9))
        }
        for _ in 0..<40_000 {
            relay.pump()
            await rig.turns(1)
            if await rig.loop.submit({
                server.received.count == 500 && client.received.count == 700
            }) {
                break
            }
        }
        await rig.loop.submit {
            #expect(server.received == pattern(500))
            #expect(client.received == pattern(700, from: 9))
            client.channel.abort()
            server.channel.abort()
        }
        await rig.turns(3)
        relay.close()
    }

    @Test("a peer that dribbles its handshake is cut off at the deadline, not before")
    func slowHandshake() async throws {
        defer { rig.stop() }
        let server = try certificates.server(certificates.issue(["dispatch"]))
        let peer = try await RawPeer(rig, security: .server(server))
        let probe = peer.probe
        // The start of a record that never ends.
        for byte in [UInt8]([22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]) {
            peer.send([byte])
            await rig.advance(by: .milliseconds(909))
        }
        #expect(await rig.loop.submit { !probe.isClosed })
        await rig.advance(by: .milliseconds(1))
        #expect(await rig.loop.submit { probe.reasons.map(\.code) } == [.handshakeTimedOut])
        #expect(await rig.loop.submit { rig.loop.timerCount } == 0)
        close(peer.descriptor)
    }

    @Test("2 MiB pass under TLS with pauses, unchanged, and end in order")
    func bigTransfer() async throws {
        defer { rig.stop() }
        let total = 2 * 1024 * 1024
        let sent = Cell(0)
        let checked = Cell(0)
        let rig = rig
        let pair = try await SecurePair(
            rig,
            client: certificates.client(nil),
            server: certificates.server(certificates.issue(["dispatch"]))
        ) { client, server in
            @Sendable func produce(_ channel: ByteChannel) {
                while channel.isWritable, sent.value < total {
                    let count = min(50_000, total - sent.value)
                    channel.write(pattern(count, from: sent.value))
                    sent.value += count
                }
                if sent.value == total { channel.closeWriting() }
            }
            server.onActive = produce
            server.onWritable = produce
            client.use = { channel, bytes in
                let used = min(bytes.count, 20_000)
                precondition(Array(bytes.prefix(used)) == pattern(used, from: checked.value))
                checked.value += used
                channel.pauseReading()
                rig.loop.execute { channel.resumeReading() }
                client.received.removeAll()
                return used
            }
        }
        let (client, server) = (pair.client, pair.server)
        #expect(await rig.until { client.isClosed && server.isClosed })
        await rig.loop.submit {
            #expect(checked.value == total)
            #expect(client.endCount == 1)
        }
    }

    @Test("an end of the stream without an end of TLS is told as such")
    func truncated() async throws {
        defer { rig.stop() }
        let pair = try await SecurePair(
            rig,
            client: certificates.client(nil),
            server: certificates.server(certificates.issue(["dispatch"]))
        )
        let (client, server) = (pair.client, pair.server)
        #expect(await rig.until { client.activeCount == 1 && server.activeCount == 1 })
        await rig.loop.submit { client.channel.abort() }
        #expect(await rig.until { server.isClosed })
        #expect(await rig.loop.submit { server.reasons.map(\.code) } == [.truncated])
    }

    @Test("a client that names no protocol gets the assumed one, or is refused")
    func assumedProtocol() async throws {
        defer { rig.stop() }
        let paths = try certificates.issue(["dispatch"])
        let rig = rig
        for assumed in ["http/1.1", nil] {
            let context = try certificates.server(paths, speaks: ["http/1.1"], assumes: assumed)
            let accepts = Accepts()
            let listener = try await accepts.listen(rig, .server(context))
            _ = try await openssl(["s_client", "-tls1_3", "-connect", listener.text])
            #expect(await rig.until { accepts.probes.first?.isClosed == true })
            await rig.loop.submit {
                listener.bound.value.close()
                #expect(accepts.probes.map(\.channel.negotiatedProtocol) == [assumed])
                #expect(accepts.probes.map(\.activeCount) == [assumed == nil ? 0 : 1])
                let codes = accepts.probes.flatMap(\.reasons).map(\.code)
                #expect(codes == [assumed == nil ? .protocolMismatch : .closedHere])
            }
        }
    }

    @Test("everything below TLS 1.3 is refused", arguments: ["-tls1_2", "-tls1_1", "-tls1"])
    func oldVersions(option: String) async throws {
        defer { rig.stop() }
        let context = try certificates.server(
            certificates.issue(["dispatch"]),
            speaks: ["http/1.1"],
            assumes: "http/1.1"
        )
        let accepts = Accepts()
        let listener = try await accepts.listen(rig, .server(context))
        let status = try await openssl([
            "s_client", option, "-cipher", "ALL:@SECLEVEL=0", "-connect", listener.text,
        ]
        )
        #expect(status != 0)
        let rig = rig
        #expect(
            await rig.until { accepts.probes.allSatisfy(\.isClosed) && !accepts.probes.isEmpty }
        )
        await rig.loop.submit {
            listener.bound.value.close()
            #expect(accepts.probes.flatMap(\.reasons).map(\.code) == [.versionRefused])
        }
    }

    @Test("new certificates are taken over by new handshakes; broken ones leave the old in use")
    func reload() async throws {
        defer { rig.stop() }
        let paths = try certificates.issue(["dispatch"], as: "served")
        let context = try certificates.server(paths)
        let client = try certificates.client(nil)
        #expect(try !context.reloadIfChanged())
        _ = try certificates.issue(["payments"], as: "served")
        #expect(try context.reloadIfChanged())
        let pair = try await SecurePair(
            rig,
            client: client,
            expectedName: "payments",
            server: context
        )
        let rig = rig
        let (first, firstServer) = (pair.client, pair.server)
        #expect(await rig.until { first.activeCount == 1 && firstServer.activeCount == 1 })
        try SecretFile.write(Array("nonsense".utf8), to: paths.certificate)
        let error = #expect(throws: TLSContextError.self) { try context.reloadIfChanged() }
        #expect(error?.message.contains("served.pem") == true)
        let again = try await SecurePair(
            rig,
            client: client,
            expectedName: "payments",
            server: context
        )
        let (second, secondServer) = (again.client, again.server)
        #expect(await rig.until { second.activeCount == 1 && secondServer.activeCount == 1 })
        await rig.loop.submit {
            for probe in [first, firstServer, second, secondServer] { probe.channel.abort() }
        }
    }

    @Test("files that cannot be used are named")
    func badFiles() throws {
        defer { rig.stop() }
        let one = try certificates.issue(["a"])
        let other = try certificates.issue(["b"])
        let missing = certificates.folder.appending(path: "none.pem").path(percentEncoded: false)
        let cases: [(TestCertificates.Paths, String?, String)] = [
            (.init(certificate: missing, key: one.key), nil, missing),
            (.init(certificate: one.certificate, key: missing), nil, missing),
            (.init(certificate: one.certificate, key: other.key), nil, other.key),
            (one, missing, missing),
        ]
        for (paths, authority, named) in cases {
            let error = #expect(throws: TLSContextError.self) {
                try certificates.mutualServer(paths, authority: authority)
            }
            #expect(error?.message.contains(named) == true)
            // The system's own reason, not OpenSSL's "system lib".
            #expect(error?.message.contains("No such file") == (named == missing))
        }
    }
}
