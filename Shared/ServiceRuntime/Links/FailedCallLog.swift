package import Calls
internal import Messages
internal import Model
package import Telemetry
package import Timekeeping
internal import WireFormat

/// Log keys of calls that were served.
package enum CallLog {
    /// The service that a call names, by its name in the registry.
    package static let service = LogKey<String>("calls.service")
    /// Which method, by its name, or by its number where it is not served here.
    package static let method = LogKey<String>("calls.method")
    /// What kind of peer called.
    package static let peer = LogKey<String>("calls.peer")
    /// How it ended.
    package static let status = LogKey<String>("calls.status")
    /// The service's own finer code; 0 where there is none.
    package static let subCode = LogKey<UInt16>("calls.sub_code")
    /// How many lines of this level were left out since the last one.
    package static let leftOutCount = LogKey<UInt64>("calls.lines_left_out")
}

/// Writes a line for each call that a server failed or refused, under the caller's trace.
///
/// What is ours to mend is a warning, what the caller got wrong is for `debug`. A peer that only fails must not fill
/// the disk: of each level no more than `linesPerSecondMax` are written, and the next line says how many were left
/// out; `nexors_calls_total` counts them all. For one server, on its loop.
package final class FailedCallLog {
    /// Lines of one level in one second: enough to see which calls fail, and at 500 bytes each 10 kB/s.
    package static let linesPerSecondMax = 20

    /// What was written of one level in the second that runs.
    private struct Share {
        var begin: Instant?
        var count = 0
        var leftOutCount: UInt64 = 0

        /// Takes a line out of the share; `nil` where it is used up, else how many were left out before it.
        mutating func take(at now: Instant) -> UInt64? {
            if let begin, begin.duration(to: now) < .seconds(1) {
                guard count < FailedCallLog.linesPerSecondMax else {
                    leftOutCount &+= 1
                    return nil
                }
            } else {
                begin = now
                count = 0
            }
            count += 1
            defer { leftOutCount = 0 }
            return leftOutCount
        }
    }

    private let logger: Logger
    private var warnings = Share()
    private var refusals = Share()

    /// A log that nothing was written to.
    package init(_ logger: Logger) {
        self.logger = logger
    }

    /// Writes a line about `call` if its level is written and has lines left.
    package func note(_ call: FailedCall, at now: Instant) {
        let isOurs = Self.isOurs(call.error.code) && !call.isDraining
        let level: LogLevel = isOurs ? .warning : .debug
        guard level >= logger.level,
            let leftOutCount = isOurs ? warnings.take(at: now) : refusals.take(at: now)
        else { return }
        let trace = TraceContext(traceID: call.traceID, spanID: call.spanID)
        logger.with(trace).log(level, "a call failed", Self.fields(call, leftOutCount))
    }

    /// Whether an end of this code is a matter of the serving side, whatever the caller sent.
    ///
    /// The others are what a caller is told of his own request: a partner's mistakes would drown what an operator has
    /// to see, so they are for debugging. Without a default, so that a new code has to be put on one side.
    private static func isOurs(_ code: StatusCode) -> Bool {
        switch code {
        case .unknown, .deadlineExceeded, .resourceExhausted, .internal, .unavailable, .dataLoss:
            true
        case .ok, .cancelled, .invalidArgument, .notFound, .alreadyExists, .permissionDenied,
            .failedPrecondition, .aborted, .outOfRange, .unimplemented, .unauthenticated:
            false
        }
    }

    private static func fields(_ call: FailedCall, _ leftOutCount: UInt64) -> [LogField] {
        let service = RegistryService(rawValue: call.serviceNumber).map { "\($0)" }
        var fields = [
            CallLog.service(service ?? "\(call.serviceNumber)"),
            CallLog.method(call.method?.name ?? "\(call.methodNumber)"),
            CallLog.peer(call.peer?.caller.rawValue ?? "nobody"),
            CallLog.status("\(call.error.code)"), CallLog.subCode(call.error.subCode),
            RuntimeLog.reason(call.error.message),
        ]
        if !call.key.isNone { fields.append(DeliveryLog.key("\(call.key)")) }
        if leftOutCount > 0 { fields.append(CallLog.leftOutCount(leftOutCount)) }
        return fields
    }
}
