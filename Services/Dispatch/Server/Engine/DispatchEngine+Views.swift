internal import DispatchCore
internal import Geo
package import Messages
package import Model
internal import Money
package import Timekeeping

extension DispatchEngine {
    /// What a ride would cost now.
    ///
    /// - Throws: `QuoteProblem`.
    package func quote(
        _ request: QuoteRequest,
        of tenant: TenantID,
        at now: WallTime
    ) throws(QuoteProblem) -> QuoteReply {
        guard
            let vehicleClass = request.vehicleClass == .unspecified
                ? .standard : VehicleClass(rawValue: request.vehicleClass.rawValue)
        else { throw .classUnknown }
        guard let state = tenants[tenant],
            let tariff = state.tariffs.current(for: vehicleClass, at: now)
        else { throw .tariffUnknown }
        let lead = now.duration(to: request.pickupAt)
        guard
            request.pickupAt == .none
                || (lead >= .zero - Booking.pickupLatenessMax && lead <= Booking.pickupLeadMax)
        else { throw .pickupPast }
        let quote: Quote
        do throws(QuoteRefusal) {
            quote = try state.market.quote(
                from: request.pickup,
                to: request.dropOff,
                in: vehicleClass,
                tariff: tariff.tariff,
                at: now
            )
        } catch {
            throw error == .tooLong ? .tooFar : .noRoute
        }
        return QuoteReply(quote)
    }

    /// What is on the driver's screen: his open offer or his trip; `nil` where there is nothing.
    package func screen(
        of driver: DriverID,
        _ tenant: TenantID,
        at moment: EngineMoment
    ) -> OfferEvent? {
        guard let state = tenants[tenant], let id = state.market.engagement(of: driver),
            let booking = state.market.booking(id)
        else { return nil }
        let details = state.details[id] ?? BookingDetails()
        if let offer = booking.offer, offer.driver == driver {
            return OfferEvent(offer: offer, of: booking, details, moment)
        }
        guard booking.driver == driver, BookingTable.boundStates.contains(booking.state) else {
            return nil
        }
        return OfferEvent(trip: booking, of: driver, details, moment)
    }

    /// The driver's shift as it stands; `nil` where he never had one.
    package func shift(of driver: DriverID, _ tenant: TenantID) -> StoredShift? {
        tenants[tenant]?.shifts[driver]
    }

    /// Where the driver of an open booking is, as an update between events; `nil` where nothing is known or the
    /// passenger is not told yet.
    package func position(of booking: BookingID, _ tenant: TenantID) -> BookingUpdate? {
        guard let state = tenants[tenant], let open = state.market.booking(booking),
            let driver = open.driver, BookingTable.boundStates.contains(open.state),
            let slot = state.market.board.slot(of: driver)
        else { return nil }
        let entry = state.market.board[slot]
        guard let position = entry.position else { return nil }
        var update = BookingUpdate()
        update.booking = booking
        update.tenant = tenant
        update.sequence = open.sequence
        update.at = entry.positionAt
        update.trip = open.request.trip
        update.driver = driver
        update.vehicle = open.vehicle ?? .none
        update.driverPosition = position
        update.driverPositionAt = entry.positionAt
        update.kind = WireEnum(.position)
        update.state = WireEnum(open.state)
        if open.state == .assigned || open.state == .enRoute {
            let drive = StraightLineTravel.standard.travel(from: position, to: open.request.pickup)
            update.pickupMilliseconds = drive?.milliseconds ?? -1
        }
        return update
    }

    /// The tenant's bookings that have a driver, by name.
    package func driven(of tenant: TenantID) -> [BookingID] {
        guard let state = tenants[tenant] else { return [] }
        return state.details.keys.filter { state.market.booking($0)?.driver != nil }.sorted()
    }

    /// Figures of one tenant, or of all; what the store knows is added by `DispatchQueries.status`.
    package func figures(of tenant: TenantID?) -> DispatchStatusReply {
        var reply = DispatchStatusReply()
        for name in tenantOrder where tenant == nil || tenant == name {
            guard let state = tenants[name] else { continue }
            reply.driversOnDuty += UInt32(clamping: state.openShiftCount)
            reply.driversFree += UInt32(clamping: state.market.board.availableCount)
            let offers = state.details.keys.filter { state.market.booking($0)?.offer != nil }
            reply.offersOpen += UInt32(clamping: offers.count)
            reply.fixesTotal += state.fixCount
        }
        return reply
    }
}

/// Why there is no price.
package enum QuoteProblem: Error, Hashable, Sendable {
    /// No such class of vehicle.
    case classUnknown
    /// The fleet has no tariff for the class.
    case tariffUnknown
    /// The pickup time is too far in the past or the future.
    case pickupPast
    /// The ride is longer than the fleet drives.
    case tooFar
    /// There is no way, or no price that fits.
    case noRoute
}

extension QuoteReply {
    /// A quote as it travels.
    init(_ quote: Quote) {
        self.init()
        let price = quote.price
        totalMinorUnits = price.total.minorUnits
        baseMinorUnits = price.base.minorUnits
        distanceMinorUnits = price.distance.minorUnits
        timeMinorUnits = price.time.minorUnits
        minimumSupplementMinorUnits = price.minimumSupplement.minorUnits
        currency = price.total.currency
        distanceMeters = UInt32(clamping: price.travel.meters)
        durationMilliseconds = UInt32(clamping: price.travel.milliseconds)
        pickupMilliseconds = quote.etaMilliseconds ?? -1
        tariffVersion = price.tariffVersion
        expiresAt = quote.expiresAt
    }
}
