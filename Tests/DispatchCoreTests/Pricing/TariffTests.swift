import Money
import TestSupport
import Testing

@testable import DispatchCore

@Suite("Tariff")
struct TariffTests {
    private func tariff(
        base: Int64 = 350,
        perKilometer: Int64 = 185,
        perMinute: Int64 = 40,
        minimum: Int64 = 900
    ) throws -> Tariff {
        try #require(
            Tariff(
                version: 3,
                currency: .euro,
                baseMinorUnits: base,
                perKilometerMinorUnits: perKilometer,
                perMinuteMinorUnits: perMinute,
                minimumMinorUnits: minimum
            )
        )
    }

    @Test(
        "base, distance and time, each rounded half to even, and the minimum",
        arguments: [
            // 12.345 km x 1.85 = 22.83825; 25.5 min x 0.40 = 10.20
            (12_345, 1_530_000, 350, 2284, 1020, 0),
            // 1 km and 1 min: 350 + 185 + 40, and 325 to the minimum
            (1000, 60_000, 350, 185, 40, 325),
            (0, 0, 350, 0, 0, 550),
            // 0.1 km x 1.85 = 18.5 cents: to the even 18; 0.3 km = 55.5: to 56
            (100, 0, 350, 18, 0, 532),
            (300, 0, 350, 56, 0, 494),
        ] as [(Int32, Int32, Int64, Int64, Int64, Int64)]
    )
    func price(
        meters: Int32,
        milliseconds: Int32,
        base: Int64,
        distance: Int64,
        time: Int64,
        supplement: Int64
    ) throws {
        let price = try tariff().price(Travel(meters: meters, milliseconds: milliseconds))
        #expect(price.base == Samples.euros(base))
        #expect(price.distance == Samples.euros(distance))
        #expect(price.time == Samples.euros(time))
        #expect(price.minimumSupplement == Samples.euros(supplement))
        #expect(price.total == Samples.euros(base + distance + time + supplement))
        #expect(price.tariffVersion == 3)
    }

    @Test(
        "the items always make up the total, and no ride is below the minimum",
        arguments: [UInt64(11)]
    )
    func conserved(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            func rate() -> Int64 {
                Int64.random(in: 0...Tariff.rateMinorUnitsMax, using: &generator)
            }
            let tariff = try tariff(
                base: rate(),
                perKilometer: rate(),
                perMinute: rate(),
                minimum: rate()
            )
            let travel = Travel(
                meters: .random(in: 0...Int32.max, using: &generator),
                milliseconds: .random(in: 0...Int32.max, using: &generator)
            )
            let price = try tariff.price(travel)
            let items = [price.base, price.distance, price.time, price.minimumSupplement]
            #expect(try Amount.sum(of: items, in: .euro) == price.total, "seed \(seed)")
            #expect(price.total.minorUnits >= tariff.minimumMinorUnits, "seed \(seed)")
        }
    }

    @Test("rates below zero or beyond the largest are refused")
    func ranges() {
        for rate in [-1, Tariff.rateMinorUnitsMax + 1] {
            #expect(
                Tariff(
                    version: 1,
                    currency: .euro,
                    baseMinorUnits: 0,
                    perKilometerMinorUnits: rate,
                    perMinuteMinorUnits: 0,
                    minimumMinorUnits: 0
                ) == nil
            )
        }
    }
}
