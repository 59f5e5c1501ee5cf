internal import Geo

/// The fleet of the demonstration.
package enum DemoTenant {
    /// Its number.
    package static let number: UInt64 = 1
    /// The most drivers it has; `--drivers` says how many are on duty.
    package static let driverCountMax = 60
    /// The drivers on duty where nothing is said.
    package static let driverCount = 30
    /// What the partner books where nothing is said. A driver does some eight rides an hour in this city, so 30 serve
    /// four a minute, and a visitor's own booking finds one who is free.
    static let bookingsPerMinute = 3

    private static let names = [
        "Ada", "Basil", "Cleo", "Dario", "Edda", "Felix", "Greta", "Hugo", "Ines", "Jonas",
        "Kira", "Leon", "Mona", "Nils", "Olga", "Paul", "Rosa", "Simon", "Tilda", "Udo",
    ]

    /// The fleet: first names only, and ratings from 4.50 to 5.00.
    package static func plan(_ city: DemoCity) -> FleetPlan {
        FleetPlan(
            tenant: number,
            name: "Meridian Cars",
            drivers: (0..<driverCountMax).map { index in
                FleetPlan.Driver(
                    reference: reference(index),
                    name: names[index % names.count]
                        + (index < names.count ? "" : " \(index / names.count + 1)"),
                    ratingHundredths: 450 + index * 17 % 51
                )
            },
            boundary: city.boundary.map(DemoCity.position),
            zoneName: DemoCity.name
        )
    }

    /// The fleet's own name for its driver `index`.
    package static func reference(_ index: Int) -> String {
        "car-\(index + 1)"
    }
}
