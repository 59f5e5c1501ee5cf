internal import Geo

/// What `nexors up` prints once everything runs.
enum Welcome {
    /// The address, the key, and three lines to paste.
    static func lines(
        _ address: String,
        key: String,
        _ installation: Installation,
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
        let json = "-H 'Content-Type: application/json'"
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

    private static func quoted(_ path: String) -> String {
        "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}
