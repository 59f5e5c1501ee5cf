internal import Messages
internal import Model
internal import Storage
internal import WireFormat

/// Vehicles and drivers, which dispatch is told in chunks.
extension TenantChange {
    mutating func applyVehicles() throws(StorageError) {
        let merged = try merge(
            .vehicle,
            document.vehicles.map { vehicle in
                FleetItem(
                    kind: .vehicle,
                    reference: vehicle.reference,
                    bits: freshBits(),
                    name: vehicle.plate,
                    isActive: vehicle.isActive
                )
            }
        )
        var entries: [VehicleEntry] = []
        for vehicle in document.vehicles {
            guard let item = merged.all[vehicle.reference] else { continue }
            entries.append(
                .with { entry in
                    entry.vehicle = VehicleID(bits: item.bits)
                    entry.vehicleClass = WireEnum(vehicle.vehicleClass)
                    entry.seatCount = vehicle.seatCount
                    entry.isActive = vehicle.isActive
                    entry.plate = vehicle.plate
                    entry.model = vehicle.model
                    entry.fleetReference = vehicle.reference
                }
            )
        }
        for item in merged.removed {
            entries.append(
                .with { entry in
                    entry.vehicle = VehicleID(bits: item.bits)
                    entry.vehicleClass = WireEnum(.standard)
                    entry.fleetReference = item.reference
                }
            )
        }
        try sendRoster("vehicles", entries) { $0.vehicles = $1 }
    }

    mutating func applyDrivers() throws(StorageError) {
        let merged = try merge(
            .driver,
            document.drivers.map { driver in
                FleetItem(
                    kind: .driver,
                    reference: driver.reference,
                    bits: freshBits(),
                    name: driver.name,
                    isActive: driver.isActive
                )
            }
        )
        var entries: [DriverEntry] = []
        for driver in document.drivers {
            guard let item = merged.all[driver.reference] else { continue }
            entries.append(
                .with { entry in
                    entry.driver = DriverID(bits: item.bits)
                    entry.ratingHundredths = driver.ratingHundredths
                    entry.isActive = driver.isActive
                    entry.displayName = driver.name
                    entry.fleetReference = driver.reference
                }
            )
        }
        for item in merged.removed {
            entries.append(
                .with { entry in
                    entry.driver = DriverID(bits: item.bits)
                    entry.displayName = item.name
                    entry.fleetReference = item.reference
                }
            )
        }
        try sendRoster("drivers", entries) { $0.drivers = $1 }
    }

    mutating func sendRoster<Entry>(
        _ what: String,
        _ entries: [Entry],
        _ fill: (inout ApplyRosterRequest, [Entry]) -> Void
    ) throws(StorageError) {
        var start = 0
        while start < entries.count {
            let end = min(start + Self.rosterChunkCount, entries.count)
            var request = ApplyRosterRequest()
            // Rises with every command, not only with the revision: an equal one may be taken for a repeat.
            request.revision = UInt64(revision) << 16 | rosterCount
            rosterCount += 1
            fill(&request, Array(entries[start..<end]))
            try send(
                DispatchMethods.applyRoster,
                to: .dispatch,
                "\(what) \(start + 1) to \(end)",
                body: encoded(request)
            )
            start = end
        }
    }
}
