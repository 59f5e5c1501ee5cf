package import Calls
package import Delivery
internal import Model
package import Telemetry
internal import WireFormat

/// The traces of an outbox: no request waits for an entry any more, so each attempt is a trace of its own.
///
/// What the receiver logs of it is found by that trace, and by the entry's key, which both sides log.
package struct DeliveryTraces: Sendable {
    private let traces = RequestTraces()
    private let logger: Logger

    /// Traces whose failures `logger` is told.
    package init(_ logger: Logger) {
        self.logger = logger
    }

    /// The trace of a new attempt.
    package func begin() -> TraceContext { traces.context(nil) }

    /// The options of an attempt at `command`: one try, at once, since the relay owns the retries.
    package static func options(_ command: Command, _ trace: TraceContext) -> CallOptions {
        var options = CallOptions(
            tenant: command.tenant,
            key: command.key,
            connectionWait: .zero,
            retries: false
        )
        options.join(trace)
        return options
    }

    /// Tells that an attempt failed. Only for `debug`: the relay counts attempts, and tells what it gives up.
    package func note(_ error: CallError, of command: Command, _ trace: TraceContext) {
        logger.with(trace).debug(
            "an entry of the outbox was not accepted",
            [
                DeliveryLog.destination(command.destination.text),
                DeliveryLog.method(command.method), DeliveryLog.key("\(command.key)"),
                CallLog.status("\(error.code)"), RuntimeLog.reason(error.message),
            ]
        )
    }
}
