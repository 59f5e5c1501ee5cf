package import Model
package import Timekeeping

/// A driver whom one trip does not ask again for a while.
package struct DriverExclusion: Hashable, Sendable {
    /// Who is not asked.
    package let driver: DriverID
    /// From then on he may be asked again, business time.
    package let until: WallTime

    /// Leaves `driver` out until `until`, business time.
    package init(driver: DriverID, until: WallTime) {
        self.driver = driver
        self.until = until
    }

    /// After a refusal, or after giving the trip back: an hour, in effect the whole search (as GoDispatch
    /// documents for the same trip).
    package static let afterRefusal: Duration = .seconds(3600)
    /// After silence: long enough that others come first, short enough for a street with one taxi.
    package static let afterSilence: Duration = .seconds(120)
}
