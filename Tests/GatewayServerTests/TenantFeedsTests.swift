import Calls
import LinkSupport
import Messages
import Model
import Reactor
import Telemetry
import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import GatewayServer

@Suite("Following the tenants' feeds", .timeLimit(.minutes(1)))
struct TenantFeedsTests {
    static let tenant = TenantID(7)
    let rig = try! CallRig()
    let metrics = FeedMetrics(MetricsRegistry())
    let lines = Recorder<String>()

    private struct Sink: LogSink {
        let lines: Recorder<String>
        func write(_ line: [UInt8]) { lines.append(String(decoding: line, as: UTF8.self)) }
    }

    private func makeFeeds(_ client: CallClient) -> TenantFeeds {
        TenantFeeds(
            client: client,
            cache: BookingCache(capacity: 8),
            hub: TrackHub(),
            metrics: metrics,
            logger: Logger(service: "gateway", level: .info, sink: Sink(lines: lines))
        )
    }

    /// A dispatch that sends `messages` on each feed and then ends it with `failure`, or keeps it open. On the loop.
    private func serve(_ messages: [[UInt8]], failure: CallError? = nil) {
        rig.serve(at: "dispatch") { routes in
            routes.serverStream(DispatchMethods.watchTenantBookings) {
                (stream, _) async throws(CallError) in
                for message in messages { try await stream.send(message) }
                if let failure { throw failure }
                while stream.isOpen { await stream.waitUntilWritable() }
            }
        }
    }

    @Test("a feed that breaks is counted each time and told of once, until it was live again")
    func broken() async throws {
        let live = try BookingUpdate.with { $0.kind = WireEnum(.caughtUp) }.encoded()
        let feeds = try await rig.run { [rig] in
            serve([], failure: CallError(.unavailable, "a stop of dispatch"))
            let feeds = makeFeeds(rig.client(["dispatch"]))
            feeds.follow(Self.tenant, after: 0)
            return feeds
        }
        while metrics.broken.value < 3 { await rig.advance(by: .milliseconds(100)) }
        #expect(lines.elements.count == 1)
        #expect(lines.elements.first?.contains("a stop of dispatch") == true)
        #expect(lines.elements.first?.contains("\"gateway.tenant\":7") == true)

        // It catches up and breaks again: that is news.
        await rig.loop.submit { [rig] in
            rig.cut("dispatch")
            serve([live], failure: CallError(.unavailable, "another stop"))
        }
        while !lines.elements.contains(where: { $0.contains("another stop") }) {
            await rig.advance(by: .milliseconds(100))
        }

        let broken = metrics.broken.value
        await feeds.stop()
        #expect(metrics.broken.value == broken, "a stop of our own is no break")
        rig.stop()
    }

    @Test("an update that cannot be read ends the feed, is counted and told of")
    func unreadable() async throws {
        let feeds = try await rig.run { [rig] in
            serve([[1, 2, 3]])
            let feeds = makeFeeds(rig.client(["dispatch"]))
            feeds.follow(Self.tenant, after: 0)
            return feeds
        }
        while metrics.unreadable.value < 2 { await rig.advance(by: .milliseconds(100)) }
        #expect(metrics.broken.value == 0)
        #expect(lines.elements.contains { $0.contains("cannot be read") })
        await feeds.stop()
        rig.stop()
    }
}
