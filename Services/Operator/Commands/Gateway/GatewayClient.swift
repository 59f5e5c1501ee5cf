package import HTTP
package import HTTPClient
internal import Model
internal import Timekeeping

/// Speaks the gateway's public HTTPS interface, as any partner would.
///
/// From any task; its requests run on its loop.
package final class GatewayClient: Sendable {
    /// An answer of the gateway.
    package struct Answer: Sendable {
        /// The status.
        package let status: UInt16
        /// The document; `.null` for none.
        package let document: JSONValue
        /// What `Retry-After` says, seconds; `nil` where it is absent.
        package let retryAfterSeconds: Int?

        /// What a problem document (RFC 9457) says, or the status.
        package var problem: String {
            let title = document["title"]?.text ?? "status \(status)"
            let detail = document["detail"]?.text
            let errors = (document["errors"]?.elements ?? []).prefix(3).map { error in
                (place: error["pointer"]?.text ?? "", what: error["detail"]?.text)
            }
            // A problem of one member has its sentence twice: as its own, and as the member's.
            if errors.count == 1, let error = errors.first, error.what == detail, let detail {
                return "\(title): \(error.place): \(detail)"
            }
            return title + (detail.map { ": \($0)" } ?? "")
                + errors.map { " [\($0.place): \($0.what ?? "")]" }.joined()
        }

        /// The document of a success.
        ///
        /// - Throws: What the gateway said instead to `method` and `path`.
        func required(
            _ method: HTTPClientRequest.Method,
            _ path: String
        ) throws(OperatorError) -> JSONValue {
            guard (200..<300).contains(status) else {
                throw OperatorError("The gateway refuses \(method.rawValue) \(path): \(problem)")
            }
            return document
        }
    }

    /// Where it is: `https://localhost:8443`.
    package let address: String
    private let client: HTTPClient

    /// A client of the gateway at `address` that sends its requests by `client`.
    package init(address: String, client: HTTPClient) {
        self.address = address
        self.client = client
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Parameters:
    ///   - key: The API key.
    ///   - idempotencyKey: Required by requests that book.
    /// - Throws: No answer, or one that is no JSON.
    package func send(
        _ method: HTTPClientRequest.Method,
        _ path: String,
        key: String,
        idempotencyKey: String? = nil,
        body: [UInt8] = [],
        timeMax: Duration = .seconds(30)
    ) async throws(OperatorError) -> Answer {
        var fields = [("Authorization", "Bearer \(key)"), ("Accept", "application/json")]
        if !body.isEmpty { fields.append(("Content-Type", "application/json")) }
        if let idempotencyKey { fields.append(("Idempotency-Key", "\"\(idempotencyKey)\"")) }
        var request = HTTPClientRequest(method, address + path, fields: fields, body: body)
        request.timeMax = timeMax
        do {
            let response = try await client.send(request)
            let retryAfter = response.value(of: "Retry-After").flatMap { Int($0) }
            guard !response.body.isEmpty else {
                return Answer(
                    status: response.status,
                    document: .null,
                    retryAfterSeconds: retryAfter
                )
            }
            var limits = JSONLimits()
            limits.byteCountMax = Self.answerByteCountMax
            limits.valueCountMax = Self.answerValueCountMax
            let document = try JSONReader.read(response.body, limits: limits)
            return Answer(
                status: response.status,
                document: document,
                retryAfterSeconds: retryAfter
            )
        } catch let error as HTTPClientError {
            throw OperatorError(
                "The gateway at \(address) does not answer: \(error.message)",
                advice: "Look at `nexors status`; start the installation with `nexors up`."
            )
        } catch let fault as JSONFault {
            throw OperatorError("The gateway's answer to \(path) is no JSON: \(fault.detail)")
        } catch {
            throw OperatorError("The gateway at \(address) does not answer: \(error)")
        }
    }

    /// Sends a request whose answer must be a success.
    ///
    /// - Throws: What the gateway said.
    package func require(
        _ method: HTTPClientRequest.Method,
        _ path: String,
        key: String,
        idempotencyKey: String? = nil,
        body: [UInt8] = []
    ) async throws(OperatorError) -> JSONValue {
        let answer = try await send(
            method,
            path,
            key: key,
            idempotencyKey: idempotencyKey,
            body: body
        )
        return try answer.required(method, path)
    }

    /// Reads a stream of events from its beginning to its end; for streams that end, as a finished booking's.
    ///
    /// - Returns: What each event's data says, in order.
    package func events(_ path: String, key: String) async throws(OperatorError) -> [JSONValue] {
        let fields = [
            ("Authorization", "Bearer \(key)"), ("Accept", "text/event-stream"),
            ("Last-Event-ID", "0"),
        ]
        let response: HTTPClientResponse
        do {
            response = try await client.send(
                HTTPClientRequest(.get, address + path, fields: fields)
            )
        } catch {
            throw OperatorError(
                "The gateway at \(address) does not answer: \(error)",
                advice: "Look at `nexors status`; start the installation with `nexors up`."
            )
        }
        guard response.status == 200 else {
            throw OperatorError("The gateway refuses GET \(path): status \(response.status)")
        }
        return response.body.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard line.starts(with: "data:".utf8) else { return nil }
            return try? JSONReader.read(Array(line.dropFirst(5)))
        }
    }

    /// The largest answer that is read, and the most values in it: a page of bookings, a tenant with its fleet.
    private static let answerByteCountMax = 4 * 1024 * 1024
    private static let answerValueCountMax = 400_000
}
