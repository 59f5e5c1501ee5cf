import Calls
import Foundation
import HTTPClient
import Messages
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing
import WireFormat

@testable import GatewayServer

@Suite("Idempotency-Key over HTTPS", .timeLimit(.minutes(3)))
struct IdempotencyRulesTests {
    @Test("a booking without a key is refused")
    func missing() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let body = "{\"quote_id\": \"\(quote)\"}"
            let answer = try await rig.send(.post, "/v1/bookings", key: key, body: body)
            #expect(answer.status == 400)
            #expect(answer.code == "missing_idempotency_key")
            let malformed = try await rig.send(
                .post,
                "/v1/bookings",
                key: key,
                fields: [("Idempotency-Key", "\"open")],
                body: body
            )
            #expect(malformed.status == 400)
            #expect(malformed.code == "invalid_idempotency_key")
            #expect(rig.stubs.with { $0.createCount } == 0)
        }
    }

    @Test("1,000 requests at once with one key book once, and every answer has the same bytes")
    func thousandAtOnce() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let bodies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        while true {
                            let answer = try await rig.book(
                                key,
                                quote: quote,
                                idempotencyKey: "one"
                            )
                            if answer.status == 409 {
                                // The first is still running: a client comes back.
                                #expect(answer.code == "request_in_progress")
                                #expect(answer.fields["retry-after"] == "1")
                                continue
                            }
                            #expect(answer.status == 201)
                            return answer.body
                        }
                    }
                }
                var bodies: Set<[UInt8]> = []
                for try await body in group { bodies.insert(body) }
                return bodies
            }
            #expect(bodies.count == 1)
            #expect(rig.stubs.with { $0.created.count } == 1)
            #expect(rig.stubs.with { $0.createCount } == 1)
        }
    }

    @Test("the same key with another body is refused and has no effect")
    func otherBody() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let first = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(first.status == 201)
            let other = try await rig.book(key, quote: quote, idempotencyKey: "k", reference: "X")
            #expect(other.status == 422)
            #expect(other.code == "idempotency_key_reused")
            #expect(rig.stubs.with { $0.createCount } == 1)
        }
    }

    @Test("the same text under another credential is another key")
    func scope() async throws {
        try await withRig { rig in
            let keys = try await rig.provision()
            for reference in ["agency", "other"] {
                let key = try #require(keys[reference])
                let answer = try await rig.book(key, quote: rig.quote(key), idempotencyKey: "k")
                #expect(answer.status == 201)
            }
            #expect(rig.stubs.with { $0.created.count } == 2)
        }
    }

    @Test("after a restart the stored answer is sent again, errors too")
    func restart() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let first = try await rig.book(key, quote: quote, idempotencyKey: "good")
            // A quote is good for one booking: a final refusal.
            let refused = try await rig.book(key, quote: quote, idempotencyKey: "bad")
            #expect(refused.status == 409)
            #expect(refused.code == "quote_used")
            try await rig.restart()
            let again = try await rig.book(key, quote: quote, idempotencyKey: "good")
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.fields["etag"] == first.fields["etag"])
            #expect(again.fields["location"] == first.fields["location"])
            let refusedAgain = try await rig.book(key, quote: quote, idempotencyKey: "bad")
            #expect(refusedAgain.status == 409)
            #expect(refused.fields["idempotency-replayed"] == nil)
            #expect(refusedAgain.fields["idempotency-replayed"] == "true")
            #expect(refusedAgain.body == refused.body)
            #expect(rig.stubs.with { $0.createCount } == 1)
        }
    }

    @Test("a request whose gateway died between claim and answer goes on under the stored ids")
    func crash() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            rig.stubs.with { $0.hangs = true }
            let lost = Task { try? await rig.book(key, quote: quote, idempotencyKey: "k") }
            try await rig.until { rig.stubs.with { !$0.callers.isEmpty && $0.hangs } }
            try await rig.until {
                try await rig.store.read { session throws(StorageError) in
                    try session.query("SELECT 1 FROM idempotency").count
                } == 1
            }
            let stored = try await rig.store.read { session throws(StorageError) in
                try session.query("SELECT booking FROM idempotency").first?.blob(0)
            }
            try await rig.crash()
            _ = await lost.value
            rig.stubs.with { $0.hangs = false }
            let answer = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(answer.status == 201)
            let id = try #require(answer.json["id"] as? String)
            #expect(BookingID(id)?.bytes == stored)
            #expect(rig.stubs.with { $0.created.count } == 1)
        }
    }

    @Test("the answer to a repeated booking is not taken for what the booking is now")
    func overtaken() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let first = try await rig.book(key, quote: quote, idempotencyKey: "k")
            let text = try #require(first.json["id"] as? String)
            rig.stubs.step(try #require(BookingID(text)), .authorised, .confirmed)
            // As if the gateway had died before it stored the answer.
            try await rig.store.write { session throws(StorageError) in
                try session.execute("UPDATE idempotency SET status = NULL, is_released = 1")
            }
            try await rig.restart()
            try await rig.until { rig.server.api.parts.cache.liveFeedCount == 1 }
            let again = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(again.body == first.body)
            let read = try await rig.send(.get, "/v1/bookings/\(text)", key: key)
            #expect(read.json["state"] as? String == "confirmed")
        }
    }

    @Test("a booking whose answer the store refused is answered the same at once, not as running")
    func answerNotStored() async throws {
        let sink = RecordingSink()
        try await withRig(logger: sink.logger(of: "gateway")) { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            // As a disk that is full between the claim, which is stored, and the answer.
            try await rig.store.write { session throws(StorageError) in
                try session.execute(
                    """
                    CREATE TRIGGER full_disk BEFORE UPDATE ON idempotency
                    WHEN NEW.status IS NOT NULL BEGIN SELECT RAISE(ABORT, 'full'); END
                    """
                )
            }
            let first = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(first.status == 201)
            func refusedCount() -> Int { sink.find("an answer is not stored", of: "gateway").count }
            try await rig.until { refusedCount() == 1 }

            let second = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(second.status == 201)
            #expect(second.body == first.body)
            try await rig.until { refusedCount() == 2 }
            try await rig.store.write { session throws(StorageError) in
                try session.execute("DROP TRIGGER full_disk")
            }
            let third = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(third.body == first.body)
            #expect(third.fields["idempotency-replayed"] == nil)
            let fourth = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(fourth.body == first.body)
            #expect(fourth.fields["idempotency-replayed"] == "true")
            #expect(rig.stubs.with { $0.created.count } == 1)
            #expect(rig.stubs.with { $0.createCount } == 3)
        }
    }

    @Test("a refusal that the store refused is refused the same at once, not as running")
    func refusalNotStored() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let failure = CallError(.failedPrecondition, "stale", subCode: 6)
            rig.stubs.with { $0.createFailures = [failure, failure] }
            try await rig.store.write { session throws(StorageError) in
                try session.execute(
                    """
                    CREATE TRIGGER full_disk BEFORE UPDATE ON idempotency
                    WHEN NEW.status IS NOT NULL BEGIN SELECT RAISE(ABORT, 'full'); END
                    """
                )
            }
            let first = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(first.status >= 500)
            try await rig.store.write { session throws(StorageError) in
                try session.execute("DROP TRIGGER full_disk")
            }
            let second = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(second.status == 409)
            #expect(second.code == "price_stale")
        }
    }

    @Test("a failure that passes is not kept; the retry books under the same ids")
    func transient() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let failure = CallError(.internal, "a fault")
            rig.stubs.with { $0.createFailures = [failure] }
            let first = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(first.status == 500)
            let second = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(second.status == 201)
            #expect(rig.stubs.with { $0.created.count } == 1)
        }
    }

    @Test("a refusal of dispatch is final, and sets the quote free")
    func refused() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            let failure = CallError(.failedPrecondition, "stale", subCode: 6)
            rig.stubs.with { $0.createFailures = [failure] }
            let first = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(first.status == 409)
            #expect(first.code == "price_stale")
            let replay = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(replay.body == first.body)
            #expect(rig.stubs.with { $0.createCount } == 1)
            let fresh = try await rig.book(key, quote: quote, idempotencyKey: "k2")
            #expect(fresh.status == 201)
        }
    }
}
