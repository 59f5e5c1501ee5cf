internal import Glibc

/// A square of longitudes and latitudes that an index decides about at once; all its places in whole units.
///
/// No wider than a quarter of a turn, and not across the antimeridian.
struct AreaCell {
    let westE7: Int32
    let southE7: Int32
    let eastE7: Int32
    let northE7: Int32

    /// Whether it has places at a pole's latitude.
    var touchesPole: Bool {
        southE7 <= -GeoPoint.latitudeE7Max || northE7 >= GeoPoint.latitudeE7Max
    }

    /// The place in its middle.
    var middle: GeoPoint {
        GeoPoint(
            uncheckedLatitudeE7: Int32((Int64(southE7) + Int64(northE7)) / 2),
            longitudeE7: Int32((Int64(westE7) + Int64(eastE7)) / 2)
        )
    }

    /// Metres that no place of the cell is farther from its middle.
    ///
    /// The chord to such a place is at most the hypotenuse of half the height and half the width at the widest
    /// latitude (haversine, with sines replaced by their angles); the arc is longer by no more than a ten thousandth
    /// up to 300 km and by half of pi at the most.
    var halfDiagonalMax: Double {
        let isAcrossEquator = southE7 < 0 && northE7 > 0
        let nearest = isAcrossEquator ? 0 : min(southE7.magnitude, northE7.magnitude)
        let cosine = cos(Double(nearest) * Earth.radiansPerUnit)
        let north = (Double(northE7) - Double(southE7) + 2) / 2 * Earth.metersPerUnit
        let east = (Double(eastE7) - Double(westE7) + 2) / 2 * Earth.metersPerUnit * cosine
        let chord = (north * north + east * east).squareRoot()
        return chord * (chord < 300_000 ? 1.0001 : .pi / 2)
    }
}
