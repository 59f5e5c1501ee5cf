/// What a token's subject may do; bits are fixed and never reused.
package struct TokenScopes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Ask for prices and make bookings, and call them off.
    package static let book = TokenScopes(rawValue: 1 << 0)
    /// See bookings, their events and their tracks.
    package static let readBookings = TokenScopes(rawValue: 1 << 1)
    /// Send fixes, answer offers, report progress, open and close shifts: a driver's own.
    package static let drive = TokenScopes(rawValue: 1 << 2)
    /// Change a fleet's roster, tariffs, zones and payment methods.
    package static let manageFleet = TokenScopes(rawValue: 1 << 3)
    /// See a fleet's statements and ledger.
    package static let readMoney = TokenScopes(rawValue: 1 << 4)
    /// Set up tenants and plans, and set business time.
    package static let operate = TokenScopes(rawValue: 1 << 5)
}
