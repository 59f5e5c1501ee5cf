import Glibc
import Reactor
import TestSupport
import Testing
import Timekeeping
import Transport

/// Gives every accepted channel a probe.
// Safe: used on one loop only.
final class Accepts: ChannelListenerDelegate, @unchecked Sendable {
    /// A listener, and its address as text.
    struct Listening: Sendable {
        let bound: LoopBound<ChannelListener>
        let address: SocketAddress
        var text: String { address.description }
    }

    var probes: [Probe] = []

    func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
        let probe = Probe()
        probe.channel = channel
        channel.delegate = probe
        probes.append(probe)
    }

    func listen(
        _ rig: ChannelRig,
        _ security: ChannelSecurity,
        limits: ChannelListener.Limits = ChannelListener.Limits()
    ) async throws -> Listening {
        let loop = rig.loop
        let result = await loop.submit { () -> Result<Listening, SocketError> in
            Result { () throws(SocketError) in
                let listener = try ChannelListener(
                    loop: loop,
                    address: .loopback(port: 0),
                    security: security,
                    limits: limits,
                    delegate: self
                )
                return Listening(
                    bound: LoopBound(listener, to: loop),
                    address: listener.address ?? .loopback(port: 0)
                )
            }
        }
        return try result.get()
    }
}

@Suite("Channel listener and connect")
struct ChannelListenerTests {
    func connect(
        _ rig: ChannelRig,
        _ endpoint: Endpoint,
        _ security: ChannelSecurity = .plain,
        probe: Probe
    ) async throws -> CloseReason? {
        let resolver = try NameResolver()
        defer { resolver.stop() }
        return await withCheckedContinuation { continuation in
            rig.loop.execute {
                ChannelConnect(
                    loop: rig.loop,
                    resolver: resolver,
                    endpoint: endpoint,
                    security: security,
                    timeout: .seconds(5),
                    delegate: probe
                ) { outcome in
                    switch outcome {
                    case .success(let channel):
                        probe.channel = channel
                        continuation.resume(returning: nil)
                    case .failure(let reason):
                        continuation.resume(returning: reason)
                    }
                }
            }
        }
    }

    @Test("a name is resolved, connected and secured, and bytes pass")
    func connects() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let certificates = try TestCertificates()
        let accepts = Accepts()
        let server = try certificates.mutualServer(certificates.issue(["dispatch"]))
        let listening = try await accepts.listen(rig, .server(server))
        let probe = Probe()
        let client = try certificates.client(certificates.issue(["ingest"]))
        let failure = try await connect(
            rig,
            Endpoint(host: "localhost", port: listening.address.port),
            .client(client, expectedName: "dispatch"),
            probe: probe
        )
        #expect(failure == nil)
        await rig.loop.submit {
            #expect(probe.activeCount == 1)
            #expect(probe.channel.peerNames.first == "dispatch")
            probe.channel.write([1, 2, 3])
        }
        #expect(await rig.until { accepts.probes.first?.received == [1, 2, 3] })
        await rig.loop.submit {
            #expect(listening.bound.value.handshakeCount == 0)
            #expect(listening.bound.value.connectionCount == 1)
            probe.channel.close()
        }
        #expect(
            await rig.until { listening.bound.value.connectionCount == 0 && probe.isClosed }
        )
        await rig.loop.submit { listening.bound.value.close() }
    }

    @Test("a connect where nobody listens, or to a peer that fails TLS, ends with its reason")
    func fails() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let accepts = Accepts()
        let listening = try await accepts.listen(rig, .plain)
        let certificates = try TestCertificates()
        let client = try certificates.client(nil)
        let probe = Probe()
        await rig.loop.submit { listening.bound.value.close() }
        let refused = try await connect(
            rig,
            Endpoint(host: "127.0.0.1", port: listening.address.port),
            probe: probe
        )
        #expect(refused?.code == .connectFailed)
        #expect(refused?.message.contains(listening.text) == true)

        let other = try TestCertificates()
        let server = try other.server(other.issue(["dispatch"]))
        let secure = try await accepts.listen(rig, .server(server))
        let untrusted = try await connect(
            rig,
            Endpoint(host: "127.0.0.1", port: secure.address.port),
            .client(client, expectedName: "dispatch"),
            probe: probe
        )
        #expect(untrusted?.code == .authorityUnknown)
        #expect(await rig.loop.submit { probe.activeCount } == 0)
        await rig.loop.submit { secure.bound.value.close() }
    }

    @Test(
        "connections above a limit are refused, and fit again when others have ended",
        arguments: [true, false]
    )
    func limits(isPerAddress: Bool) async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let accepts = Accepts()
        var limits = ChannelListener.Limits()
        if isPerAddress { limits.connectionsPerAddressMax = 2 } else { limits.connectionsMax = 2 }
        let listening = try await accepts.listen(rig, .plain, limits: limits)
        let refusals = Recorder<ListenerRefusal>()
        await rig.loop.submit {
            listening.bound.value.onRefusal = { refusals.append($0) }
        }
        var probes: [Probe] = []
        for _ in 0..<3 {
            let probe = Probe()
            probes.append(probe)
            #expect(try await connect(rig, Endpoint(listening.text), probe: probe) == nil)
        }
        let (first, third) = (probes[0], probes[2])
        #expect(await rig.until { third.isClosed })
        await rig.loop.submit {
            let counters = listening.bound.value.counters
            #expect(counters.accepted == 2)
            #expect(refusals.elements == [isPerAddress ? .address : .connections])
            first.channel.close()
        }
        #expect(await rig.until { listening.bound.value.connectionCount == 1 })
        let again = Probe()
        #expect(try await connect(rig, Endpoint(listening.text), probe: again) == nil)
        #expect(await rig.until { listening.bound.value.counters.accepted == 3 })
        await rig.loop.submit {
            listening.bound.value.close()
            for probe in probes + [again] { probe.channel.abort() }
        }
    }

    @Test("a flood without handshakes does not shut out a peer that begins one")
    func flood() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let certificates = try TestCertificates()
        let accepts = Accepts()
        var limits = ChannelListener.Limits()
        limits.handshakesMax = 10
        let server = try certificates.server(certificates.issue(["dispatch"]))
        let listening = try await accepts.listen(rig, .server(server), limits: limits)
        var silent: [Probe] = []
        for _ in 0..<30 {
            let probe = Probe()
            silent.append(probe)
            #expect(try await connect(rig, Endpoint(listening.text), probe: probe) == nil)
        }
        #expect(await rig.until { listening.bound.value.counters.droppedSilent == 20 })
        let honest = Probe()
        let client = try certificates.client(nil)
        let failure = try await connect(
            rig,
            Endpoint(listening.text),
            .client(client, expectedName: "dispatch"),
            probe: honest
        )
        #expect(failure == nil)
        await rig.loop.submit {
            #expect(listening.bound.value.handshakeCount <= 10)
            listening.bound.value.close()
            for probe in silent + [honest] { probe.channel.abort() }
        }
    }
}
