internal import Geo

/// What `nexors up` prints once everything runs.
enum Welcome {
    /// The address, the key, and three lines to paste.
    static func lines(
        _ address: String,
        key: String,
        _ installation: Installation,
        _ programs: String,
        _ city: DemoCity
    ) -> [String] {
        let pickup = DemoCity.position(city.streets.point(StreetPlace(street: 18, meters: 500)))
        let dropOff = DemoCity.position(city.streets.point(StreetPlace(street: 2, meters: 400)))
        let place = { (name: String, latitude: Double, longitude: Double) in
            "\"\(name)\":{\"lat\":\(Figures.decimal(latitude, 5)),\"lon\":\(Figures.decimal(longitude, 5))}"
        }
        let quote =
            "{" + place("pickup", pickup.latitudeDegrees, pickup.longitudeDegrees) + ","
            + place("drop_off", dropOff.latitudeDegrees, dropOff.longitudeDegrees)
            + ",\"vehicle_class\":\"standard\"}"
        let curl =
            "curl -sS --cacert \(quoted(installation.authorityPath)) -H 'Authorization: Bearer \(key)'"
        // Documents end without a line's end, and a prompt behind them is hard to find.
        let json = "-w '\\n' -H 'Content-Type: application/json'"
        // Each takes the id out of its answer, so that the next line works as it stands.
        let id = { (prefix: String) in
            "grep -oE '\(prefix)_[0-9a-z]{26}' | head -1"
        }
        return [
            "",
            "Nexors runs at \(address)",
            "  API key      \(key)",
            "  authority    \(installation.authorityPath)",
            "  logs         \(installation.root)/logs",
            "  look after   \(quoted("\(programs)/nexors")) status --data \(quoted(installation.root))",
            "",
            "Quote, book and track (paste them one after the other):",
            "",
            "  QUOTE=$(\(curl) \(json) \(address)/v1/quotes -d '\(quote)' | tee /dev/stderr | \(id("qt")))",
            "",
            "  BOOKING=$(\(curl) \(json) -H \"Idempotency-Key: \\\"$(cat /proc/sys/kernel/random/uuid)\\\"\""
                + " \(address)/v1/bookings -d \"{\\\"quote_id\\\":\\\"$QUOTE\\\"}\" | tee /dev/stderr | \(id("bk")))",
            "",
            "  \(curl) -N -H 'Accept: text/event-stream' \(address)/v1/bookings/$BOOKING/track",
            "",
            "Ctrl-C stops everything; the data stays in \(installation.root).",
        ]
    }

    /// A path as a shell takes it: as it is where nothing in it means anything to a shell.
    static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "/._-+".utf8.contains(byte)
            }
        }
        if isPlain { return path }
        let parts = path.split(separator: "'", omittingEmptySubsequences: false)
        return "'\(parts.joined(separator: "'\\''"))'"
    }
}
