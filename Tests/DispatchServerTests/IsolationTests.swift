import Calls
import DispatchServer
import Messages
import Model
import TestSupport
import Testing
import WireFormat

@Suite("Who may see and do what", .timeLimit(.minutes(1)))
struct IsolationTests {
    private static let other = TenantID(8)

    /// Another fleet's caller asks for everything that a read method can be asked of the first one's.
    @Test("no read method of the registry shows another fleet anything")
    func reads() async throws {
        let rig = try await DispatchRig()
        let (driver, shift) = try await rig.provision()
        let request = rig.bookingRequest()
        _ = try await rig.call(
            DispatchMethods.createBooking,
            request,
            as: .gateway,
            token: rig.partnerToken()
        )
        for method in DispatchMethods.all where !method.isMutating {
            try await read(method.name, rig, request.booking, driver, shift)
        }
        try await rig.stop()
    }

    private func read(
        _ name: String,
        _ rig: DispatchRig,
        _ booking: BookingID,
        _ driver: DriverID,
        _ shift: SetShiftReply
    ) async throws {
        switch name {
        case "quote", "getBooking", "status": try await readOnce(name, rig, booking)
        case "watchBooking", "watchTenantBookings": try await readFeed(name, rig, booking)
        case "watchOffers":
            let followed = try await rig.follow(
                DispatchMethods.watchOffers,
                WatchOffersRequest.with {
                    $0.driver = driver
                    $0.shift = shift.shift
                },
                as: .ingest,
                tenant: Self.other,
                token: rig.driverToken(driver, tenant: Self.other)
            )
            #expect(await followed.end.wait(forCount: 1).first??.code == .failedPrecondition)
        case "watchShifts":
            let followed = try await rig.follow(
                DispatchMethods.watchShifts,
                WatchShiftsRequest(),
                as: .ingest,
                tenant: Self.other,
                token: rig.driverToken(driver, tenant: Self.other)
            )
            #expect(await followed.end.wait(forCount: 1).first??.code == .permissionDenied)
        default:
            Issue.record("\(name) reads, and nobody says what another fleet may see of it")
        }
    }

    private func readOnce(
        _ name: String,
        _ rig: DispatchRig,
        _ booking: BookingID
    ) async throws {
        let token = try rig.partnerToken(tenant: Self.other)
        switch name {
        case "quote":
            let code = await rig.refusal {
                _ = try await rig.call(
                    DispatchMethods.quote,
                    QuoteRequest.with { $0.pickup = EngineRig.place },
                    as: .gateway,
                    tenant: Self.other,
                    token: token
                )
            }
            #expect(code == .failedPrecondition)
        case "getBooking":
            let code = await rig.refusal {
                _ = try await rig.call(
                    DispatchMethods.getBooking,
                    GetBookingRequest.with { $0.booking = booking },
                    as: .gateway,
                    tenant: Self.other,
                    token: token
                )
            }
            #expect(code == .notFound)
        default:
            let status = try await rig.call(
                DispatchMethods.status,
                StatusRequest(),
                as: .gateway,
                tenant: Self.other
            )
            #expect(status == DispatchStatusReply())
        }
    }

    private func readFeed(
        _ name: String,
        _ rig: DispatchRig,
        _ booking: BookingID
    ) async throws {
        let token = try rig.partnerToken(tenant: Self.other)
        guard name == "watchTenantBookings" else {
            let followed = try await rig.follow(
                DispatchMethods.watchBooking,
                WatchBookingRequest.with { $0.booking = booking },
                as: .gateway,
                tenant: Self.other,
                token: token
            )
            #expect(await followed.end.wait(forCount: 1).first??.code == .notFound)
            #expect(followed.messages.elements.isEmpty)
            return
        }
        let followed = try await rig.follow(
            DispatchMethods.watchTenantBookings,
            WatchTenantBookingsRequest.with { $0.withPositions = true },
            as: .gateway,
            tenant: Self.other,
            token: token
        )
        let told = try #require(await followed.messages.wait(forCount: 1).first)
        #expect(told.kind == .caughtUp)
        #expect(told.feedPosition == 0)
    }

    @Test("another fleet changes nothing, and hears the same as of a booking that never was")
    func changes() async throws {
        let rig = try await DispatchRig()
        _ = try await rig.provision()
        let request = rig.bookingRequest()
        _ = try await rig.call(
            DispatchMethods.createBooking,
            request,
            as: .gateway,
            token: rig.partnerToken()
        )
        for booking in [request.booking, rig.id()] {
            let code = await rig.refusal {
                _ = try await rig.call(
                    DispatchMethods.cancelBooking,
                    CancelBookingRequest.with { $0.booking = booking },
                    as: .gateway,
                    tenant: Self.other,
                    token: rig.partnerToken(tenant: Self.other)
                )
            }
            #expect(code == .notFound)
            let paid = await rig.refusal {
                try await rig.report(.authorised, of: booking, tenant: Self.other)
            }
            #expect(paid == .notFound)
        }
        try await rig.stop()
    }

    @Test("a call on somebody's behalf needs his token, and says what he may")
    func rights() async throws {
        let rig = try await DispatchRig()
        let (driver, _) = try await rig.provision()
        let request = rig.bookingRequest()
        func book(_ token: [UInt8], _ request: CreateBookingRequest) async -> StatusCode? {
            await rig.refusal {
                _ = try await rig.call(
                    DispatchMethods.createBooking,
                    request,
                    as: .gateway,
                    token: token
                )
            }
        }
        #expect(await book([], request) == .unauthenticated)
        #expect(
            await book(try rig.partnerToken(scopes: [.readBookings]), request)
                == .permissionDenied
        )
        #expect(
            await book(try rig.partnerToken(partner: rig.id()), request) == .permissionDenied
        )
        #expect(await book(try rig.driverToken(driver), request) == .permissionDenied)
        #expect(
            await book(try rig.partnerToken(tenant: Self.other), request) == .permissionDenied
        )
        let answer = Messages.OfferAnswer.with {
            $0.driver = driver
            $0.decision = WireEnum(.accepted)
        }
        let foreign = await rig.refusal {
            _ = try await rig.call(
                DispatchMethods.answerOffer,
                answer,
                as: .ingest,
                token: rig.driverToken(rig.id())
            )
        }
        #expect(foreign == .permissionDenied)
        // The certificate decides which methods a service may call at all.
        let wrongService = await rig.refusal {
            _ = try await rig.call(
                DispatchMethods.answerOffer,
                answer,
                as: .gateway,
                token: rig.driverToken(driver)
            )
        }
        #expect(wrongService == .permissionDenied)
        try await rig.stop()
    }
}
