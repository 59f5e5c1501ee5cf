package import Money

/// What a fleet charges for a ride: a base, a rate by distance, a rate by time, and a minimum.
package struct Tariff: Hashable, Sendable {
    /// The largest rate or fee, minor units: a typing error of a hundredfold is caught, no fare is.
    package static let rateMinorUnitsMax: Int64 = 100_000_000

    /// Grows with each change; a quote and its booking name the one they came from.
    package let version: UInt32
    /// The tenant's currency.
    package let currency: Currency
    /// Charged for every ride, minor units.
    package let baseMinorUnits: Int64
    /// Charged for a kilometre of road, minor units.
    package let perKilometerMinorUnits: Int64
    /// Charged for a minute of driving, minor units.
    package let perMinuteMinorUnits: Int64
    /// No ride costs less, minor units.
    package let minimumMinorUnits: Int64

    /// - Returns: `nil` where a rate is outside 0 ... `rateMinorUnitsMax`.
    package init?(
        version: UInt32,
        currency: Currency,
        baseMinorUnits: Int64,
        perKilometerMinorUnits: Int64,
        perMinuteMinorUnits: Int64,
        minimumMinorUnits: Int64
    ) {
        let rates = [
            baseMinorUnits, perKilometerMinorUnits, perMinuteMinorUnits, minimumMinorUnits,
        ]
        guard rates.allSatisfy({ (0...Self.rateMinorUnitsMax).contains($0) }) else { return nil }
        self.version = version
        self.currency = currency
        self.baseMinorUnits = baseMinorUnits
        self.perKilometerMinorUnits = perKilometerMinorUnits
        self.perMinuteMinorUnits = perMinuteMinorUnits
        self.minimumMinorUnits = minimumMinorUnits
    }

    /// The price of the drive `travel`.
    ///
    /// Distance and time are each rounded once, half to even, to a minor unit; the items are then added
    /// exactly, so they always make up the total.
    ///
    /// - Throws: `MoneyError.overflow`, which rates and drives within their ranges never reach.
    package func price(_ travel: Travel) throws(MoneyError) -> PriceBreakdown {
        let distance = try part(perKilometerMinorUnits, times: travel.meters, over: 1000)
        let time = try part(perMinuteMinorUnits, times: travel.milliseconds, over: 60_000)
        let base = Amount(minorUnits: baseMinorUnits, currency: currency)
        let sum = try base.adding(distance).adding(time)
        let minimum = Amount(minorUnits: minimumMinorUnits, currency: currency)
        let missing = try sum.isLess(than: minimum) ? minimum.subtracting(sum) : .zero(currency)
        return PriceBreakdown(
            tariffVersion: version,
            travel: travel,
            base: base,
            distance: distance,
            time: time,
            minimumSupplement: missing,
            total: try sum.adding(missing)
        )
    }

    private func part(
        _ rate: Int64,
        times quantity: Int32,
        over unit: Int64
    ) throws(MoneyError) -> Amount {
        guard let ratio = Ratio(Int64(max(0, quantity)), over: unit) else {
            return .zero(currency)
        }
        return try Amount(minorUnits: rate, currency: currency)
            .multiplied(by: ratio, rounding: .halfEven)
    }
}

/// A price and what it is made of: the four items add up to the total.
package struct PriceBreakdown: Hashable, Sendable {
    /// Which tariff it came from.
    package let tariffVersion: UInt32
    /// The drive that was priced.
    package let travel: Travel
    /// For every ride.
    package let base: Amount
    /// For the kilometres.
    package let distance: Amount
    /// For the minutes.
    package let time: Amount
    /// What was missing to the minimum; zero where nothing was.
    package let minimumSupplement: Amount
    /// What the ride costs.
    package let total: Amount
}
