import Calls
import DispatchServer
import Messages
import Model
import Money
import Reactor
import Storage
import TestSupport
import Testing
import Timekeeping
import WireFormat

extension DispatchRig {
    /// A tariff and one driver on duty, told and seen; returns the shift.
    func provision(tenant: TenantID = tenant) async throws -> (DriverID, SetShiftReply) {
        _ = try await call(
            DispatchMethods.applyTariff,
            EngineRig.tariff(),
            as: .gateway,
            tenant: tenant
        )
        let driver = id(DriverID.self)
        let vehicle = id(VehicleID.self)
        var roster = ApplyRosterRequest()
        roster.revision = 1
        roster.drivers = [
            DriverEntry.with {
                $0.driver = driver
                $0.isActive = true
                $0.displayName = "Ana"
            }
        ]
        roster.vehicles = [
            VehicleEntry.with {
                $0.vehicle = vehicle
                $0.vehicleClass = WireEnum(.standard)
                $0.isActive = true
            }
        ]
        _ = try await call(DispatchMethods.applyRoster, roster, as: .gateway, tenant: tenant)
        let shift = try await call(
            DispatchMethods.setShift,
            SetShiftRequest.with {
                $0.shift = id()
                $0.driver = driver
                $0.vehicle = vehicle
                $0.isOnDuty = true
            },
            as: .ingest,
            tenant: tenant,
            token: driverToken(driver, tenant: tenant)
        )
        await tell(shift.driverReference, at: EngineRig.place)
        try await until {
            try await self.call(
                DispatchMethods.status,
                StatusRequest(),
                as: .gateway,
                tenant: tenant
            ).driversFree == 1
        }
        return (driver, shift)
    }

    func bookingRequest() -> CreateBookingRequest {
        CreateBookingRequest.with {
            $0.booking = id()
            $0.partner = Self.partner
            $0.paymentMethod = id()
            $0.pickup = EngineRig.place
            $0.dropOff = EngineRig.destination
            $0.priceMinorUnits = 2500
            $0.currency = .euro
            $0.tariffVersion = 1
            $0.pickupLabel = "North gate"
        }
    }

    func report(
        _ kind: PaymentReportCode,
        of booking: BookingID,
        tenant: TenantID = tenant
    ) async throws {
        _ = try await call(
            DispatchMethods.reportPayment,
            PaymentReport.with {
                $0.booking = booking
                $0.tenant = tenant
                $0.kind = WireEnum(kind)
                $0.amountMinorUnits = 2500
                $0.currency = .euro
            },
            as: .payments,
            tenant: tenant
        )
    }

    /// A partner books.
    func book(_ request: CreateBookingRequest) async throws -> BookingSnapshot {
        try await call(
            DispatchMethods.createBooking,
            request,
            as: .gateway,
            token: partnerToken()
        )
    }

    /// A driver's stream of offers, in his shift.
    func followOffers(
        of driver: DriverID,
        _ shift: SetShiftReply
    ) async throws -> Followed<OfferEvent> {
        try await follow(
            DispatchMethods.watchOffers,
            WatchOffersRequest.with {
                $0.driver = driver
                $0.shift = shift.shift
            },
            as: .ingest,
            token: driverToken(driver)
        )
    }

    /// A tenant's feed as the gateway follows it.
    func followTenant(after position: UInt64 = 0) async throws -> Followed<BookingUpdate> {
        try await follow(
            DispatchMethods.watchTenantBookings,
            WatchTenantBookingsRequest.with { $0.afterPosition = position },
            as: .gateway
        )
    }

    /// A booking's stream as a partner follows it.
    func followBooking(
        _ booking: BookingID,
        after sequence: UInt64 = 0
    ) async throws -> Followed<BookingUpdate> {
        try await follow(
            DispatchMethods.watchBooking,
            WatchBookingRequest.with {
                $0.booking = booking
                $0.afterSequence = sequence
            },
            as: .gateway,
            token: partnerToken()
        )
    }

    /// The driver takes the offer.
    func accept(_ offer: OfferEvent) async throws -> OfferAnswerReply {
        try await call(
            DispatchMethods.answerOffer,
            Messages.OfferAnswer.with {
                $0.offer = offer.offer
                $0.driver = offer.driver
                $0.decision = WireEnum(.accepted)
            },
            as: .ingest,
            token: driverToken(offer.driver)
        )
    }

    /// The driver reports the whole trip, or the `steps` of it.
    func drive(
        _ answer: OfferAnswerReply,
        by driver: DriverID,
        _ steps: [TripProgressCode] = [.enRoute, .arrived, .started, .completed]
    ) async throws {
        for step in steps {
            let progress = TripProgressReport.with {
                $0.booking = answer.booking
                $0.trip = answer.trip
                $0.driver = driver
                $0.progress = WireEnum(step)
            }
            _ = try await call(
                DispatchMethods.reportTripProgress,
                progress,
                as: .ingest,
                token: driverToken(driver)
            )
        }
    }

    /// The code with which a call is refused; `nil` where it is not.
    func refusal(_ body: () async throws -> Void) async -> StatusCode? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? CallError)?.code
        }
    }
}

@Suite("Dispatch over calls, end to end", .timeLimit(.minutes(1)))
struct CallRoutesTests {
    @Test("a trip from booking to closed, with everybody who follows it")
    func trip() async throws {
        let rig = try await DispatchRig()
        let (driver, shift) = try await rig.provision()
        let feed = try await rig.followTenant()
        let offers = try await rig.followOffers(of: driver, shift)
        let request = rig.bookingRequest()
        #expect(try await rig.book(request).state == .requested)
        let track = try await rig.followBooking(request.booking)
        #expect(await rig.asked.wait(forCount: 1).first?.method == "authorise")
        try await rig.report(.authorised, of: request.booking)
        let offer = try #require(await offers.messages.wait(forCount: 1).first)
        #expect(offer.kind == .offer)
        #expect(offer.answerMilliseconds == 20_000)
        let answer = try await rig.accept(offer)
        #expect(answer.outcome == .assigned)
        try await rig.drive(answer, by: driver)
        let asked = await rig.asked.wait(forCount: 3)
        #expect(asked.map(\.method).sorted() == ["authorise", "capture", "recordTripUsage"])
        #expect(asked.allSatisfy { $0.tenant == DispatchRig.tenant && !$0.key.isNone })
        try await rig.report(.captured, of: request.booking)

        let told = await track.messages.wait(until: { $0.count { $0.kind == .step } == 8 })
        let steps = told.filter { $0.kind == .step }
        #expect(steps.map(\.sequence) == Array(1...8))
        #expect(steps.last?.state == WireEnum(.closed))
        #expect(steps.last?.capturedMinorUnits == 2500)
        #expect(told.count { $0.kind == .caughtUp } == 1)
        let fed = await feed.messages.wait(until: { $0.count { $0.kind == .step } == 8 })
        #expect(fed.filter { $0.kind == .step } == steps)
        let shown = await offers.messages.wait(forCount: 6)
        #expect(shown.map(\.state).last == WireEnum(.completed))
        try await checkAfterwards(rig, request.booking)
        try await rig.stop()
    }

    /// Resumed feeds tell what came after, and reads tell how it ended.
    private func checkAfterwards(_ rig: DispatchRig, _ booking: BookingID) async throws {
        let resumed = try await rig.followTenant(after: 6)
        let rest = await resumed.messages.wait(forCount: 3)
        #expect(rest.map(\.feedPosition) == [7, 8, 8])
        #expect(rest.map(\.kind) == [.step, .step, .caughtUp].map { WireEnum($0) })
        let beyond = try await rig.followTenant(after: 9)
        #expect(await beyond.end.wait(forCount: 1).first??.code == .outOfRange)
        let snapshot = try await rig.call(
            DispatchMethods.getBooking,
            GetBookingRequest.with { $0.booking = booking },
            as: .gateway,
            token: rig.partnerToken()
        )
        #expect(snapshot.state == .closed)
        #expect(snapshot.driverName == "Ana")
        let status = try await rig.call(
            DispatchMethods.status,
            StatusRequest(),
            as: .gateway
        )
        #expect(status.closedTotal == 1)
        #expect(status.waitCount == 1)
    }

    @Test("one connection holds a stream for each of more drivers than one usually has calls")
    func streams() async throws {
        let rig = try await DispatchRig()
        let client = try await rig.client(.gateway)
        let request = try WatchTenantBookingsRequest().encoded()
        let heardCount = try await rig.run {
            var streams: [ClientStream] = []
            for _ in 0..<1100 {
                let method = DispatchMethods.watchTenantBookings.descriptor
                let options = CallOptions(
                    tenant: DispatchRig.tenant,
                    connectionWait: .seconds(60)
                )
                streams.append(try await client.open(method, request, isEnd: true, options))
            }
            var count = 0
            for stream in streams where try await stream.next() != nil { count += 1 }
            for stream in streams { stream.cancel() }
            return count
        }
        #expect(heardCount == 1100)
        try await rig.stop()
    }

    @Test("a quote has its price, and the nearest driver that ingest told of")
    func quote() async throws {
        let rig = try await DispatchRig()
        _ = try await rig.provision()
        let quote = try await rig.call(
            DispatchMethods.quote,
            QuoteRequest.with {
                $0.pickup = EngineRig.place
                $0.dropOff = EngineRig.destination
            },
            as: .gateway,
            token: rig.partnerToken()
        )
        #expect(quote.totalMinorUnits > 900)
        #expect(quote.pickupMilliseconds == 0)
        try await rig.stop()
    }

    @Test("positions of a bound driver are told once a second")
    func positions() async throws {
        let rig = try await DispatchRig()
        let (driver, shift) = try await rig.provision()
        let request = rig.bookingRequest()
        _ = try await rig.book(request)
        try await rig.report(.authorised, of: request.booking)
        let offers = try await rig.followOffers(of: driver, shift)
        let offer = try #require(await offers.messages.wait(forCount: 1).first)
        _ = try await rig.accept(offer)
        let track = try await rig.followBooking(request.booking, after: 3)
        #expect(await track.messages.wait(forCount: 1).map(\.kind) == [WireEnum(.caughtUp)])
        for count in 2...3 {
            await rig.advance(by: .seconds(1))
            let told = await track.messages.wait(forCount: count)
            #expect(told.last?.kind == WireEnum(.position))
            #expect(told.last?.driverPosition == EngineRig.place)
            #expect(told.last?.pickupMilliseconds == 0)
        }
        try await rig.stop()
    }

    @Test("a restart keeps the offer, and everybody resumes")
    func restart() async throws {
        let rig = try await DispatchRig()
        let (driver, shift) = try await rig.provision()
        let request = rig.bookingRequest()
        _ = try await rig.book(request)
        try await rig.report(.authorised, of: request.booking)
        let before = try await rig.followOffers(of: driver, shift)
        let offer = try #require(await before.messages.wait(forCount: 1).first)
        try await rig.restart()
        #expect(await before.end.wait(forCount: 1).first??.code == .unavailable)
        let after = try await rig.followOffers(of: driver, shift)
        let again = try #require(await after.messages.wait(forCount: 1).first)
        #expect(again.offer == offer.offer)
        let shifts = try await rig.follow(
            DispatchMethods.watchShifts,
            WatchShiftsRequest(),
            as: .ingest
        )
        let told = await shifts.messages.wait(forCount: 2)
        #expect(told.map(\.kind) == [.shift, .snapshotComplete].map { WireEnum($0) })
        #expect(told[0].driverReference == shift.driverReference)
        _ = try await rig.call(
            DispatchMethods.setShift,
            SetShiftRequest.with {
                $0.shift = shift.shift
                $0.driver = driver
            },
            as: .ingest,
            token: rig.driverToken(driver)
        )
        let closed = await shifts.messages.wait(forCount: 3)
        #expect(closed[2].state == .closed)
        let ended = await after.messages.wait(forCount: 2)
        #expect(ended[1].end == .shiftEnded)
        try await rig.stop()
    }
}
