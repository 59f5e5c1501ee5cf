internal import DispatchCore
internal import Money
internal import Timekeeping

/// A tenant's tariffs in memory: quotes are answered without the store.
struct TariffBook {
    /// Versions of one class that are kept: a quote lives minutes, so older ones are asked for by nobody.
    static let versionsMax = 16

    /// By class, each rising by version; `nil` is every class without a tariff of its own.
    private var versions: [VehicleClass?: [StoredTariff]] = [:]

    /// Takes over a tariff; one that is known is replaced.
    mutating func put(_ stored: StoredTariff) {
        var list = versions[stored.vehicleClass] ?? []
        list.removeAll { $0.tariff.version == stored.tariff.version }
        list.append(stored)
        list.sort { $0.tariff.version < $1.tariff.version }
        if list.count > Self.versionsMax { list.removeFirst(list.count - Self.versionsMax) }
        versions[stored.vehicleClass] = list
    }

    /// The tariff in force for the class at `now`: the highest version that has begun.
    func current(for vehicleClass: VehicleClass, at now: WallTime) -> StoredTariff? {
        let own = versions[vehicleClass]?.last { $0.validFrom <= now }
        return own ?? versions[nil]?.last { $0.validFrom <= now }
    }

    /// The version that a price came from; `nil` where it is not kept.
    func version(_ version: UInt32, for vehicleClass: VehicleClass) -> StoredTariff? {
        let own = versions[vehicleClass]?.first { $0.tariff.version == version }
        return own ?? versions[nil]?.first { $0.tariff.version == version }
    }
}
