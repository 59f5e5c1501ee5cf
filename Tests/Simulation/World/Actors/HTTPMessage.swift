internal import HTTP

/// A request as a client writes it, byte for byte.
enum HTTPMessage {
    static func post(
        _ path: String,
        key: String,
        idempotencyKey: String? = nil,
        body: [UInt8]
    ) -> [UInt8] {
        message("POST", path, key: key, idempotencyKey: idempotencyKey, body: body)
    }

    static func put(_ path: String, key: String, body: [UInt8]) -> [UInt8] {
        message("PUT", path, key: key, idempotencyKey: nil, body: body)
    }

    static func get(_ path: String, key: String) -> [UInt8] {
        message("GET", path, key: key, idempotencyKey: nil, body: [])
    }

    private static func message(
        _ method: String,
        _ path: String,
        key: String,
        idempotencyKey: String?,
        body: [UInt8]
    ) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer \(key)\r\n"
        if let idempotencyKey { head += "Idempotency-Key: \"\(idempotencyKey)\"\r\n" }
        if method != "GET" {
            head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
        }
        return Array((head + "\r\n").utf8) + body
    }
}

extension HTTPAnswer {
    /// Whether the same request may be answered otherwise later: nothing is settled.
    var isPassing: Bool {
        // 409 with this code: the first request with the key still runs.
        status >= 500 || status == 429 || status == 401
            || status == 409 && text("code") == "request_in_progress"
    }

    /// A text of the answer's document; nil where it has none.
    func text(_ name: String) -> String? { Self.text(name, of: value) }

    private var value: JSONValue? { try? JSONReader.read(body) }

    /// The texts called `name` of the objects in the array `list`, with their `reference`.
    func texts(_ name: String, in list: String) -> [(reference: String, text: String)] {
        guard case .object(let members)? = value,
            case .array(let elements)? = members.first(where: { $0.name == list })?.value
        else { return [] }
        return elements.compactMap { element in
            Self.text(name, of: element).map { (Self.text("reference", of: element) ?? "", $0) }
        }
    }

    private static func text(_ name: String, of value: JSONValue?) -> String? {
        guard case .object(let members)? = value,
            case .string(let text)? = members.first(where: { $0.name == name })?.value
        else { return nil }
        return text
    }
}
