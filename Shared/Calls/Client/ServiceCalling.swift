package import Messages
package import Reactor
internal import WireFormat

/// What calls one service: over its connections (`CallClient`), or as whole messages (`DirectClient`).
package protocol ServiceCalling: AnyObject, Sendable {
    /// A call with a stream.
    associatedtype Stream: CallStream

    /// The loop that calls are made on.
    var loop: EventLoop { get }

    /// Makes a call with one request and one answer over the messages' bytes.
    ///
    /// - Throws: How the call failed after all tries.
    func callBytes(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        _ options: CallOptions
    ) async throws(CallError) -> [UInt8]

    /// Opens a call with a stream in one or both directions, on one try.
    ///
    /// - Parameters:
    ///   - body: The first message; empty where there is none yet.
    ///   - isEnd: Whether it is the last of this side.
    ///   - responseCredit: Bytes that may come before they are read.
    func open(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        isEnd: Bool,
        _ options: CallOptions,
        responseCredit: UInt32
    ) async throws(CallError) -> Stream
}

/// A call with a stream of messages, as its caller sees it.
package protocol CallStream: AnyObject, Sendable {
    /// The next message of the server; `nil` after its last.
    ///
    /// - Throws: How the call ended, where not in order. Cancelling the task cancels the call.
    func next() async throws(CallError) -> [UInt8]?

    /// Sends a message, waiting for the server's credit where it must; with `isEnd` it is the last.
    func send(_ message: [UInt8], isEnd: Bool) async throws(CallError)

    /// Stops the call; what has come and was not read is dropped.
    func cancel()
}

extension CallClient: ServiceCalling {}
extension ClientStream: CallStream {}

extension ServiceCalling {
    /// Makes a call with one request and one answer.
    ///
    /// - Throws: How the call failed after all tries.
    package func call<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        _ request: Request,
        _ options: CallOptions = CallOptions()
    ) async throws(CallError) -> Response {
        var output = OutputBuffer()
        try CallRoutes.encode(request, into: &output)
        let answer = try await callBytes(method.descriptor, output.array(), options)
        do {
            return try Response(decoding: answer)
        } catch {
            throw CallError(.internal, "the answer to \(method.descriptor.name) is \(error)")
        }
    }

    /// Opens a call with the usual credit.
    package func open(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        isEnd: Bool,
        _ options: CallOptions = CallOptions()
    ) async throws(CallError) -> Stream {
        try await open(method, body, isEnd: isEnd, options, responseCredit: 256 * 1024)
    }
}
