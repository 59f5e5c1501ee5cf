internal import DispatchCore
internal import Messages
internal import Model
internal import Money

extension DispatchEngine {
    /// What a stored decision means for those who follow.
    func news(
        of effect: MarketEffect,
        _ state: TenantState,
        _ commit: Commit?,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        switch effect {
        case .deliver: return [.deliver]
        case .showOffer(let offer, let booking):
            let details = state.details[booking.id] ?? BookingDetails()
            return [.offer(state.tenant, OfferEvent(offer: offer, of: booking, details, moment))]
        case .withdraw(let withdrawal):
            guard let booking = commit?.change.booking else { return [] }
            return [.offer(state.tenant, OfferEvent(withdrawal, of: booking, moment))]
        case .publish(let event):
            guard let commit else { return [] }
            let booking = commit.change.booking
            let update = BookingUpdate(
                event,
                commit.notes,
                of: state.tenant,
                feedPosition: commit.feedPosition,
                trip: booking.request.trip,
                price: booking.request.price
            )
            var outputs: [EngineOutput] = [.booking(update)]
            if let driver = booking.driver, BookingTable.boundStates.contains(booking.state) {
                let details = state.details[booking.id] ?? BookingDetails()
                let news = OfferEvent(trip: booking, of: driver, details, moment)
                outputs.append(.offer(state.tenant, news))
            }
            return outputs
        }
    }
}

extension OfferEvent {
    /// An offer on its driver's screen. The shell fills in how much real time is left.
    init(offer: OpenOffer, of booking: Booking, _ details: BookingDetails, _ moment: EngineMoment) {
        self.init(booking, details, moment)
        self.offer = offer.id
        driver = offer.driver
        expiresAt = offer.expiresAt
        pickupMilliseconds = UInt32(clamping: offer.etaMilliseconds)
        kind = WireEnum(.offer)
    }

    /// The trip of a bound driver as it stands.
    init(
        trip booking: Booking,
        of driver: DriverID,
        _ details: BookingDetails,
        _ moment: EngineMoment
    ) {
        self.init(booking, details, moment)
        self.driver = driver
        trip = booking.request.trip
        kind = WireEnum(.trip)
    }

    /// An offer or a trip that leaves a driver's screen.
    init(_ withdrawal: Withdrawal, of booking: Booking, _ moment: EngineMoment) {
        self.init()
        self.booking = booking.id
        driver = withdrawal.driver
        at = moment.business
        state = WireEnum(booking.state)
        reason = WireEnum(rawValue: UInt8(truncatingIfNeeded: withdrawal.reason.rawValue))
        if let offer = withdrawal.offer {
            self.offer = offer
            kind = WireEnum(.withdrawn)
            // `confirmed` goes on looking: the offer's time ran out, or its driver left.
            let isOver = booking.state != .confirmed
            end = WireEnum(
                isOver ? .bookingEnded : withdrawal.reason == .driverLost ? .shiftEnded : .expired
            )
        } else {
            trip = withdrawal.trip
            kind = WireEnum(.trip)
        }
    }

    private init(_ booking: Booking, _ details: BookingDetails, _ moment: EngineMoment) {
        self.init()
        let request = booking.request
        self.booking = request.booking
        at = moment.business
        pickupAt = request.pickupAt
        pickup = request.pickup
        dropOff = request.dropoff
        distanceMeters = UInt32(clamping: request.travel.meters)
        durationMilliseconds = UInt32(clamping: request.travel.milliseconds)
        priceMinorUnits = request.price.minorUnits
        currency = request.price.currency
        state = WireEnum(booking.state)
        vehicleClass = WireEnum(rawValue: request.vehicleClass.rawValue)
        passengerCount = request.passengerCount
        pickupLabel = details.pickupLabel
        dropOffLabel = details.dropOffLabel
        passengerReference = details.passengerReference
        driverNote = details.driverNote
    }
}
