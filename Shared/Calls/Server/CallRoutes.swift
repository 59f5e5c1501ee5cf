package import Messages
package import WireFormat

/// How one method is served.
enum CallHandler: Sendable {
    /// Answers at once on the loop; for methods that touch memory alone.
    case synchronous(
        @Sendable (CallContext, RawSpan, inout OutputBuffer) throws(CallError) -> Void
    )
    /// Answers from a task on the loop.
    case unary(@Sendable (CallContext, [UInt8]) async throws(CallError) -> [UInt8])
    /// Reads and writes messages from a task on the loop; returns the one answer of a client stream, else `nil`.
    case stream(@Sendable (ServerStream) async throws(CallError) -> [UInt8]?)
    /// Hears every message in a callback; for methods whose rate no task could follow.
    case callback(@Sendable (CallbackStream) throws(CallError) -> any StreamReceiver)
}

/// One method with its handler. A class: a call refers to it, where a copy would count five references.
final class CallRoute: Sendable {
    let method: MethodDescriptor
    let handler: CallHandler
    /// Who may call, as bits of `CallRoutes.bit(of:)`.
    let callers: UInt16
    /// Its place among the routes of its program, from 0.
    let index: Int

    init(method: MethodDescriptor, handler: CallHandler, callers: UInt16, index: Int) {
        self.method = method
        self.handler = handler
        self.callers = callers
        self.index = index
    }
}

/// The methods that a program serves, held to the registry: what is not there cannot be registered, and the
/// types of requests and answers are the registry's.
package struct CallRoutes: Sendable {
    /// Numbers of methods that one service may have; the registry's go up to a third of it.
    private static let methodCountMax = 64

    /// The route of method `m` of service `s` at `methodCountMax * s + m`: one array, so that finding one counts
    /// one reference.
    private var table: ContiguousArray<CallRoute?> = []
    /// The routes' methods, in the order of registration.
    package private(set) var methods: [MethodDescriptor] = []

    /// No methods yet.
    package init() {}

    /// Serves `method` by a function that answers at once.
    ///
    /// It runs on the event loop: it must not block and should take microseconds.
    package mutating func synchronous<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (CallContext, Request) throws(CallError) -> Response
    ) {
        add(
            method.descriptor,
            .synchronous { (context, body, output) throws(CallError) in
                let response = try handler(context, try Self.decode(Request.self, body))
                try Self.encode(response, into: &output)
            }
        )
    }

    /// Serves `method` by a function over the messages' bytes, without decoding them here.
    package mutating func synchronousBytes<Request, Response>(
        _ method: Method<Request, Response>,
        _ handler:
            @escaping @Sendable (CallContext, RawSpan, inout OutputBuffer) throws(CallError) -> Void
    ) {
        add(method.descriptor, .synchronous(handler))
    }

    /// Serves `method` by an asynchronous function, which runs in a task on the connection's loop.
    package mutating func unary<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (CallContext, Request) async throws(CallError) -> Response
    ) {
        add(
            method.descriptor,
            .unary { (context, body) async throws(CallError) in
                // Safe: every byte of an array of bytes is initialised.
                let request = try unsafe Self.decode(Request.self, body.span.bytes)
                let response = try await handler(context, request)
                var output = OutputBuffer()
                try Self.encode(response, into: &output)
                return output.array()
            }
        )
    }

    /// Serves `method` by an asynchronous function over the messages' bytes.
    package mutating func unaryBytes<Request, Response>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (CallContext, [UInt8]) async throws(CallError) -> [UInt8]
    ) {
        add(method.descriptor, .unary(handler))
    }

    /// Serves a method with a stream of answers.
    package mutating func serverStream<Request: WireMessage, Response>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (ServerStream, Request) async throws(CallError) -> Void
    ) {
        add(
            method.descriptor,
            .stream { (stream) async throws(CallError) in
                guard let body = try await stream.next() else {
                    throw CallError(
                        .invalidArgument,
                        "the call carries no request",
                        isNotProcessed: true
                    )
                }
                // Safe: every byte of an array of bytes is initialised.
                let request = try unsafe Self.decode(Request.self, body.span.bytes)
                try await handler(stream, request)
                return nil
            }
        )
    }

    /// Serves a method with a stream of requests and one answer.
    package mutating func clientStream<Request, Response: WireMessage>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (ServerStream) async throws(CallError) -> Response
    ) {
        add(
            method.descriptor,
            .stream { (stream) async throws(CallError) in
                let response = try await handler(stream)
                var output = OutputBuffer()
                try Self.encode(response, into: &output)
                return output.array()
            }
        )
    }

    /// Serves a method with a stream each way from a task.
    package mutating func both<Request, Response>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (ServerStream) async throws(CallError) -> Void
    ) {
        add(
            method.descriptor,
            .stream { (stream) async throws(CallError) in
                try await handler(stream)
                return nil
            }
        )
    }

    /// Serves a method with a stream each way by callbacks: `make` is called when a call opens.
    package mutating func callback<Request, Response>(
        _ method: Method<Request, Response>,
        _ make: @escaping @Sendable (CallbackStream) throws(CallError) -> any StreamReceiver
    ) {
        add(method.descriptor, .callback(make))
    }

    private mutating func add(_ method: MethodDescriptor, _ handler: CallHandler) {
        precondition(method.id < Self.methodCountMax, "\(method.name) has a number too high")
        let place = Self.methodCountMax * Int(method.service.rawValue) + Int(method.id)
        while table.count <= place { table.append(nil) }
        precondition(table[place] == nil, "\(method.name) is served twice")
        var callers: UInt16 = 0
        for caller in method.callers { callers |= Self.bit(of: caller) }
        table[place] = CallRoute(
            method: method,
            handler: handler,
            callers: callers,
            index: methods.count
        )
        methods.append(method)
    }

    /// The route of a call; `nil` where the method is not served here.
    ///
    /// - Complexity: O(1).
    @inline(__always)
    func route(service: UInt16, method: UInt16) -> CallRoute? {
        guard method < Self.methodCountMax else { return nil }
        let place = Self.methodCountMax &* Int(service) &+ Int(method)
        return place < table.count ? table[place] : nil
    }

    /// The bit of a caller in a route's list.
    static func bit(of caller: MethodCaller) -> UInt16 {
        switch caller {
        case .gateway: 1
        case .ingest: 2
        case .dispatch: 4
        case .payments: 8
        case .billing: 16
        case .driver: 32
        case .operator: 64
        }
    }

    static func decode<Request: WireMessage>(
        _ type: Request.Type,
        _ body: RawSpan
    ) throws(CallError) -> Request {
        do {
            return try Request(decoding: body)
        } catch {
            throw CallError(
                .invalidArgument,
                "\(Request.name) is refused: \(error)",
                isNotProcessed: true
            )
        }
    }

    static func encode(
        _ response: some WireMessage,
        into output: inout OutputBuffer
    ) throws(CallError) {
        do {
            try response.encode(to: &output)
        } catch {
            throw CallError(.internal, "an answer does not encode: \(error)")
        }
    }
}
