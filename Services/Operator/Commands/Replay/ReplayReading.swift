internal import HTTP
internal import Timekeeping

/// Reads back what a run came to: bookings and their events from the public interface, sums from the ledger and the
/// provider's stand-in, positions from ingest.
struct ReplayReading: Sendable {
    let tenant: UInt64
    let requests: [TripRequest]
    let partner: PartnerClient
    let admin: FleetAdmin
    let provider: ProviderTotals

    /// Histories that are asked for at once.
    private static let historyBatch = 16
    /// Tries of one of them: a hiccup of a service must not cost the figures of a whole run.
    private static let tryCountMax = 5

    /// What the run of `tenant` calls its bookings, with the request's index behind it. Not in decimals: a long number
    /// of them looks like a card's.
    static func run(_ tenant: UInt64) -> String { "replay-\(String(tenant, radix: 36))" }

    /// The request of a booking by what it is called.
    private static func request(_ booking: PartnerClient.Booking) -> Int? {
        booking.reference?.split(separator: "-").last.flatMap { Int($0) }
    }

    /// Positions that ingest has taken since its start, of all fleets.
    func positionsTaken() async throws(OperatorError) -> Int {
        let ingest = try await admin.figures(tenant: tenant)["ingest"]
        return ["fixes_live", "fixes_late"].reduce(0) { sum, name in
            sum + Int(clamping: ingest?[name]?.whole ?? 0)
        }
    }

    /// Fills in everything that is read back.
    func complete(_ report: inout ReplayReport) async throws(OperatorError) {
        let bookings = try await partner.allBookings()
        for booking in bookings { report.states[booking.state, default: 0] += 1 }
        report.capturedMinorUnits = bookings.reduce(0) { $0 + $1.capturedMinorUnits }
        report.providerMinorUnits = await provider.captured(for: bookings)
        let ledger = try await LedgerReading(admin.ledger(tenant: tenant))
        report.isLedgerBalanced = ledger.isBalanced
        report.ledgerMinorUnits = ledger.capturedMinorUnits
        report.waits = Distribution(try await waits(of: bookings, from: report.zero))
    }

    /// Seconds from each rider's wish to the moment at which the system noted his driver's arrival.
    private func waits(
        of bookings: [PartnerClient.Booking],
        from zero: WallTime?
    ) async throws(OperatorError) -> [Double] {
        guard let zero else { return [] }
        var waits: [Double] = []
        let served = bookings.filter { ReplayReport.servedStates.contains($0.state) }
        var next = served.startIndex
        while next < served.endIndex {
            let batch = served[next..<min(next + Self.historyBatch, served.endIndex)]
            next = batch.endIndex
            let results = await withTaskGroup(of: Result<Double?, OperatorError>.self) { group in
                for booking in batch { group.addTask { await wait(of: booking, from: zero) } }
                var results: [Result<Double?, OperatorError>] = []
                for await result in group { results.append(result) }
                return results
            }
            for result in results { if let wait = try result.get() { waits.append(wait) } }
        }
        return waits
    }

    private func wait(
        of booking: PartnerClient.Booking,
        from zero: WallTime
    ) async -> Result<Double?, OperatorError> {
        do throws(OperatorError) {
            let history = try await history(of: booking)
            guard let index = Self.request(booking), requests.indices.contains(index),
                // The last, where a first driver was lost on the way.
                let arrival = history.last(where: { $0.step == "driver_arrived" })
            else { return .success(nil) }
            let second = Double(zero.duration(to: arrival.at).wholeMicroseconds) / 1_000_000
            return .success(second - Double(requests[index].second))
        } catch {
            return .failure(error)
        }
    }

    private func history(
        of booking: PartnerClient.Booking
    ) async throws(OperatorError) -> [PartnerClient.BookingEvent] {
        for _ in 1..<Self.tryCountMax {
            if let history = try? await partner.history(of: booking.id) { return history }
            try? await Task.sleep(for: .milliseconds(500))
        }
        return try await partner.history(of: booking.id)
    }
}
