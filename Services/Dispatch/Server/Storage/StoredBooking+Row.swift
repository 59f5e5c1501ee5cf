internal import DispatchCore
internal import Geo
internal import Model
internal import Money
internal import Storage
internal import Timekeeping

extension StoredBooking {
    /// What never changes, in the order of `BookingRows.insert`, up to the time of creation.
    var fixedValues: [SQLValue] {
        let request = booking.request
        return [
            .tenant(request.tenant), .id(request.booking), .id(request.leg), .id(request.trip),
            .id(request.quote), .id(request.partner), .number(request.pickup.latitudeE7),
            .number(request.pickup.longitudeE7), .number(request.dropoff.latitudeE7),
            .number(request.dropoff.longitudeE7), .time(request.pickupAt),
            .number(request.passengerCount), .code(request.vehicleClass),
            .integer(request.price.minorUnits), .number(request.price.currency.numericCode),
            .number(request.travel.meters), .number(request.travel.milliseconds),
            .number(request.tariffVersion), .id(request.payment), .id(request.paymentMethod),
            .number(request.terms.patienceSeconds), .number(request.terms.absenceSeconds),
            .number(request.terms.absenceFeeBasisPoints), .number(details.commissionBasisPoints),
            .number(details.taxBasisPoints), .text(details.passengerReference),
            .text(details.pickupLabel), .text(details.dropOffLabel),
            .text(details.partnerReference), .text(details.driverNote), .time(booking.createdAt),
        ]
    }

    /// The booking in a row of `BookingRows.find`.
    init(_ row: SQLRow, _ id: BookingID, of tenant: TenantID) throws(StorageError) {
        let request = BookingRequest(
            booking: id,
            leg: try row.id(0),
            trip: try row.id(1),
            tenant: tenant,
            quote: try row.id(2),
            partner: try row.id(3),
            pickup: try row.point(4),
            dropoff: try row.point(6),
            pickupAt: try row.time(8),
            passengerCount: try row.number(9),
            vehicleClass: try row.code(10),
            price: Amount(minorUnits: try row.integer(11), currency: try row.currency(12)),
            travel: Travel(meters: try row.number(13), milliseconds: try row.number(14)),
            tariffVersion: try row.number(15),
            payment: try row.id(16),
            paymentMethod: try row.id(17),
            terms: BookingTerms(
                patienceSeconds: try row.number(18),
                absenceSeconds: try row.number(19),
                absenceFeeBasisPoints: try row.number(20)
            )
        )
        var details = BookingDetails()
        details.commissionBasisPoints = try row.number(21)
        details.taxBasisPoints = try row.number(22)
        details.passengerReference = try row.text(23)
        details.pickupLabel = try row.text(24)
        details.dropOffLabel = try row.text(25)
        details.partnerReference = try row.text(26)
        details.driverNote = try row.text(27)
        self.init(
            booking: try Self.booking(request, row),
            details: details,
            updatedAt: try row.time(46),
            actor: try row.code(47),
            note: try row.text(48),
            capturedMinorUnits: try row.integer(49)
        )
    }

    private static func booking(
        _ request: BookingRequest,
        _ row: SQLRow
    ) throws(StorageError) -> Booking {
        var booking = Booking(stored: request, createdAt: try row.time(28))
        booking.state = try row.code(29)
        booking.version = try row.number(30)
        booking.sequence = try row.number(31)
        booking.stateSince = try row.time(32)
        booking.reason = try row.code(33)
        booking.driver = try row.optional(34) { (row, column) throws(StorageError) in
            try row.id(column)
        }
        booking.vehicle = try row.optional(35) { (row, column) throws(StorageError) in
            try row.id(column)
        }
        booking.acceptedOffer = try row.optional(36) { (row, column) throws(StorageError) in
            try row.id(column)
        }
        if try !row.isNull(37) {
            booking.offer = OpenOffer(
                id: try row.id(37),
                driver: try row.id(38),
                vehicle: try row.id(39),
                openedAt: try row.time(40),
                expiresAt: try row.time(41),
                etaMilliseconds: try row.number(42)
            )
        }
        booking.offerCount = try row.number(43)
        booking.patienceEndsAt = try row.time(44)
        booking.exclusions = try ExclusionCoding.exclusions(try row.blob(45))
        return booking
    }
}

/// Drivers not to be asked, as bytes: id (16, most significant first) and end (8, little-endian microseconds) each.
enum ExclusionCoding {
    private static let byteCount = 24

    static func bytes(_ exclusions: [DriverExclusion]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(exclusions.count * byteCount)
        for exclusion in exclusions {
            bytes += exclusion.driver.bytes
            let microseconds = UInt64(bitPattern: exclusion.until.microseconds)
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: microseconds >> shift))
            }
        }
        return bytes
    }

    static func exclusions(_ bytes: [UInt8]) throws(StorageError) -> [DriverExclusion] {
        guard bytes.count % byteCount == 0 else {
            throw StorageError(.corrupt, "exclusions of \(bytes.count) bytes")
        }
        var exclusions: [DriverExclusion] = []
        for start in stride(from: 0, to: bytes.count, by: byteCount) {
            guard let driver = DriverID(bytes: bytes[start..<(start + 16)]) else { continue }
            let microseconds = bytes[(start + 16)..<(start + byteCount)].reversed()
                .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            exclusions.append(
                DriverExclusion(
                    driver: driver,
                    until: WallTime(microseconds: Int64(bitPattern: microseconds))
                )
            )
        }
        return exclusions
    }
}
