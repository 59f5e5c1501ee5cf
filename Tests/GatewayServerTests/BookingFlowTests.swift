import Foundation
import Geo
import HTTPClient
import Messages
import Model
import TestSupport
import Testing
import WireFormat

@testable import GatewayServer

@Suite("Bookings over HTTPS", .timeLimit(.minutes(2)))
struct BookingFlowTests {
    @Test("a ride is quoted, booked, read, and read again from memory")
    func bookAndRead() async throws {
        try await withRig { rig in
            let keys = try await rig.provision()
            let key = try #require(keys["agency"])
            let made = try await rig.book(key, quote: rig.quote(key))
            #expect(made.status == 201)
            let id = try #require(made.json["id"] as? String)
            #expect(made.json["state"] as? String == "requested")
            #expect(made.fields["location"] == "/v1/bookings/\(id)")
            #expect(made.fields["etag"] == "\"1\"")
            #expect(made.fields["strict-transport-security"] != nil)
            #expect(made.fields["cache-control"] == "no-store")
            #expect(made.fields["ratelimit"] != nil)
            try await rig.until { rig.server.api.parts.cache.liveFeedCount == 1 }
            let before = rig.stubs.with { $0.getCount }
            let read = try await rig.send(.get, "/v1/bookings/\(id)", key: key)
            #expect(read.status == 200)
            #expect(read.body == made.body)
            #expect(rig.stubs.with { $0.getCount } == before)
            let same = try await rig.send(
                .get,
                "/v1/bookings/\(id)",
                key: key,
                fields: [("If-None-Match", "\"1\"")]
            )
            #expect(same.status == 304)
            // The call was made for the partner, signed.
            let caller = try #require(rig.stubs.with { $0.callers.last })
            #expect(caller.tenant == TenantID(7))
            #expect(caller.subjectKind == .partner)
        }
    }

    @Test("a booking in memory follows the feed; a new driver is read anew")
    func followsFeed() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let text = try await rig.booked(key)
            let id = try #require(BookingID(text))
            try await rig.until { rig.server.api.parts.cache.liveFeedCount == 1 }
            rig.stubs.step(id, .authorised, .confirmed)
            try await rig.until {
                try await rig.send(.get, "/v1/bookings/\(text)", key: key).json["state"] as? String
                    == "confirmed"
            }
            rig.stubs.step(id, .offerAccepted, .assigned) { snapshot in
                snapshot.driver = DriverID(bits: 5)
                snapshot.driverName = "Ana"
            }
            try await rig.until {
                let booking = try await rig.send(.get, "/v1/bookings/\(text)", key: key).json
                let assignment = booking["assignment"] as? [String: Any]
                return assignment?["driver_name"] as? String == "Ana"
            }
        }
    }

    @Test("with the feed down a booking is read from dispatch")
    func feedDown() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let text = try await rig.booked(key)
            await rig.server.api.parts.feeds.stop()
            let id = try #require(BookingID(text))
            rig.stubs.step(id, .authorised, .confirmed)
            let read = try await rig.send(.get, "/v1/bookings/\(text)", key: key)
            #expect(read.json["state"] as? String == "confirmed")
        }
    }

    @Test("a cancellation repeats under one key, and is told when it comes too late")
    func cancel() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let text = try await rig.booked(key)
            for _ in 0..<2 {
                let answer = try await rig.send(
                    .post,
                    "/v1/bookings/\(text)/cancel",
                    key: key,
                    body: "{\"note\": \"no flight\"}"
                )
                #expect(answer.status == 200)
                #expect(answer.json["state"] as? String == "cancelled")
            }
            #expect(Set(rig.stubs.with { $0.cancelKeys }).count == 1)
            let read = try await rig.send(.get, "/v1/bookings/\(text)", key: key)
            #expect(read.json["state"] as? String == "cancelled")
            let late = try await rig.booked(key)
            rig.stubs.step(try #require(BookingID(late)), .passengerBoarded, .onTrip)
            let refused = try await rig.send(.post, "/v1/bookings/\(late)/cancel", key: key)
            #expect(refused.status == 409)
            #expect(refused.code == "not_cancellable")
        }
    }

    @Test("lists go by pages, newest first, with cursors that only their key may use")
    func lists() async throws {
        try await withRig { rig in
            let keys = try await rig.provision()
            let key = try #require(keys["agency"])
            var ids: [String] = []
            for index in 0..<5 { ids.append(try await rig.booked(key, reference: "R-\(index)")) }
            var found: [String] = []
            var path = "/v1/bookings?limit=2"
            for _ in 0..<3 {
                let page = try await rig.send(.get, path, key: key)
                #expect(page.status == 200)
                found += (page.json["data"] as? [[String: Any]] ?? []).compactMap {
                    $0["id"] as? String
                }
                guard let cursor = page.json["next_cursor"] as? String else { break }
                path = "/v1/bookings?limit=2&cursor=\(cursor)"
            }
            #expect(found == ids.sorted(by: >))
            let other = try #require(keys["other"])
            let foreign = try await rig.send(.get, path, key: other)
            #expect(foreign.code == "invalid_cursor")
            let one = try await rig.send(.get, "/v1/bookings?partner_reference=R-3", key: key)
            #expect((one.json["data"] as? [[String: Any]])?.first?["id"] as? String == ids[3])
        }
    }

    @Test("a track streams states and positions, and ends with the booking")
    func trackStream() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let text = try await rig.booked(key)
            let id = try #require(BookingID(text))
            try await rig.until { rig.server.api.parts.cache.liveFeedCount == 1 }
            async let stream = rig.send(
                .get,
                "/v1/bookings/\(text)/track",
                key: key,
                fields: [("Accept", "text/event-stream")]
            )
            try await rig.until { rig.server.api.parts.hub.streamCount == 1 }
            rig.stubs.step(id, .authorised, .confirmed)
            rig.stubs.position(id, try #require(GeoPoint(latitudeE7: 377_000_000, longitudeE7: 1)))
            rig.stubs.step(id, .cancelled, .cancelled)
            let answer = try await stream
            #expect(answer.fields["content-type"] == "text/event-stream")
            #expect(answer.fields["cache-control"] == "no-store")
            let ids = answer.text.split(separator: "\n").filter { $0.hasPrefix("id: ") }
            #expect(ids == ["id: 1", "id: 2", "id: 3"])
            #expect(answer.text.contains("event: position"))
            #expect(answer.text.contains("\"lat\":37.7000000"))
            try await rig.until { rig.server.api.parts.hub.streamCount == 0 }
            // Whoever comes back gets what he missed, and then is told to stay away.
            let resumed = try await rig.send(
                .get,
                "/v1/bookings/\(text)/track",
                key: key,
                fields: [("Accept", "text/event-stream"), ("Last-Event-ID", "1")]
            )
            let again = resumed.text.split(separator: "\n").filter { $0.hasPrefix("id: ") }
            #expect(again == ["id: 2", "id: 3"])
            let over = try await rig.send(
                .get,
                "/v1/bookings/\(text)/track",
                key: key,
                fields: [("Accept", "text/event-stream"), ("Last-Event-ID", "3")]
            )
            #expect(over.status == 204)
            // One that we never sent counts as none: behind it nothing would ever come.
            let strange = try await rig.send(
                .get,
                "/v1/bookings/\(text)/track",
                key: key,
                fields: [("Accept", "text/event-stream"), ("Last-Event-ID", "4")]
            )
            #expect(strange.text.contains("id: 3\n"), "\(strange.text)")
            let document = try await rig.send(.get, "/v1/bookings/\(text)/track", key: key)
            #expect(document.json["tracking"] as? String == "none")
            #expect(document.json["state"] as? String == "cancelled")
        }
    }
}
