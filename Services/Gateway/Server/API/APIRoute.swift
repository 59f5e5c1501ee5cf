internal import GatewayCore
package import HTTP
package import Messages
package import Reactor
package import Telemetry

/// Who may use a route.
package enum APIAccess: Hashable, Sendable {
    /// Anybody.
    case open
    /// Keys with at least one of these scopes.
    case key(TokenScopes)
}

/// One request with what the pipeline found out about it.
package struct APICall: Sendable {
    /// The request.
    package let request: HTTPRequest
    /// The loop that the handler runs on.
    package let loop: EventLoop
    /// What stood in the path.
    package let captures: PathCaptures
    /// Whose key; the operator's without a tenant on open routes.
    package let credential: Credential?
    /// Where the request stands in its trace.
    package let trace: TraceContext
    /// What logs and answers call it by.
    package let requestID: String

    /// Whose key it is.
    ///
    /// - Throws: 401 on a route that asked for none.
    package func caller() throws(Problem) -> Credential {
        guard let credential else { throw Problem(.unauthorized, "This needs an API key.") }
        return credential
    }
}

/// One route of the API: what answers, who may use it, and how the description tells it.
package struct APIRoute: Sendable {
    /// The method.
    package let method: HTTPMethod
    /// The path's template.
    package let template: String
    /// Who may use it.
    package let access: APIAccess
    /// How the description tells it.
    package let operation: APIOperation
    /// What answers.
    package let handler: @Sendable (APICall) throws(Problem) -> HTTPOutcome

    /// A route at `template`, whose parameters stand in braces as OpenAPI writes them.
    package init(
        _ method: HTTPMethod,
        _ template: String,
        _ access: APIAccess,
        _ operation: APIOperation,
        _ handler: @escaping @Sendable (APICall) throws(Problem) -> HTTPOutcome
    ) {
        self.method = method
        self.template = template
        self.access = access
        self.operation = operation
        self.handler = handler
    }
}

/// How the description tells a route.
package struct APIOperation: Sendable {
    /// The name of the operation, unique.
    package var id: String
    /// Its section.
    package var tag: String
    /// One line.
    package var summary: String
    /// More, in sentences.
    package var description: String
    /// Names of `components/parameters` beside those of the path.
    package var parameters: [String] = []
    /// The name of the schema of the body; `nil` without one.
    package var requestSchema: String?
    /// Whether a body must be there.
    package var isRequestRequired = true
    /// What success looks like.
    package var responses: [Response]
    /// The problems it can answer with beside those of every route.
    package var problems: [ProblemCode] = []

    /// One successful answer.
    package struct Response: Sendable {
        /// The HTTP status.
        package var status: Int
        package var description: String
        /// The component that describes its body; `nil` for none.
        package var schema: String?
        /// What it comes as, by the client's choice.
        package var contentTypes = ["application/json"]
        /// Names of `components/headers`.
        package var headers: [String] = []

        /// An answer of HTTP status `status`; `schema` names a component of the description, `nil` for no body.
        package init(
            _ status: Int,
            _ description: String,
            schema: String? = nil,
            contentTypes: [String] = ["application/json"],
            headers: [String] = []
        ) {
            self.status = status
            self.description = description
            self.schema = schema
            self.contentTypes = contentTypes
            self.headers = headers
        }
    }
}
