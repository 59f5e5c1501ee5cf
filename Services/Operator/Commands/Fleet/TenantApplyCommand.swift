internal import Foundation
internal import HTTP

/// `nexors tenant apply`: a tenant as its file says.
enum TenantApplyCommand {
    private static let specification = CommandSpecification(
        "tenant apply",
        "Makes a tenant what a JSON file says; the same file again changes nothing.",
        positionals: ["FILE"],
        options: AdminSession.options + [
            .value("tenant", "N", "the tenant's number (default: the file's \"tenant\")"),
            .json,
        ],
        discussion: """
            The file holds the document of PUT /v1/admin/tenants/{number} (see /openapi.json), with "tenant" beside it.
            A zone's "geometry" may be the name of a GeoJSON file beside this one. Keys that the document names for the
            first time are made and shown this once; keys that it no longer names are void.
            """,
        examples: ["nexors tenant apply harbour-cars.json"]
    )

    /// The largest file, bytes: a licence zone with every bend of a coast.
    static let fileByteCountMax = 16 << 20

    static let command = OperatorCommand(specification) { arguments, context in
        let path = arguments.positionals[0]
        let (number, document) = try read(path)
        let given = try arguments.integer("tenant", in: 1...Int(Int32.max), of: specification)
        guard let tenant = given.map(UInt64.init) ?? number else {
            throw UsageError("the file names no tenant: give --tenant N", specification)
        }
        let answer = try await AdminSession.run(arguments, context, of: specification) {
            admin throws(OperatorError) in
            try await admin.apply(tenant: tenant, document: document)
        }
        if arguments.has("json") {
            context.console.say(JSONText.write(answer))
        } else {
            for key in answer["keys"]?.elements ?? [] {
                let reference = key["reference"]?.text ?? ""
                guard let secret = key["secret"]?.text else { continue }
                context.console.say("key \(reference): \(secret)")
            }
            context.console.say(
                "Tenant \(tenant), \(answer["name"]?.text ?? ""), is as \(path) says"
                    + (answer["revision"]?.whole.map { ", revision \($0)." } ?? ".")
            )
        }
        return .ok
    }

    /// The tenant's number in a file, and the document to send.
    static func read(_ path: String) throws(OperatorError) -> (UInt64?, [UInt8]) {
        guard case .object(let members) = try JSONText.file(path) else {
            throw OperatorError("\(path) holds no JSON object.")
        }
        var number: UInt64?
        var json = JSONWriter()
        json.beginObject()
        for member in members {
            if member.name == "tenant" {
                number = member.value.whole.flatMap { UInt64(exactly: $0) }
                continue
            }
            json.key(text: member.name)
            if member.name == "zones", let zones = member.value.elements {
                json.beginArray()
                for zone in zones { try append(zone, besides: path, to: &json) }
                json.endArray()
            } else {
                json.raw(Array(JSONText.write(member.value).utf8))
            }
        }
        json.endObject()
        return (number, json.finish())
    }

    /// Writes a zone, with the geometry of the file that it names.
    private static func append(
        _ zone: JSONValue,
        besides path: String,
        to json: inout JSONWriter
    ) throws(OperatorError) {
        guard case .object(let members) = zone, let name = zone["geometry"]?.text else {
            return json.raw(Array(JSONText.write(zone).utf8))
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let document = try JSONText.file(URL(fileURLWithPath: name, relativeTo: folder).path)
        // A file may hold the geometry itself, a feature, or a collection with one.
        let feature = document["features"]?.elements?.first ?? document
        let geometry = feature["geometry"] ?? feature
        json.beginObject()
        for member in members {
            json.key(text: member.name)
            let value = member.name == "geometry" ? geometry : member.value
            json.raw(Array(JSONText.write(value).utf8))
        }
        json.endObject()
    }
}
