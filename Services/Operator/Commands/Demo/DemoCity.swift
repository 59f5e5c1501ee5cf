package import Geo

/// Port Meridian: a small harbour town that exists nowhere.
///
/// Drawn by hand for the demonstration and set into the open Atlantic, 1,500 km from any coast, so that nobody takes
/// its streets for real ones and no map of outside has to be at hand.
package struct DemoCity: Sendable {
    /// The town's name, which is also its zone's.
    package static let name = "Port Meridian"
    /// The ground's origin: 31.5 N, 42 W.
    package static let originLatitude = 31.5
    /// See `originLatitude`.
    package static let originLongitude = -42.0
    /// Metres in a degree of latitude on the sphere of 6 371 008.8 m.
    private static let metersPerDegree = 111_195.08

    /// The streets.
    package let streets: StreetGraph
    /// Where the fleet holds its licence: the town with a margin of some 500 m; the ring is closed.
    package let boundary: [PlanePoint]

    /// The town.
    package init() {
        streets = StreetGraph(corners: Self.corners, streets: Self.streets)
        boundary = Self.boundary
    }

    /// Where a place of the ground is on the Earth.
    package static func position(_ point: PlanePoint) -> GeoPoint {
        let latitude = originLatitude + point.north / metersPerDegree
        let longitude = originLongitude + point.east / (metersPerDegree * shrink)
        // Every place of the town is within 0.1 degrees of its origin.
        return GeoPoint(latitudeDegrees: latitude, longitudeDegrees: longitude) ?? .zero
    }

    /// Which place of the ground a position is.
    package static func point(_ position: GeoPoint) -> PlanePoint {
        PlanePoint(
            (position.longitudeDegrees - originLongitude) * metersPerDegree * shrink,
            (position.latitudeDegrees - originLatitude) * metersPerDegree
        )
    }

    /// cos(31.5 degrees): how much shorter a degree of longitude is there.
    private static let shrink = 0.852_640_164_354_092_2

    /// A place in words, for a booking: "Quay Street, Port Meridian".
    package func label(_ place: StreetPlace) -> String {
        "\(streets.streets[place.street].name), \(Self.name)"
    }

    /// Rides shorter than this are walked.
    private static let rideMetersMin = 800.0

    /// A ride across the town: two places that are worth driving between.
    package func anyRide(
        using generator: inout some RandomNumberGenerator
    ) -> (from: PartnerClient.Place, to: PartnerClient.Place) {
        let from = streets.anyPlace(using: &generator)
        var to = streets.anyPlace(using: &generator)
        while streets.route(from: from, to: to).meters < Self.rideMetersMin {
            to = streets.anyPlace(using: &generator)
        }
        return (place(from), place(to))
    }

    private func place(_ place: StreetPlace) -> PartnerClient.Place {
        PartnerClient.Place(Self.position(streets.point(place)), label(place))
    }

    private static let corners: [PlanePoint] = [
        PlanePoint(-2200, -1500), PlanePoint(-900, -1750), PlanePoint(600, -1600),
        PlanePoint(1900, -1200), PlanePoint(-2400, -500), PlanePoint(-1000, -600),
        PlanePoint(150, -650), PlanePoint(1300, -450), PlanePoint(2500, -300),
        PlanePoint(-2600, 600), PlanePoint(-1300, 450), PlanePoint(100, 400),
        PlanePoint(1100, 650), PlanePoint(2300, 800), PlanePoint(-2300, 1700),
        PlanePoint(-1100, 1500), PlanePoint(250, 1450), PlanePoint(1350, 1750),
        PlanePoint(2500, 1900), PlanePoint(-1500, 2600), PlanePoint(0, 2500),
        PlanePoint(1800, 2900), PlanePoint(-350, -100),
    ]

    private static let streets: [StreetGraph.Street] = [
        .init(0, 1, "Quay Street"), .init(1, 2, "Quay Street"), .init(2, 3, "Lighthouse Road"),
        .init(0, 4, "Ropewalk"), .init(1, 5, "Net Lane"), .init(2, 6, "Customs Stairs"),
        .init(3, 8, "Lighthouse Road"), .init(3, 7, "Fort Rise"), .init(4, 5, "Market Street"),
        .init(5, 22, "Market Street"), .init(6, 22, "Ferry Row"), .init(6, 7, "Fort Rise"),
        .init(7, 8, "East Gate Road"), .init(4, 9, "Tannery Road"), .init(5, 10, "Station Avenue"),
        .init(22, 11, "Compass Bridge"), .init(22, 10, "Signal Street"), .init(7, 12, "Opera Walk"),
        .init(8, 13, "College Road"), .init(9, 10, "Station Avenue"),
        .init(10, 11, "Station Avenue"),
        .init(11, 12, "Opera Walk"), .init(12, 13, "College Road"), .init(9, 14, "Mill Road"),
        .init(10, 15, "North Gate Road"), .init(11, 16, "Hill Street"),
        .init(12, 17, "Star Street"),
        .init(13, 18, "College Road"), .init(14, 15, "Mill Road"), .init(15, 16, "Orchard Street"),
        .init(16, 17, "Star Street"), .init(17, 18, "Airfield Road"),
        .init(14, 19, "Vineyard Lane"),
        .init(15, 19, "North Gate Road"), .init(15, 20, "Sexton Street"),
        .init(16, 20, "Hill Street"), .init(19, 20, "Vineyard Lane"),
        .init(20, 21, "Airfield Road"),
        .init(17, 21, "Airfield Road"),
    ]

    private static let boundary: [PlanePoint] = [
        PlanePoint(-3100, -1700), PlanePoint(-2300, -2200), PlanePoint(900, -2300),
        PlanePoint(2300, -1800), PlanePoint(3100, -700), PlanePoint(3200, 2200),
        PlanePoint(2300, 3500), PlanePoint(-300, 3200), PlanePoint(-2100, 3100),
        PlanePoint(-3100, 2100), PlanePoint(-3100, -1700),
    ]
}
