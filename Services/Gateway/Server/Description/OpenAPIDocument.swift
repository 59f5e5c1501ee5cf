internal import HTTP

/// The API's description (OpenAPI 3.1), made from the table of routes: what is not served is not described.
enum OpenAPIDocument {
    static func encode(_ routes: [APIRoute]) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("openapi", "3.1.0")
        json.key("info")
        json.value(ClosedSchemas.complete(OpenAPIParts.info))
        json.key("servers")
        json.raw(Array(#"[{"url":"/"}]"#.utf8))
        json.key("paths")
        writePaths(routes, &json)
        json.key("components")
        writeComponents(&json)
        json.endObject()
        return json.finish()
    }

    private static func writePaths(_ routes: [APIRoute], _ json: inout JSONWriter) {
        var templates: [String] = []
        for route in routes where !templates.contains(route.template) {
            templates.append(route.template)
        }
        json.beginObject()
        for template in templates {
            json.key(text: template)
            json.beginObject()
            for route in routes where route.template == template { write(route, &json) }
            json.endObject()
        }
        json.endObject()
    }

    private static func write(_ route: APIRoute, _ json: inout JSONWriter) {
        let operation = route.operation
        json.key(text: route.method.name.lowercased())
        json.beginObject()
        json.member("operationId", operation.id)
        json.key("tags")
        json.beginArray()
        json.string(operation.tag)
        json.endArray()
        json.member("summary", operation.summary)
        json.member("description", operation.description)
        json.key("security")
        json.raw(Array((route.access == .open ? "[]" : #"[{"key":[]}]"#).utf8))
        writeParameters(route, &json)
        if let schema = operation.requestSchema {
            json.key("requestBody")
            json.beginObject()
            json.member("required", operation.isRequestRequired)
            json.key("content")
            writeContent(["application/json"], schema, &json)
            json.endObject()
        }
        json.key("responses")
        writeResponses(route, &json)
        json.endObject()
    }

    private static func writeParameters(_ route: APIRoute, _ json: inout JSONWriter) {
        let names = PathTemplate(route.template).captureNames
        guard !names.isEmpty || !route.operation.parameters.isEmpty else { return }
        json.key("parameters")
        json.beginArray()
        for name in names {
            json.beginObject()
            json.member("name", name)
            json.member("in", "path")
            json.member("required", true)
            json.key("schema")
            json.beginObject()
            json.member("$ref", "#/components/schemas/\(schema(of: name, in: route.template))")
            json.endObject()
            json.endObject()
        }
        for parameter in route.operation.parameters {
            json.beginObject()
            json.member("$ref", "#/components/parameters/\(parameter)")
            json.endObject()
        }
        json.endArray()
    }

    /// The schema of a path's hole, by the collection it stands in.
    private static func schema(of name: String, in template: String) -> String {
        if template.hasPrefix("/v1/bookings/") { return "BookingId" }
        return template.hasPrefix("/v1/drivers/") ? "DriverId" : "TenantId"
    }

    private static func writeContent(
        _ contentTypes: [String],
        _ schema: String,
        _ json: inout JSONWriter
    ) {
        json.beginObject()
        for contentType in contentTypes {
            json.key(text: contentType)
            json.beginObject()
            // The events of a stream are described in words: a schema would be of the whole stream.
            if contentType == "text/event-stream" {
                json.key("schema")
                json.raw(Array(#"{"type":"string"}"#.utf8))
                json.member("example", OpenAPIParts.eventExample)
            } else {
                json.key("schema")
                json.beginObject()
                json.member("$ref", "#/components/schemas/\(schema)")
                json.endObject()
            }
            json.endObject()
        }
        json.endObject()
    }

    private static func writeResponses(_ route: APIRoute, _ json: inout JSONWriter) {
        json.beginObject()
        for response in route.operation.responses {
            json.key(text: "\(response.status)")
            json.beginObject()
            json.member("description", response.description)
            if !response.headers.isEmpty {
                json.key("headers")
                json.beginObject()
                for header in response.headers { writeHeader(header, &json) }
                json.endObject()
            }
            if let schema = response.schema {
                json.key("content")
                writeContent(response.contentTypes, schema, &json)
            }
            json.endObject()
        }
        for status in problemStatuses(of: route) {
            json.key(text: "\(status)")
            json.beginObject()
            let codes = problems(of: route).filter { $0.status.code == status }.map(\.rawValue)
            json.member("description", "A problem: \(codes.joined(separator: ", ")).")
            writeProblemHeaders(status, &json)
            json.key("content")
            writeContent([Problem.contentType], "Problem", &json)
            json.endObject()
        }
        json.key("default")
        json.beginObject()
        json.member("description", "Any other problem.")
        json.key("content")
        writeContent([Problem.contentType], "Problem", &json)
        json.endObject()
        json.endObject()
    }

    private static func writeHeader(_ header: String, _ json: inout JSONWriter) {
        json.key(text: header)
        json.beginObject()
        json.member("$ref", "#/components/headers/\(header)")
        json.endObject()
    }

    /// The headers that tell a client what to do about a problem.
    private static func writeProblemHeaders(_ status: UInt16, _ json: inout JSONWriter) {
        let header: String
        switch status {
        case 401: header = "WWW-Authenticate"
        // In a conflict only while the first request is still running.
        case 409, 429, 503, 504: header = "Retry-After"
        default: return
        }
        json.key("headers")
        json.beginObject()
        writeHeader(header, &json)
        json.endObject()
    }

    /// The problems of a route, those of every route included.
    static func problems(of route: APIRoute) -> [ProblemCode] {
        var codes = route.operation.problems
        if route.access != .open { codes += [.unauthorized, .forbidden, .rateLimited] }
        if route.operation.requestSchema != nil {
            codes += [.malformedJSON, .invalidRequest, .unsupportedMediaType]
        }
        if route.access != .open { codes += [.overloaded, .unavailable, .timeout] }
        return codes
    }

    private static func problemStatuses(of route: APIRoute) -> [UInt16] {
        Set(problems(of: route).map(\.status.code)).sorted()
    }

    private static func writeComponents(_ json: inout JSONWriter) {
        json.beginObject()
        json.key("securitySchemes")
        json.raw(
            Array(
                #"{"key":{"type":"http","scheme":"bearer","description":"An API key, nx_..."}}"#
                    .utf8
            )
        )
        json.key("parameters")
        json.value(ClosedSchemas.complete(OpenAPIParts.parameters))
        json.key("headers")
        json.value(ClosedSchemas.complete(OpenAPIParts.headers))
        json.key("schemas")
        json.beginObject()
        for schemas in [OpenAPIParts.bookingSchemas, OpenAPIParts.operatorSchemas] {
            for (name, text) in schemas {
                json.key(text: "\(name)")
                json.value(ClosedSchemas.complete(text))
            }
        }
        json.endObject()
        json.endObject()
    }
}
