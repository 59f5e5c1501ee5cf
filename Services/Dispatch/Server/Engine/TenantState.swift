internal import DispatchCore
internal import Messages
internal import Model

/// What the engine holds of one tenant: his market, and what streams and jobs say beside it.
///
/// A class, because a market cannot be copied and a dictionary of them would have to.
final class TenantState {
    let tenant: TenantID
    var market: Market
    var tariffs = TariffBook()
    /// What the partner said of each open booking.
    var details: [BookingID: BookingDetails] = [:]
    /// The last known shift of each driver, open or closed.
    private(set) var shifts: [DriverID: StoredShift] = [:]
    /// How many of them are open.
    private(set) var openShiftCount = 0
    /// Fixes of his drivers that were taken over since the start.
    var fixCount: UInt64 = 0

    init(_ tenant: TenantID, policy: MarketPolicy) {
        self.tenant = tenant
        market = Market(tenant: tenant, policy: policy)
    }

    /// Notes a shift's change.
    ///
    /// - Returns: `false` where a later one of the same driver is known: commits may be reported out of order.
    func note(_ shift: StoredShift) -> Bool {
        let known = shifts[shift.driver]
        if let known, known.position >= shift.position { return false }
        if known?.closedAt == nil, known != nil { openShiftCount -= 1 }
        if shift.closedAt == nil { openShiftCount += 1 }
        shifts[shift.driver] = shift
        return true
    }
}
