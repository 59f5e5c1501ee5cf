/// What kind of vehicle a passenger is promised. Raw values travel and are stored; they are never reused.
package enum VehicleClass: UInt8, Hashable, Sendable, CaseIterable {
    case standard = 1
    case business = 2
    case first = 3
    /// For groups and luggage; a class beside the ladder, not a step of it.
    case van = 4

    /// How many steps better than asked a vehicle of class `offered` is; `nil` where it must not serve.
    ///
    /// Better is allowed (at a cost that the fleet sets), worse never, and a van only where a van was asked for.
    package func upgradeSteps(to offered: VehicleClass) -> Int32? {
        if self == offered { return 0 }
        guard self != .van, offered != .van, offered.rawValue > rawValue else { return nil }
        return Int32(offered.rawValue - rawValue)
    }
}
