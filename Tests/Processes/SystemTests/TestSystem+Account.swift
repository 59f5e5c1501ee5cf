import Configuration
import DispatchServer
import Foundation
import HTTP
import IngestCore
import IngestServer
import Messages
import Model
import OperatorCommands
import ProcessSupport
import Reactor
import Storage
import StorageOpening
import Testing
import Timekeeping

/// What the system says of a load when all is over, held against what the load was told and against the provider.
extension TestSystem {
    /// Checks C1 to C3 of everything that `load` did, while the programs run.
    ///
    /// - Parameter context: Goes into every failure: the seed.
    func expectAccountsMatch(_ load: FleetLoad, _ context: String) async throws {
        let loop = loop
        let wishes = await loop.submit { load.partner.wishes }
        #expect(
            wishes.allSatisfy { $0.refusal == nil },
            "\(context): \(wishes.compactMap(\.refusal))"
        )
        let partner = PartnerClient(gateway, key: key)
        do {
            try await wait(for: "every booking closed (\(context))") {
                try await partner.allBookings().allSatisfy { $0.state == "closed" }
            }
        } catch {
            // What is left is what a reader needs to find out why.
            for booking in try await partner.allBookings() where booking.state != "closed" {
                Issue.record("\(context): \(booking)")
            }
            throw error
        }
        let bookings = try await partner.allBookings()
        let byReference = Dictionary(grouping: bookings) { $0.reference ?? "" }
        // C1: what was answered 201 is there, as it was said, and once for each key.
        for wish in wishes {
            let found = byReference[wish.key] ?? []
            #expect(found.map(\.id) == [wish.booking].compactMap(\.self), "\(context), \(wish.key)")
            #expect(found.first?.priceMinorUnits == wish.priceMinorUnits, "\(context), \(wish.key)")
        }
        #expect(bookings.count == wishes.count, "\(context)")
        let replayed: Result<[String], OperatorError> = await loop.spawn {
            do throws(OperatorError) {
                return .success(try await load.partner.replay())
            } catch {
                return .failure(error)
            }
        }.value
        #expect(try replayed.get() == [], "\(context): answered otherwise when said again")
        try await expectMoneyMatches(bookings, context)
    }

    /// Prices by the API, captures at the provider, the ledger and the statement: one sum, to the cent.
    private func expectMoneyMatches(
        _ bookings: [PartnerClient.Booking],
        _ context: String
    ) async throws {
        let prices = bookings.reduce(0) { $0 + $1.priceMinorUnits }
        #expect(bookings.allSatisfy { $0.capturedMinorUnits == $0.priceMinorUnits }, "\(context)")
        let captures = try await standIn.captures()
        #expect(
            Set(captures.map(\.paymentID)).count == captures.count,
            "\(context): captured twice"
        )
        #expect(captures.count == bookings.count, "\(context)")
        #expect(captures.reduce(0) { $0 + $1.amount } == prices, "\(context)")
        let totals = try await standIn.totals()
        #expect(totals?.captured == prices, "\(context)")
        #expect(totals?.overCaptured == 0, "\(context)")
        let ledger = LedgerReading(try await admin.ledger(tenant: Self.tenant))
        #expect(ledger.isBalanced, "\(context)")
        #expect(ledger.capturedMinorUnits == prices, "\(context)")
        // Usage goes its own way to billing, behind the end of the trip.
        try await wait(for: "the statement counts every trip (\(context))") { [self] in
            try await monthlySums().trips >= bookings.count
        }
        let statement = try await monthlySums()
        #expect(statement.trips == bookings.count, "\(context)")
        #expect(statement.fares == prices, "\(context)")
    }

    private func monthlySums() async throws -> (trips: Int, fares: Int64) {
        // A test may run over the end of a month.
        let now = SystemTimeSource().wallTime
        let months = Set(
            [now, now.advanced(by: .seconds(-1800))].map { moment in
                let civil = CivilTime(moment)
                return "\(civil.year)-\(civil.month < 10 ? "0" : "")\(civil.month)"
            }
        )
        var (trips, fares) = (0, Int64(0))
        for month in months {
            let document = try await admin.statement(tenant: Self.tenant, month: month)
            for section in document["sections"]?.elements ?? [] {
                trips += Int(section["trips"]?.whole ?? 0)
                fares += section["fares"]?.whole ?? 0
            }
        }
        return (trips, fares)
    }

    // MARK: - After the end

    /// Checks C2 and C4 in dispatch's own history, once dispatch has stopped: no trip with two drivers, no driver with
    /// two trips at a time, no gap in any feed.
    func expectHistoryIsLegal(_ context: String) async throws {
        let events = try await history()
        var sequences: [BookingID: UInt64] = [:]
        var driverOf: [BookingID: DriverID] = [:]
        var bookingOf: [DriverID: BookingID] = [:]
        var position: UInt64 = 0
        var faults: [String] = []
        for event in events {
            position += 1
            if event.feedPosition != position { faults.append("feed: \(event.feedPosition)") }
            let sequence = sequences[event.booking, default: 0] + 1
            if event.sequence != sequence { faults.append("\(event.booking): \(event.sequence)") }
            sequences[event.booking] = sequence
            if let driver = driverOf.removeValue(forKey: event.booking) {
                bookingOf[driver] = nil
                let isStillDriven = event.state.known.map(\.isBeingDriven) ?? false
                if isStillDriven, event.driver != driver {
                    faults.append("\(event.booking) changed from \(driver) to \(event.driver)")
                }
            }
            guard event.state.known?.isBeingDriven == true else { continue }
            if let other = bookingOf[event.driver] {
                faults.append("\(event.driver) drives \(other) and \(event.booking)")
            }
            driverOf[event.booking] = event.driver
            bookingOf[event.driver] = event.booking
            position = event.feedPosition
        }
        #expect(faults.isEmpty, "\(context): \(faults.prefix(10))")
        #expect(driverOf.isEmpty, "\(context): trips without an end")
        #expect(!events.isEmpty, "\(context): nothing happened")
    }

    /// Checks, once ingest has stopped, that every fix of a trip that a phone was told is settled is stored.
    func expectTrailsAreKept(_ load: FleetLoad, _ context: String) async throws {
        let drivers: [(shift: ShiftID, settled: [UInt32])] = await loop.submit {
            load.drivers.compactMap { driver in
                driver.link.map { ($0.shift, driver.settledTripFixes) }
            }
        }
        let store = try await store(of: .ingest, IngestServer.migrations)
        var (kept, lost) = (0, 0)
        for driver in drivers {
            let shift = driver.shift
            let stored = try await store.read { session throws(StorageError) in
                try TrailTable.fixes(
                    of: shift,
                    of: TenantID(Self.tenant),
                    after: 0,
                    limit: 100_000,
                    in: session
                )
            }
            let numbers = Set(stored.map(\.fix.sequence))
            kept += driver.settled.count { numbers.contains($0) }
            lost += driver.settled.count { !numbers.contains($0) }
        }
        await store.close()
        #expect(lost == 0, "\(context): fixes of trips, of \(kept + lost)")
        #expect(kept > 0, "\(context): no fix of a trip was settled")
    }

    private func store(
        of name: ServiceName,
        _ migrations: [MigrationSet]
    ) async throws -> any OpenStore {
        let url = LocationURL(
            databaseURL(of: name),
            schemes: ["sqlite", "postgres", "postgresql"]
        )
        return try await StoreOpening.open(
            try StoreLocation(try #require(url)),
            migrations: migrations
        )
    }

    private func history() async throws -> [BookingUpdate] {
        let store = try await store(of: .dispatch, DispatchMigrations.all)
        var events: [BookingUpdate] = []
        while true {
            let last = events.last?.feedPosition ?? 0
            let page = try await store.read { session throws(StorageError) in
                try EventRows.feed(
                    of: TenantID(Self.tenant),
                    after: last,
                    limit: 1000,
                    in: session
                )
            }
            events += page
            if page.count < 1000 { break }
        }
        await store.close()
        return events
    }
}
