package import WireFormat

/// What the client says about a call that it opens.
package struct OpenedCall: Equatable, Sendable {
    /// Service, method, time, trace, tenant, key.
    package var call: CallBlock
    /// Caller token and shard epoch.
    package var extensions: OpenExtensions
}

/// How a call ended, as the server says.
package struct ReceivedStatus: Equatable, Sendable {
    /// How it ended.
    package var code: StatusCode
    /// The service's own number, 0 for none.
    package var subCode: UInt16
    /// How long to wait before a retry, in milliseconds; 0 for no opinion.
    package var retryAfterMilliseconds: UInt32
    /// Whether the call certainly had no effect.
    package var notProcessed: Bool
    /// Where the text for logs lies in the received bytes, valid UTF-8.
    package var text: Range<Int>
    /// Where the detail fields lie in the received bytes.
    package var details: Range<Int>
}

/// What a connection tells its owner.
///
/// Ranges point into the bytes that were given to `nextEvent` and hold until its next call. All payloads
/// are small plain values: an event is returned in a few registers' worth of memory, without reference
/// counting. What is large lies in the core, where it holds equally long.
package enum ConnectionEvent: Equatable, Sendable {
    /// Server: HELLO came, its fields are in `peer`; answer with `accept` or `refuse`.
    case hello(token: Range<Int>?)
    /// Client: HELLO_ACK came, its fields are in `peer`, the limits in `agreed`.
    case established
    /// Server: a call begins, its block is in `openedCall`. The body is the first message, empty where there
    /// is none; `isEnd`: the client sends nothing more. The call ends with `sendStatus` or a last `sendData`.
    case opened(StreamID, body: Range<Int>, isEnd: Bool)
    /// A message. An empty body with `isEnd` is an end without a message. Client: `isEnd` closes the call.
    case data(StreamID, body: Range<Int>, isEnd: Bool)
    /// Client: the call is over; how is in `receivedStatus`.
    case status(StreamID)
    /// Client: the call is over, unprocessed, because the server goes away; try it elsewhere.
    case unprocessed(StreamID)
    /// Server: the client wants no answer. The call holds its place until the handler has stopped and
    /// says so with `sendStatus`.
    case cancelled(StreamID, StatusCode)
    /// The call's time is up; answer with `sendStatus` (server) or `cancel` (client).
    case expired(StreamID)
    /// What was refused for want of credit or room may be tried again; `.connection`: on any stream.
    case writable(StreamID)
    /// Server: the client offers a new token; answer with `renewToken` or `refuse`.
    case tokenOffered(Range<Int>)
    /// The peer takes no more calls.
    case goAway(GoAwayPayload)
    /// This side sent GOAWAY because of the connection's age; open calls may finish.
    case ageReached
    /// GOAWAY was said and no call is open: flush the output and close.
    case drained
    /// The peer closed its side between two frames: close.
    case ended
    /// The connection is beyond repair, `failure` says why: flush the output and close. The last event.
    case failed
}

/// Why a command was not carried out; nothing was sent.
package enum SendRefusal: Error, Hashable, Sendable {
    /// The connection is not up, or not any more.
    case notConnected
    /// One of the sides said GOAWAY: open the call elsewhere.
    case draining
    /// As many calls are open as was agreed.
    case tooManyStreams
    /// All stream ids are used up: open the call on a new connection.
    case streamsExhausted
    /// The call is over.
    case streamClosed
    /// The client cancelled the call: stop, then `sendStatus`.
    case cancelled
    /// The frame would be longer than was agreed; it never fits.
    case tooLong
    /// The stream's credit does not suffice; `.writable` follows.
    case noStreamCredit
    /// The connection's credit does not suffice; `.writable(.connection)` follows.
    case noConnectionCredit
    /// Too much output waits; `.writable(.connection)` follows once some was taken.
    case outputFull
    /// The 16 KiB that may be sent before HELLO_ACK do not suffice; wait for `.established`.
    case beforeHello
}
