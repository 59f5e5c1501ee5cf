import Calls
import LinkSupport
import Messages
import Model
import Reactor
import TestSupport
import Testing
import Timekeeping
import WireFormat

/// Answers with the request's bytes.
private func echo(_ context: CallContext, _ body: RawSpan, _ output: inout OutputBuffer) {
    output.append(body)
}

@Suite("Unary calls", .timeLimit(.minutes(1)))
struct UnaryCallTests {
    let rig = try! CallRig()

    @Test("a synchronous and an asynchronous handler answer with what they were given")
    func echoes() async throws {
        let answers = try await rig.run { [rig] in
            _ = rig.serve(at: "a") { routes in
                routes.synchronousBytes(DispatchMethods.quote) {
                    (context, body, output) throws(CallError) in
                    echo(context, body, &output)
                }
                routes.unaryBytes(DispatchMethods.getBooking) {
                    (context, body) async throws(CallError) in body + [UInt8(context.attempt)]
                }
            }
            let client = rig.client(["a"])
            let first = try await client.callBytes(DispatchMethods.quote.descriptor, [1, 2])
            let second = try await client.callBytes(DispatchMethods.getBooking.descriptor, [3])
            return [first, second]
        }
        #expect(answers == [[1, 2], [3, 0]])
        rig.stop()
    }

    @Test(
        "a thousand calls at once each get their own answer, from tasks that never leave the loop"
    )
    func concurrent() async throws {
        let foreign = try await rig.run { [rig] in
            _ = rig.serve(at: "a", handlerCountMax: 2000) { routes in
                routes.unaryBytes(DispatchMethods.quote) { [loop = rig.loop] (_, body) in
                    _ = await loop.sleep(for: .zero)
                    return body
                }
            }
            let client = rig.client(["a"])
            _ = try await client.callBytes(DispatchMethods.quote.descriptor, [0])
            let before = rig.loop.foreignJobCount
            let calls = (0..<1000).map { number in
                rig.loop.spawn {
                    let body = [UInt8(number & 255), UInt8(number >> 8)]
                    let answer = try? await client.callBytes(DispatchMethods.quote.descriptor, body)
                    return answer == body
                }
            }
            for call in calls { #expect(await call.value) }
            return rig.loop.foreignJobCount - before
        }
        #expect(foreign == 0)
        rig.stop()
    }

    @Test("more calls than a connection carries are refused unprocessed, and none is mixed up")
    func overflow() async throws {
        let (good, refused) = try await rig.run { [rig] in
            _ = rig.serve(at: "a", handlerCountMax: 5000) { routes in
                routes.unaryBytes(DispatchMethods.quote) { [loop = rig.loop] (_, body) in
                    _ = await loop.sleep(for: .zero)
                    return body
                }
            }
            let client = rig.client(["a"])
            _ = try await client.callBytes(DispatchMethods.quote.descriptor, [0])
            let calls = (0..<3000).map { number in
                rig.loop.spawn { () async -> Bool? in
                    let body = [UInt8(number & 255), UInt8(number >> 8)]
                    do throws(CallError) {
                        let method = DispatchMethods.quote.descriptor
                        return try await client.callBytes(method, body) == body
                    } catch {
                        return error.code == .resourceExhausted && error.isNotProcessed
                            ? nil : false
                    }
                }
            }
            var good = 0
            var refused = 0
            for call in calls {
                switch await call.value {
                case true: good += 1
                case nil: refused += 1
                default: break
                }
            }
            return (good, refused)
        }
        #expect(good + refused == 3000)
        #expect(good >= 1024)
        rig.stop()
    }

    @Test("an error reaches the caller with its code, its finer code and its wish to wait")
    func errors() async throws {
        let refusal = CallError(
            .failedPrecondition,
            "no",
            subCode: 12,
            retryAfter: .milliseconds(40)
        )
        let error = try await rig.run { [rig] in
            _ = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, _) throws(CallError) in
                    throw refusal
                }
            }
            let client = rig.client(["a"])
            return await callError {
                _ = try await client.callBytes(DispatchMethods.quote.descriptor, [1])
            }
        }
        #expect(error == refusal)
        rig.stop()
    }

    /// A call that is refused before its handler.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let caller: String
        let method: MethodDescriptor
        var key = IdempotencyKey(bits: 9)
        let code: StatusCode

        var testDescription: String { "\(method.name) by \(caller): \(code)" }
    }

    static let refusals = [
        Refusal(
            caller: "billing",
            method: DispatchMethods.quote.descriptor,
            code: .permissionDenied
        ),
        Refusal(
            caller: "driver",
            method: DispatchMethods.quote.descriptor,
            code: .permissionDenied
        ),
        Refusal(
            caller: "gateway",
            method: DispatchMethods.getBooking.descriptor,
            code: .unimplemented
        ),
        Refusal(
            caller: "gateway",
            method: PaymentsMethods.status.descriptor,
            code: .unimplemented
        ),
        Refusal(
            caller: "gateway",
            method: DispatchMethods.createBooking.descriptor,
            key: .none,
            code: .invalidArgument
        ),
    ]

    @Test(
        "who may not call, what is not served, and what lacks its key never reaches a handler",
        arguments: refusals
    )
    func refused(refusal: Refusal) async throws {
        let error = try await rig.run { [rig] in
            _ = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, body) in body }
                routes.unaryBytes(DispatchMethods.createBooking) { (_, body) in body }
            }
            let client = rig.client(["a"], as: refusal.caller)
            let options = CallOptions(key: refusal.key, retries: false)
            return await callError {
                _ = try await client.callBytes(refusal.method, [1], options)
            }
        }
        #expect(error?.code == refusal.code)
        #expect(error?.isNotProcessed == true)
        rig.stop()
    }

    @Test("a peer that nobody knows is not let in, and its calls fail as not sent")
    func strangers() async throws {
        let (error, counters) = try await rig.run { [rig] in
            let server = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, body) in body }
            }
            let client = rig.client(["a"], as: "mallory")
            let options = CallOptions(connectionWait: .zero, retries: false)
            let error = await callError {
                _ = try await client.callBytes(DispatchMethods.quote.descriptor, [1], options)
            }
            for _ in 0..<8 { _ = await rig.loop.sleep(for: .zero) }
            return (error, server.counters)
        }
        #expect(error?.code == .unavailable)
        #expect(error?.isNotProcessed == true)
        #expect(counters.refusedPeerCount >= 1)
        rig.stop()
    }

    @Test("a call on behalf of a partner of another fleet is refused")
    func foreignCallerToken() async throws {
        let codes = try await rig.run { [rig] in
            _ = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (context, _) in
                    [UInt8(truncatingIfNeeded: context.caller?.tenant.rawValue ?? 0)]
                }
            }
            let client = rig.client(["a"])
            let own = CallOptions(tenant: TenantID(5), callerToken: [5])
            let answer = try await client.callBytes(DispatchMethods.quote.descriptor, [1], own)
            #expect(answer == [5])
            let foreign = CallOptions(tenant: TenantID(6), callerToken: [5])
            return await callError {
                _ = try await client.callBytes(DispatchMethods.quote.descriptor, [1], foreign)
            }
        }
        #expect(codes?.code == .permissionDenied)
        rig.stop()
    }

    @Test("when the time is up the caller hears so and the handler is told to stop")
    func deadline() async throws {
        let started = Recorder<Bool>()
        let cancelled = Recorder<Bool>()
        try await rig.run { [rig] in
            _ = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { [loop = rig.loop] (_, body) in
                    started.append(true)
                    let slept = await loop.sleep(for: .seconds(3600))
                    cancelled.append(!slept)
                    return body
                }
            }
        }
        async let error = rig.run { [rig] in
            let client = rig.client(["a"])
            return await callError {
                _ = try await client.callBytes(
                    DispatchMethods.quote.descriptor,
                    [1],
                    CallOptions(timeout: .milliseconds(200), retries: false)
                )
            }
        }
        _ = await started.wait(forCount: 1)
        await rig.advance(by: .milliseconds(250))
        #expect(try await error?.code == .deadlineExceeded)
        #expect(await cancelled.wait(forCount: 1) == [true])
        rig.stop()
    }

    @Test("a call with less time than the method needs is refused unprocessed")
    func floor() async throws {
        let error = try await rig.run { [rig] in
            _ = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, body) in body }
            }
            let client = rig.client(["a"])
            let floor = Int64(DispatchMethods.quote.descriptor.floorMilliseconds)
            return await callError {
                _ = try await client.callBytes(
                    DispatchMethods.quote.descriptor,
                    [1],
                    CallOptions(timeout: .milliseconds(floor - 1), retries: false)
                )
            }
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.isNotProcessed == true)
        rig.stop()
    }

    @Test("a cancelled caller stops waiting and its handler is cancelled")
    func cancellation() async throws {
        let events = Recorder<String>()
        let task = try await rig.run { [rig] in
            _ = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { [loop = rig.loop] (_, body) in
                    events.append("started")
                    _ = await loop.sleep(for: .seconds(3600))
                    events.append("stopped")
                    return body
                }
            }
            let client = rig.client(["a"])
            return rig.loop.spawn {
                await callError {
                    _ = try await client.callBytes(DispatchMethods.quote.descriptor, [1])
                }
            }
        }
        await events.wait(forCount: 1)
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(await events.wait(forCount: 2) == ["started", "stopped"])
        rig.stop()
    }

    @Test("past its handlers a server refuses unprocessed, and serves again when one is done")
    func handlerLimit() async throws {
        let started = Recorder<Int>()
        let refused = try await rig.run { [rig] in
            let gate = LoopPromise<Void>(loop: rig.loop)
            let server = rig.serve(at: "a", handlerCountMax: 1) { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, body) in
                    started.append(1)
                    await gate.value()
                    return body
                }
                routes.unaryBytes(DispatchMethods.getBooking) { (_, body) in body }
            }
            let client = rig.client(["a"])
            let options = CallOptions(retries: false)
            let held = rig.loop.spawn {
                try? await client.callBytes(DispatchMethods.quote.descriptor, [1], options)
            }
            await started.wait(forCount: 1)
            let refused = await callError {
                _ = try await client.callBytes(DispatchMethods.getBooking.descriptor, [2], options)
            }
            gate.complete(())
            #expect(await held.value == [1])
            let served = try await client.callBytes(
                DispatchMethods.getBooking.descriptor,
                [2],
                options
            )
            #expect(served == [2])
            #expect(server.counters.handlerCount == 0)
            return refused
        }
        #expect(refused?.code == .resourceExhausted)
        #expect(refused?.isNotProcessed == true)
        #expect(refused?.retryAfter != nil)
        rig.stop()
    }
}
