internal import HTTP

/// `nexors tenant show`: a tenant as the gateway has it, and how far its parts have come.
enum TenantShowCommand {
    private static let specification = CommandSpecification(
        "tenant show",
        "Shows a tenant and how far its parts have come.",
        positionals: ["TENANT"],
        options: AdminSession.options + [.json],
        examples: ["nexors tenant show 77 --json"]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let tenant = try AdminSession.tenant(arguments.positionals[0], specification)
        let document = try await AdminSession.run(arguments, context, of: specification) {
            admin throws(OperatorError) in
            try await admin.show(tenant: tenant)
        }
        guard !arguments.has("json") else {
            context.console.say(JSONText.write(document))
            return .ok
        }
        var table = TextTable(["", ""])
        for (name, text) in facts(tenant, document) { table.add([name, text]) }
        for line in table.lines { context.console.say(line) }
        for step in document["provisioning"]?["open"]?.elements ?? [] {
            context.console.say(
                "  \(step["service"]?.text ?? "?"): \(step["what"]?.text ?? "?") is \(step["state"]?.text ?? "?")"
            )
        }
        return .ok
    }

    private static func facts(_ tenant: UInt64, _ document: JSONValue) -> [(String, String)] {
        let count = { (name: String) in
            String(document[name]?.elements?.count ?? 0)
        }
        let steps = document["provisioning"]
        let keys = (document["keys"]?.elements ?? []).compactMap { $0["reference"]?.text }
        let number = { (name: String) in
            steps?[name]?.whole ?? 0
        }
        return [
            ("tenant", String(tenant)), ("name", document["name"]?.text ?? ""),
            ("currency", document["currency"]?.text ?? ""),
            ("revision", document["revision"]?.whole.map(String.init) ?? ""),
            ("drivers", count("drivers")), ("vehicles", count("vehicles")),
            ("partners", count("partners")), ("zones", count("zones")),
            ("keys", keys.joined(separator: " ")),
            (
                "parts",
                "\(number("delivered")) delivered, \(number("waiting")) waiting, \(number("refused")) refused"
            ),
        ]
    }
}
