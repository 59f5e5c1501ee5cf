import Calls
import LinkSupport
import Messages
import Model
import Reactor
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Retry, failover and drain", .timeLimit(.minutes(1)))
struct FailoverTests {
    let rig = try! CallRig()
    static let quote = DispatchMethods.quote.descriptor
    static let create = DispatchMethods.createBooking.descriptor

    @Test("what was surely not processed is tried again, elsewhere where there is another")
    func elsewhere() async throws {
        let (answer, retries) = try await rig.run { [rig] in
            for (address, isBusy) in [("a", true), ("b", false)] {
                rig.serve(at: address) { routes in
                    routes.unaryBytes(DispatchMethods.quote) { (context, _) throws(CallError) in
                        if isBusy {
                            throw CallError(.unavailable, "busy", isNotProcessed: true)
                        }
                        return [context.attempt]
                    }
                }
            }
            let client = rig.client(["a", "b"])
            // Both are connected before the first call, so the choice between them is free.
            while client.readyCount < 2 { _ = await rig.loop.sleep(for: .zero) }
            let answer = try await client.callBytes(Self.quote, [1])
            return (answer, client.counters.retryCount)
        }
        #expect(answer == [1])
        #expect(retries == 1)
        rig.stop()
    }

    @Test(
        "a connection lost under a call is an unknown outcome: tried again only with a key",
        arguments: [true, false]
    )
    func lost(hasKey: Bool) async throws {
        let tries = Recorder<String>()
        let outcome = try await rig.run { [rig] in
            for address in ["a", "b"] {
                rig.serve(at: address) { routes in
                    routes.unaryBytes(DispatchMethods.quote) { (_, body) in
                        tries.append(address)
                        // The first to be asked goes down with the call under way.
                        if tries.elements.count == 1 { rig.cut(address) }
                        return body
                    }
                }
            }
            let client = rig.client(["a", "b"])
            while client.readyCount < 2 { _ = await rig.loop.sleep(for: .zero) }
            let options = CallOptions(key: hasKey ? IdempotencyKey(bits: 1) : .none)
            return await callError { _ = try await client.callBytes(Self.quote, [7], options) }
        }
        if hasKey {
            #expect(outcome == nil)
            #expect(Set(tries.elements) == ["a", "b"])
        } else {
            #expect(outcome?.isConnectionLost == true)
            #expect(tries.elements.count == 1)
        }
        rig.stop()
    }

    @Test("retries stop at a tenth of the calls once the first few are spent")
    func budget() async throws {
        let (calls, counters) = try await rig.run { [rig] in
            let server = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, _) throws(CallError) in
                    throw CallError(.unavailable, "down", isNotProcessed: true)
                }
            }
            let client = rig.client(["a"])
            for _ in 0..<1000 {
                _ = await callError { _ = try await client.callBytes(Self.quote, [1]) }
            }
            _ = server
            return (client.counters.callCount, client.counters)
        }
        #expect(calls == 1000)
        // 10 in the bucket at the start, and one earned with every tenth call.
        #expect(counters.retryCount <= 110)
        #expect(counters.retryCount >= 100)
        #expect(counters.budgetRefusalCount > 0)
        rig.stop()
    }

    @Test("a call waits for its service to come up, and fails as not sent where it does not")
    func waitsForEndpoint() async throws {
        let answers = Recorder<CallError?>()
        let client = try await rig.run { [rig] in rig.client(["a"]) }
        let first = try await rig.run { [rig] in
            rig.loop.spawn {
                let error = await callError { _ = try await client.callBytes(Self.quote, [1]) }
                answers.append(error)
            }
        }
        await rig.turn()
        _ = try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, body) in body }
            }
        }
        await rig.advance(by: .milliseconds(60))
        await first.value
        #expect(answers.elements == [nil])
        try await rig.run { [rig] in rig.cut("a") }
        let second = try await rig.run { [rig] in
            rig.loop.spawn {
                let error = await callError {
                    _ = try await client.callBytes(
                        Self.quote,
                        [1],
                        CallOptions(connectionWait: .milliseconds(500), retries: false)
                    )
                }
                answers.append(error)
            }
        }
        await rig.turn()
        await rig.advance(by: .milliseconds(600))
        await second.value
        #expect(answers.elements.last??.code == .unavailable)
        #expect(answers.elements.last??.isNotProcessed == true)
        rig.stop()
    }

    @Test("a service that is down costs its callers a second in all, and later ones nothing")
    func knownDown() async throws {
        let answers = Recorder<CallError?>()
        let client = try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.createBooking) { (_, body) in body }
            }
            let client = rig.client(["a"])
            _ = try await client.callBytes(Self.create, [1], CallOptions(key: Self.key))
            return client
        }
        let call: @Sendable () -> Task<Void, Never> = { [rig] in
            rig.loop.spawn {
                answers.append(
                    await callError {
                        let options = CallOptions(key: Self.key)
                        _ = try await client.callBytes(Self.create, [1], options)
                    }
                )
            }
        }
        try await rig.run { [rig] in rig.cut("a") }
        await rig.turn()
        let early = call()
        await rig.advance(by: .milliseconds(990))
        let late = call()
        await rig.turn()
        #expect(answers.elements.isEmpty, "it may come back within the second")
        await rig.advance(by: .milliseconds(10))
        await early.value
        await late.value
        // The clock stands still from here on.
        await call().value
        #expect(answers.elements.count == 3)
        #expect(answers.elements.allSatisfy { $0?.code == .unavailable })
        #expect(answers.elements.allSatisfy { $0?.isNotProcessed == true })
        let counters = try await rig.run { client.counters }
        #expect(counters.failureCount == 3)
        #expect(counters.retryCount == 0, "there was nobody to try")
        rig.stop()
    }

    static let key = IdempotencyKey(bits: 1)

    @Test("a service that is back is found within a second, however long it was away")
    func back() async throws {
        let client = try await rig.run { [rig] in rig.client(["a"]) }
        await rig.advance(by: .seconds(1), times: 20)
        let isDown = try await rig.run {
            await callError { _ = try await client.callBytes(Self.quote, [1]) }
        }
        #expect(isDown?.isNotProcessed == true)
        _ = try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, body) in body }
            }
        }
        await rig.advance(by: .milliseconds(500), times: 2)
        let answer = try await rig.run { try await client.callBytes(Self.quote, [1]) }
        #expect(answer == [1])
        rig.stop()
    }

    @Test("a server that drains finishes what runs, takes nothing new, and is gone then")
    func drain() async throws {
        let events = Recorder<String>()
        let answers = try await rig.run { [rig] in
            let gate = LoopPromise<Void>(loop: rig.loop)
            let leaving = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, _) in
                    events.append("started")
                    await gate.value()
                    return [1]
                }
            }
            let client = rig.client(["a", "b"])
            let held = rig.loop.spawn { try? await client.callBytes(Self.quote, [0]) }
            await events.wait(forCount: 1)
            rig.serve(at: "b") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, _) in [2] }
            }
            let drained = rig.loop.spawn {
                await leaving.drain()
                events.append("drained")
            }
            for _ in 0..<8 { _ = await rig.loop.sleep(for: .zero) }
            let next = try await client.callBytes(Self.quote, [0])
            #expect(events.elements == ["started"])
            gate.complete(())
            let first = await held.value
            await drained.value
            #expect(leaving.counters.connectionCount == 0)
            return [first, next]
        }
        #expect(answers == [[1], [2]])
        #expect(events.elements == ["started", "drained"])
        rig.stop()
    }
}
