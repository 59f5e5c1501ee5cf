import Messages
import Model
import Testing

@testable import GatewayServer

@Suite("Bookings in memory")
struct BookingCacheTests {
    let tenant = TenantID(7)
    let booking = BookingID(bits: 1)

    func snapshot(_ sequence: UInt64, tenant: UInt64 = 7) -> BookingSnapshot {
        .with { snapshot in
            snapshot.booking = booking
            snapshot.tenant = TenantID(tenant)
            snapshot.sequence = sequence
        }
    }

    func update(_ sequence: UInt64, driver: UInt128 = 0) -> BookingUpdate {
        .with { update in
            update.kind = WireEnum(.step)
            update.booking = booking
            update.tenant = tenant
            update.sequence = sequence
            update.driver = DriverID(bits: driver)
        }
    }

    @Test("it serves nothing while the tenant's feed is down")
    func live() {
        let cache = BookingCache(capacity: 10)
        cache.beginFill(booking)
        cache.endFill(booking, snapshot(1))
        #expect(cache.find(booking, of: tenant) == nil)
        cache.setLive(tenant, true)
        #expect(cache.find(booking, of: tenant)?.snapshot.sequence == 1)
        #expect(cache.find(booking, of: TenantID(8)) == nil)
        cache.setLive(tenant, false)
        #expect(cache.find(booking, of: tenant) == nil)
    }

    @Test("a snapshot that an event has overtaken is used once and not kept")
    func race() {
        let cache = BookingCache(capacity: 10)
        cache.setLive(tenant, true)
        cache.beginFill(booking)
        cache.apply(update(2))
        #expect(cache.endFill(booking, snapshot(1))?.snapshot.sequence == 1)
        #expect(cache.find(booking, of: tenant) == nil)
        // The next reader is not troubled by the old race.
        cache.beginFill(booking)
        cache.endFill(booking, snapshot(2))
        #expect(cache.find(booking, of: tenant)?.entityTag == "\"2\"")
    }

    @Test("an older snapshot does not replace what is newer")
    func older() {
        let cache = BookingCache(capacity: 10)
        cache.setLive(tenant, true)
        cache.beginFill(booking)
        cache.endFill(booking, snapshot(3))
        cache.beginFill(booking)
        #expect(cache.endFill(booking, snapshot(2))?.snapshot.sequence == 3)
    }

    @Test("events move it on; a gap or a new driver makes it forget")
    func events() {
        let cache = BookingCache(capacity: 10)
        cache.setLive(tenant, true)
        cache.beginFill(booking)
        cache.endFill(booking, snapshot(1))
        cache.apply(update(2))
        #expect(cache.find(booking, of: tenant)?.snapshot.sequence == 2)
        cache.apply(update(2))
        #expect(cache.find(booking, of: tenant)?.snapshot.sequence == 2)
        cache.apply(update(4))
        #expect(cache.find(booking, of: tenant) == nil)
        cache.beginFill(booking)
        cache.endFill(booking, snapshot(4))
        cache.apply(update(5, driver: 9))
        #expect(cache.find(booking, of: tenant) == nil)
    }
}
