package import Timekeeping

/// A price with an expiry, as dispatch computes it; the gateway stores what it showed.
package struct Quote: Hashable, Sendable {
    /// How long a quoted price stands.
    package static let life: Duration = .seconds(600)
    /// The longest ride with a price: 500 km, above which a fare is agreed on by people.
    package static let metersMax: Int32 = 500_000

    /// What the ride costs, and why.
    package let price: PriceBreakdown
    /// From this instant on the price is not promised any more, business time.
    package let expiresAt: WallTime
    /// How far the nearest free driver seems to be, milliseconds; `nil` where none is in sight.
    package let etaMilliseconds: Int32?

    /// A price that holds until `expiresAt`, business time; no `etaMilliseconds` where no vehicle is near.
    package init(price: PriceBreakdown, expiresAt: WallTime, etaMilliseconds: Int32?) {
        self.price = price
        self.expiresAt = expiresAt
        self.etaMilliseconds = etaMilliseconds
    }
}

/// Why there is no price.
package enum QuoteRefusal: UInt16, Error, Hashable, Sendable {
    /// There is no way between the two places.
    case noRoute = 1
    /// The ride is longer than the fleet drives.
    case tooLong = 2
    /// The price does not fit.
    case outOfRange = 3
}
