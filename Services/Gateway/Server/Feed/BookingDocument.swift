package import Geo
package import HTTP
package import Messages
internal import Model
package import Money
package import Timekeeping
internal import WireFormat

/// The JSON documents that tell of bookings.
package enum BookingDocument {
    /// A booking; without the driver's position, which the track tells.
    package static func encode(_ booking: BookingSnapshot) -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        json.beginObject()
        json.member("id", booking.booking.description)
        json.member("state", booking.state.known?.text ?? "unknown")
        json.member("at_risk", isAtRisk(booking.state, booking.reason))
        json.member("sequence", Int64(clamping: booking.sequence))
        json.member("created_at", booking.createdAt)
        json.member("updated_at", booking.updatedAt)
        json.member("pickup_at", ifKnown: booking.pickupAt)
        json.member("pickup", booking.pickup, label: booking.pickupLabel)
        json.member("drop_off", booking.dropOff, label: booking.dropOffLabel)
        json.member("vehicle_class", VehicleClassWord.text(booking.vehicleClass))
        json.member("passenger_count", Int64(booking.passengerCount))
        json.member("passenger_reference", ifFilled: booking.passengerReference)
        json.member("partner_reference", ifFilled: booking.partnerReference)
        if !booking.quote.isNone { json.member("quote_id", booking.quote.description) }
        json.member("price", minorUnits: booking.priceMinorUnits, booking.currency)
        json.member("captured", minorUnits: booking.capturedMinorUnits, booking.currency)
        json.member("distance_meters", Int64(booking.distanceMeters))
        json.member("duration_seconds", Int64(booking.durationMilliseconds / 1000))
        if !booking.driver.isNone { assignment(booking, &json) }
        json.member("reason", ifFilled: ReasonWord.text(booking.reason))
        json.member("actor", ifFilled: ActorWord.text(booking.actor))
        json.member("note", ifFilled: booking.note)
        json.endObject()
        return json.finish()
    }

    private static func assignment(_ booking: BookingSnapshot, _ json: inout JSONWriter) {
        json.key("assignment")
        json.beginObject()
        json.member("trip_id", booking.trip.description)
        json.member("driver_id", booking.driver.description)
        json.member("driver_name", ifFilled: booking.driverName)
        json.member("vehicle_id", booking.vehicle.description)
        json.member("vehicle_plate", ifFilled: booking.vehiclePlate)
        json.member("vehicle_model", ifFilled: booking.vehicleModel)
        json.member("explanation", ifFilled: booking.explanation)
        json.key("candidates")
        json.beginArray()
        for candidate in booking.candidates {
            json.beginObject()
            json.member("driver_id", candidate.driver.description)
            json.member("eta_seconds", fixedPoint: Int64(candidate.etaMilliseconds), digits: 3)
            json.member(
                "rating_seconds",
                fixedPoint: Int64(candidate.ratingMilliseconds),
                digits: 3
            )
            json.member(
                "upgrade_seconds",
                fixedPoint: Int64(candidate.upgradeMilliseconds),
                digits: 3
            )
            json.member("idle_seconds", fixedPoint: Int64(candidate.idleMilliseconds), digits: 3)
            json.member("age_seconds", fixedPoint: Int64(candidate.ageMilliseconds), digits: 3)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    /// Where a booking's driver is, as one document.
    ///
    /// - Parameter now: Business time, which the positions' times are in.
    package static func track(_ booking: BookingSnapshot, now: WallTime) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("booking_id", booking.booking.description)
        json.member("state", booking.state.known?.text ?? "unknown")
        json.member("at_risk", isAtRisk(booking.state, booking.reason))
        json.member("sequence", Int64(clamping: booking.sequence))
        json.member("updated_at", booking.updatedAt)
        json.member("tracking", TrackingStatus(booking, now: now).rawValue)
        position(booking.driverPosition, booking.driverPositionAt, &json)
        eta(booking.pickupMilliseconds, &json)
        json.endObject()
        return json.finish()
    }

    /// An event of a booking's track: what happened, or where the driver is.
    package static func event(_ update: BookingUpdate) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("booking_id", update.booking.description)
        json.member("state", update.state.known?.text ?? "unknown")
        json.member("sequence", Int64(clamping: update.sequence))
        json.member("at", ifKnown: update.at)
        if update.kind == .step {
            json.member("at_risk", isAtRisk(update.state, update.reason))
            json.member("step", ifFilled: StepWord.text(update.step))
            json.member("reason", ifFilled: ReasonWord.text(update.reason))
            json.member("actor", ifFilled: ActorWord.text(update.actor))
            if !update.driver.isNone { json.member("driver_id", update.driver.description) }
            json.member("note", ifFilled: update.note)
        }
        position(update.driverPosition, update.driverPositionAt, &json)
        eta(update.pickupMilliseconds, &json)
        json.endObject()
        return json.finish()
    }

    /// Whether the driver is out of reach with the passenger on board.
    private static func isAtRisk(
        _ state: WireEnum<BookingState>,
        _ reason: WireEnum<BookingReasonCode>
    ) -> Bool {
        state == .onTrip && reason == .outOfReach
    }

    private static func position(_ point: GeoPoint, _ at: WallTime, _ json: inout JSONWriter) {
        guard !at.isNone else { return }
        json.key("position")
        json.beginObject()
        json.member("lat", fixedPoint: Int64(point.latitudeE7), digits: 7)
        json.member("lon", fixedPoint: Int64(point.longitudeE7), digits: 7)
        json.member("at", at)
        json.endObject()
    }

    private static func eta(_ milliseconds: Int32, _ json: inout JSONWriter) {
        guard milliseconds >= 0 else { return }
        json.member("pickup_eta_seconds", Int64(milliseconds) / 1000)
    }
}

/// What is known of a driver's position; never a state of the trip.
package enum TrackingStatus: String, CaseIterable, Sendable {
    /// No driver, or none that was seen yet.
    case none
    /// Seen within the last half minute.
    case live
    /// Seen within the last five minutes.
    case stale
    /// Not seen for longer.
    case lost

    /// The status at `now`, business time.
    package init(_ booking: BookingSnapshot, now: WallTime) {
        guard !booking.driver.isNone, !booking.driverPositionAt.isNone else {
            self = .none
            return
        }
        let age = booking.driverPositionAt.duration(to: now)
        self = age <= .seconds(30) ? .live : age <= .seconds(300) ? .stale : .lost
    }
}

extension JSONWriter {
    /// Writes a text member, or nothing where it is empty.
    package mutating func member(_ name: StaticString, ifFilled text: String) {
        if !text.isEmpty { member(name, text) }
    }

    /// Writes a time member, or nothing where it is "none".
    package mutating func member(_ name: StaticString, ifKnown moment: WallTime) {
        if !moment.isNone { member(name, moment) }
    }

    /// Writes an amount as minor units with its currency; nothing without one.
    package mutating func member(
        _ name: StaticString,
        minorUnits: Int64,
        _ currency: Currency?
    ) {
        guard let currency else { return }
        key(name)
        beginObject()
        member("amount", minorUnits)
        member("currency", currency.code)
        endObject()
    }

    /// Writes a place by latitude and longitude, with what people call it.
    package mutating func member(_ name: StaticString, _ point: GeoPoint, label: String) {
        key(name)
        beginObject()
        member("lat", fixedPoint: Int64(point.latitudeE7), digits: 7)
        member("lon", fixedPoint: Int64(point.longitudeE7), digits: 7)
        member("label", ifFilled: label)
        endObject()
    }
}
