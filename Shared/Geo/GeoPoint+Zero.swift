extension GeoPoint {
    /// Latitude 0, longitude 0: the value of a wire field that nobody set, never a place to drive to.
    @inlinable
    public static var zero: GeoPoint { GeoPoint(uncheckedLatitudeE7: 0, longitudeE7: 0) }
}
