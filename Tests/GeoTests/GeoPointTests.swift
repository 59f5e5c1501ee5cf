import Geo
import Testing

@Suite("GeoPoint")
struct GeoPointTests {
    @Test(
        "the last unit in range is taken and the next refused",
        arguments: [
            (Int32(900_000_000), Int32(1_800_000_000), true),
            (-900_000_000, -1_800_000_000, true),
            (900_000_001, 0, false), (-900_000_001, 0, false),
            (0, 1_800_000_001, false), (0, -1_800_000_001, false),
            (.max, 0, false), (.min, .min, false),
        ]
    )
    func unitRange(latitude: Int32, longitude: Int32, isValid: Bool) {
        #expect((GeoPoint(latitudeE7: latitude, longitudeE7: longitude) != nil) == isValid)
    }

    @Test(
        "degrees out of range, NaN and infinities are refused",
        arguments: [
            (91.0, 0.0), (90.000_000_01, 0), (-90.000_000_01, 0), (0, 181), (0, 180.000_000_01),
            (.nan, 0), (0, .nan), (.infinity, 0), (0, -.infinity), (1e300, 1e300),
        ]
    )
    func degreesRange(latitude: Double, longitude: Double) {
        #expect(GeoPoint(latitudeDegrees: latitude, longitudeDegrees: longitude) == nil)
    }

    @Test("degrees round to the nearest unit and come back")
    func degrees() {
        #expect(point(90, 180) == GeoPoint(latitudeE7: 900_000_000, longitudeE7: 1_800_000_000))
        #expect(point(0.000_000_04, -0.000_000_06) == GeoPoint(latitudeE7: 0, longitudeE7: -1))
        #expect(point(37.774_929_5, -122.419_415_5).latitudeDegrees == 37.774_929_5)
        #expect(point(37.774_929_5, -122.419_415_5).longitudeDegrees == -122.419_415_5)
    }

    @Test(
        "longitudes differ by the shorter way round",
        arguments: [
            (Int32(0), Int32(5), Int32(5)), (1_799_999_999, -1_799_999_999, 2),
            (-1_799_999_999, 1_799_999_999, -2), (-1_800_000_000, 1_800_000_000, 0),
            (0, 1_800_000_000, 1_800_000_000), (-1, 1_800_000_000, -1_799_999_999),
        ]
    )
    func longitudeDifference(origin: Int32, other: Int32, difference: Int32) {
        #expect(GeoPoint.longitudeDifferenceE7(from: origin, to: other) == difference)
    }

    @Test("longitudes that run on past the antimeridian come back into the range")
    func continued() {
        let beyond = GeoPoint(latitudeDegrees: 1, continuedLongitudeDegrees: 190)
        #expect(beyond == point(1, -170))
        #expect(GeoPoint(latitudeDegrees: 1, continuedLongitudeDegrees: -190) == point(1, 170))
        #expect(GeoPoint(latitudeDegrees: 1, continuedLongitudeDegrees: 360) == point(1, 0))
        #expect(GeoPoint(latitudeDegrees: 1, continuedLongitudeDegrees: 360.1) == nil)
        #expect(GeoPoint(latitudeDegrees: 91, continuedLongitudeDegrees: 0) == nil)
        #expect(GeoPoint(latitudeDegrees: 0, continuedLongitudeDegrees: .nan) == nil)
    }
}
