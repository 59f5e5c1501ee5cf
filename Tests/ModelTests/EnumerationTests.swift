import Model
import Testing

@Suite("Numbers that travel")
struct EnumerationTests {
    @Test("a booking's states keep their numbers and their names in the API")
    func bookingStates() {
        let published: [(UInt8, String)] = [
            (1, "quoted"), (2, "requested"), (3, "confirmed"), (4, "assigned"), (5, "en_route"),
            (6, "arrived"), (7, "on_trip"), (8, "completed"), (9, "closed"), (10, "no_show"),
            (11, "cancelled"), (12, "rejected"), (13, "unfulfilled"), (14, "failed"),
        ]
        #expect(BookingState.allCases.map(\.rawValue) == published.map(\.0))
        #expect(BookingState.allCases.map(\.text) == published.map(\.1))
        #expect(BookingState(rawValue: 0) == nil)
    }

    @Test("the five programs keep their numbers and names")
    func services() {
        #expect(ServiceName.allCases.map(\.rawValue) == [1, 2, 3, 4, 5])
        #expect(
            ServiceName.allCases.map(\.text)
                == ["gateway", "ingest", "dispatch", "payments", "billing"]
        )
    }

    @Test("tenants and driver references sort by number")
    func order() {
        #expect(TenantID(1) < TenantID(2))
        #expect(!(TenantID(2) < TenantID(2)))
        #expect(DriverReference(9) < DriverReference(10))
    }
}
