import Calls
import IngestCore
import IngestServer
import LinkSupport
import Messages
import Model
internal import Reactor
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Drivers' calls passed on to dispatch", .timeLimit(.minutes(1)))
struct RelayTests {
    /// What dispatch was called with.
    struct Heard: Sendable {
        let key: IdempotencyKey
        let tenant: TenantID
        let caller: CallerToken?
        let deadline: Duration?
        let body: [UInt8]
    }

    static let request = SetShiftRequest.with {
        $0.shift = ShiftID(bits: 2007)
        $0.driver = DriverID(bits: 7)
        $0.vehicle = VehicleID(bits: 1007)
        $0.at = WallTime(secondsSinceEpoch: 1_780_000_000)
        $0.isOnDuty = true
    }

    /// A dispatch whose `setShift` does `answer`. On the loop.
    static func serveDispatch(
        _ rig: IngestRig,
        _ heard: Recorder<Heard>,
        _ answer: @escaping @Sendable () throws(CallError) -> SetShiftReply
    ) {
        var routes = CallRoutes()
        routes.unaryBytes(DispatchMethods.setShift) { (context, body) async throws(CallError) in
            heard.append(
                Heard(
                    key: context.key,
                    tenant: context.tenant,
                    caller: context.caller,
                    deadline: context.remaining(at: rig.loop.now),
                    body: body
                )
            )
            do {
                return try answer().encoded()
            } catch let error as CallError {
                throw error
            } catch {
                throw CallError(.internal, "\(error)")
            }
        }
        rig.serve(at: "dispatch") { $0 = routes }
    }

    static let reply = SetShiftReply.with {
        $0.shift = ShiftID(bits: 2007)
        $0.driverReference = DriverReference(7)
        $0.state = WireEnum(.open)
    }

    @Test("same bytes and key, a token of ours with the driver as subject, and his time minus ours")
    func passesOn() async throws {
        let rig = try await IngestRig()
        let heard = Recorder<Heard>()
        let answer = try await rig.run {
            Self.serveDispatch(rig, heard) { () throws(CallError) in Self.reply }
            try rig.serveEdge(relay: rig.makeRelay())
            return try await rig.client(["edge"], as: "driver 7").call(
                IngestMethods.driverSetShift,
                Self.request,
                CallOptions(timeout: .seconds(2), key: IdempotencyKey(bits: 99))
            )
        }
        #expect(answer == Self.reply)
        let call = try #require(heard.elements.first)
        #expect(call.key == IdempotencyKey(bits: 99))
        #expect(call.tenant == IngestRig.tenant)
        #expect(try call.body == Self.request.encoded())
        #expect(try #require(call.deadline) <= .milliseconds(1990))
        let caller = try #require(call.caller)
        #expect(caller.tenant == IngestRig.tenant)
        #expect(caller.subject == SubjectID(bits: 7))
        #expect(caller.subjectKind == .driver)
        #expect(caller.audience == RegistryService.dispatch.rawValue)
        #expect(caller.issuedAt.duration(to: caller.expiresAt) == .seconds(60))
        await rig.close()
    }

    @Test("the answer opens the shift before dispatch's stream tells of it")
    func opensEarly() async throws {
        let rig = try await IngestRig()
        let ack = try await rig.run {
            Self.serveDispatch(rig, Recorder()) { () throws(CallError) in Self.reply }
            try rig.serveEdge(relay: rig.makeRelay())
            let client = rig.client(["edge"], as: "driver 7")
            _ = try await client.call(
                IngestMethods.driverSetShift,
                Self.request,
                CallOptions(key: IdempotencyKey(bits: 99))
            )
            let phone = try await rig.phone(7)
            try await phone.send([Batches.record(1)], base: rig.now)
            return try await phone.finish()
        }
        #expect(ack?.sequence == 1)
        await rig.close()
    }

    @Test("an old answer told again does not open a shift that has ended")
    func lateAnswer() async throws {
        let rig = try await IngestRig()
        let ack = try await rig.run {
            Self.serveDispatch(rig, Recorder()) { () throws(CallError) in Self.reply }
            try rig.serveEdge(relay: rig.makeRelay())
            rig.engine.apply(IngestRig.event(7))
            rig.engine.apply(IngestRig.event(7, isOpen: false))
            _ = try await rig.client(["edge"], as: "driver 7").call(
                IngestMethods.driverSetShift,
                Self.request,
                CallOptions(key: IdempotencyKey(bits: 99))
            )
            let phone = try await rig.phone(7)
            try await phone.send([Batches.record(1)], base: rig.now)
            return try await phone.finish()
        }
        #expect(ack?.sequence == 0)
        await rig.close()
    }

    @Test("a driver who names another is refused here")
    func otherDriver() async throws {
        let rig = try await IngestRig()
        let heard = Recorder<Heard>()
        let error = try await rig.run {
            Self.serveDispatch(rig, heard) { () throws(CallError) in Self.reply }
            try rig.serveEdge(relay: rig.makeRelay())
            return await callError {
                _ = try await rig.client(["edge"], as: "driver 8").call(
                    IngestMethods.driverSetShift,
                    Self.request,
                    CallOptions(key: IdempotencyKey(bits: 99))
                )
            }
        }
        #expect(error?.code == .permissionDenied)
        #expect(heard.elements.isEmpty)
        await rig.close()
    }

    @Test(
        "dispatch's refusals go through; what is only between us does not",
        arguments: [
            (
                CallError(.failedPrecondition, "elsewhere", subCode: 14),
                StatusCode.failedPrecondition, UInt16(14)
            ),
            (CallError(.notFound, "unknown", subCode: 11), .notFound, 11),
            (CallError(.unauthenticated, "our token"), .internal, 0),
        ]
    )
    func refusals(refusal: CallError, code: StatusCode, subCode: UInt16) async throws {
        let rig = try await IngestRig()
        let error = try await rig.run {
            Self.serveDispatch(rig, Recorder()) { () throws(CallError) in throw refusal }
            try rig.serveEdge(relay: rig.makeRelay())
            return await callError {
                _ = try await rig.client(["edge"], as: "driver 7").call(
                    IngestMethods.driverSetShift,
                    Self.request,
                    CallOptions(key: IdempotencyKey(bits: 99), retries: false)
                )
            }
        }
        #expect(error?.code == code)
        #expect(error?.subCode == subCode)
        await rig.close()
    }

    @Test("without dispatch the phone is told so, and that nothing happened")
    func unreachable() async throws {
        let rig = try await IngestRig()
        let errors = Recorder<CallError>()
        let task = Task {
            try await rig.run {
                try rig.serveEdge(relay: rig.makeRelay())
                let error = await callError {
                    _ = try await rig.client(["edge"], as: "driver 7").call(
                        IngestMethods.driverSetShift,
                        Self.request,
                        CallOptions(key: IdempotencyKey(bits: 99), retries: false)
                    )
                }
                if let error { errors.append(error) }
            }
        }
        while errors.elements.isEmpty { await rig.advance(by: .milliseconds(500)) }
        try await task.value
        #expect(errors.elements.first?.code == .unavailable)
        #expect(errors.elements.first?.subCode == IngestSubCode.dispatchUnreachable.rawValue)
        #expect(errors.elements.first?.isNotProcessed == true)
        await rig.close()
    }

    /// A dispatch whose stream of offers sends `numbers` and then stays open. On the loop.
    static func serveOffers(_ rig: IngestRig, _ numbers: [UInt128]) {
        var routes = CallRoutes()
        routes.serverStream(DispatchMethods.watchOffers) {
            (stream, request) async throws(CallError) in
            for number in numbers {
                let event = OfferEvent.with {
                    $0.offer = OfferID(bits: number)
                    $0.driver = request.driver
                }
                do {
                    try await stream.send(try event.encoded())
                } catch let error as CallError {
                    throw error
                } catch {
                    throw CallError(.internal, "\(error)")
                }
            }
            _ = try await stream.next()
            while stream.isOpen { await stream.waitUntilWritable() }
        }
        rig.serve(at: "dispatch") { $0 = routes }
    }

    @Test("a driver's stream of offers outlives a restart of dispatch")
    func offersSurvive() async throws {
        let rig = try await IngestRig()
        let stream = try await rig.run {
            Self.serveOffers(rig, [1, 2])
            try rig.serveEdge(relay: rig.makeRelay())
            let request = WatchOffersRequest.with { $0.driver = DriverID(bits: 7) }
            return try await rig.client(["edge"], as: "driver 7").open(
                IngestMethods.driverOffers.descriptor,
                try request.encoded(),
                isEnd: true
            )
        }
        let heard = Recorder<UInt128>()
        let reading = Task {
            try await rig.run {
                while let message = try await stream.next() {
                    heard.append(try OfferEvent(decoding: message).offer.bits)
                }
            }
        }
        await heard.wait(forCount: 2)
        await rig.loop.submit {
            rig.cut("dispatch")
            Self.serveOffers(rig, [3])
        }
        while heard.elements.count < 3 { await rig.advance(by: .milliseconds(100)) }
        #expect(heard.elements == [1, 2, 3])
        reading.cancel()
        await rig.loop.submit { rig.cut("edge") }
        _ = await reading.result
        await rig.close()
    }

    @Test("a refusal of dispatch ends the driver's stream of offers")
    func offersRefused() async throws {
        let rig = try await IngestRig()
        let error = try await rig.run {
            var routes = CallRoutes()
            routes.serverStream(DispatchMethods.watchOffers) {
                (stream, request) async throws(CallError) in
                throw CallError(.failedPrecondition, "no shift", subCode: 13)
            }
            rig.serve(at: "dispatch") { $0 = routes }
            try rig.serveEdge(relay: rig.makeRelay())
            let request = WatchOffersRequest.with { $0.driver = DriverID(bits: 7) }
            let stream = try await rig.client(["edge"], as: "driver 7").open(
                IngestMethods.driverOffers.descriptor,
                try request.encoded(),
                isEnd: true
            )
            return await callError { _ = try await stream.next() }
        }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.subCode == 13)
        await rig.close()
    }
}
