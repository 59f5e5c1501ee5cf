internal import HTTP
internal import Timekeeping

/// `nexors demo`: traffic for an installation that runs.
enum DemoCommand {
    private static let specification = CommandSpecification(
        "demo",
        "Drives a demo fleet and books rides in a running installation.",
        options: [
            .data,
            .value("drivers", "N", default: "\(DemoTenant.driverCount)", "drivers on duty"),
            .value(
                "bookings-per-minute",
                "N",
                default: "\(DemoTenant.bookingsPerMinute)",
                "what the partner books"
            ),
            .flag("once", "book one ride, follow it to its end, and leave"),
        ],
        discussion: """
            Port Meridian exists nowhere: a hand-drawn town in the open Atlantic. Each driver has a TLS connection
            of his own to ingest; the partner uses the public HTTPS interface. Runs until Ctrl-C.
            """,
        examples: ["nexors demo --once", "nexors demo --drivers 60 --bookings-per-minute 6"]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let drivers =
            try arguments.integer("drivers", in: 1...DemoTenant.driverCountMax, of: specification)
            ?? DemoTenant.driverCount
        let rate =
            try arguments.integer("bookings-per-minute", in: 1...600, of: specification)
            ?? DemoTenant.bookingsPerMinute
        let installation = arguments.installation
        let ports = try installation.requiredSettings().ports
        let adminKey = try KeyMaterial(installation, time: context.time).adminKey()
        var traffic = DemoTraffic(drivers: drivers, bookingsPerMinute: rate)
        traffic.isOnce = arguments.has("once")
        let wanted = traffic
        try await context.withHTTP(authority: installation.authorityPath) {
            client throws(OperatorError) in
            let gateway = GatewayClient(address: "https://localhost:\(ports.https)", client: client)
            let key = try await Provisioner(installation, gateway, adminKey: adminKey, context)
                .provision(DemoTenant.plan(DemoCity()))
            var wanted = wanted
            let figures = try await FleetAdmin(gateway, adminKey: adminKey)
                .figures(tenant: DemoTenant.number)
            // A second phone of a driver would push the first one off, over and over. Shifts alone say nothing: those
            // of a demonstration that was killed are open still.
            if let onDuty = figures["dispatch"]?["drivers_on_duty"]?.whole, onDuty > 0,
                let streams = figures["ingest"]?["streams"]?.whole, streams > 0
            {
                context.console.note(
                    "\(onDuty) drivers are on duty already; only a partner joins them"
                )
                wanted.drivers = 0
            }
            try await wanted.run(
                installation,
                ports,
                gateway: gateway,
                adminKey: adminKey,
                key: key,
                context
            )
        }
        return .ok
    }
}
