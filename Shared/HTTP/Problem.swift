/// An error as the partner API tells it: problem details (RFC 9457).
///
/// `detail` is for people and holds no data of others; programs act on `code`, which never changes.
package struct Problem: Error, Equatable, Sendable {
    /// One place in the request's document that was at fault.
    package struct FieldError: Equatable, Sendable {
        /// A JSON pointer as URI fragment: `#/passengers/0/phone`.
        package let pointer: String
        /// What is wrong there, a sentence.
        package let detail: String

        /// The fault `detail` at `pointer`, which is written without the `#`.
        package init(pointer: String, detail: String) {
            self.pointer = "#" + pointer
            self.detail = detail
        }
    }

    /// The answer's status.
    package var status: HTTPStatus
    /// A URI that names the kind of problem; `about:blank` means that the status says it all.
    package var type: String
    /// A few words for the kind of problem; the same for all of one type.
    package var title: String
    /// What happened this time, a sentence.
    package var detail: String?
    /// Our stable name for the kind of problem, for programs: `outside_licence_zone`.
    package var code: String?
    /// The path that the problem arose at.
    package var instance: String?
    /// The places at fault in the request.
    package var errors: [FieldError]
    /// What our logs and the answer's X-Request-Id call this request by.
    package var requestID: String?
    /// Whether the same request may succeed later.
    package var isRetryable: Bool?
    /// More headers of the answer: `Retry-After`, `WWW-Authenticate`.
    package var fields: [ResponseField]

    /// A problem; without a `title` it has the status's phrase.
    package init(
        _ status: HTTPStatus,
        type: String = "about:blank",
        title: String? = nil,
        detail: String? = nil,
        code: String? = nil,
        errors: [FieldError] = []
    ) {
        self.status = status
        self.type = type
        self.title = title ?? status.phrase
        self.detail = detail
        self.code = code
        self.errors = errors
        fields = []
    }

    /// The media type of a problem.
    package static let contentType = "application/problem+json"

    /// The document.
    package func encoded() -> [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.member("type", type)
        json.member("title", title)
        json.member("status", Int64(status.code))
        json.member("detail", ifPresent: detail)
        json.member("instance", ifPresent: instance)
        json.member("code", ifPresent: code)
        json.member("request_id", ifPresent: requestID)
        if let isRetryable { json.member("retryable", isRetryable) }
        if !errors.isEmpty {
            json.key("errors")
            json.beginArray()
            for error in errors {
                json.beginObject()
                json.member("pointer", error.pointer)
                json.member("detail", error.detail)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        return json.finish()
    }

    /// The answer that tells this problem; never stored by caches.
    package func response() -> HTTPResponse {
        var response = HTTPResponse(status, contentType: Self.contentType, body: .bytes(encoded()))
        response.fields = [ResponseField(.cacheControl, "no-store")] + fields
        return response
    }
}
