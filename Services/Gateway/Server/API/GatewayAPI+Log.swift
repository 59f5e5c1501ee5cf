internal import Calls
internal import HTTP
internal import Model
internal import Storage
internal import Telemetry
internal import WireFormat

/// Lines about requests, and what their partners are told.
extension GatewayAPI {
    /// Writes a line about `call`: under its trace, which the called programs log too, and with the id by which the
    /// partner was told to ask for it.
    func log(
        _ level: LogLevel,
        _ message: StaticString,
        about call: APICall,
        _ fields: @autoclosure () -> [LogField] = []
    ) {
        parts.logger.with(call.trace).log(
            level,
            message,
            [GatewayLog.requestID(call.requestID)] + fields()
        )
    }

    /// Logs what the store said, and gives what the partner is told.
    func failure(_ error: StorageError, about call: APICall) -> Problem {
        log(.error, "the store failed", about: call, [GatewayLog.reason(error.message)])
        return Problem(error)
    }

    /// Logs what a peer said, a final refusal for `debug` alone, and gives what the partner is told.
    func failure(_ error: CallError, of service: ServiceName, about call: APICall) -> Problem {
        log(
            error.isFinal ? .debug : .warning,
            "a call failed",
            about: call,
            [
                GatewayLog.peer(service.text), GatewayLog.code(Int(error.code.rawValue)),
                GatewayLog.reason(error.message),
            ]
        )
        return Problem(error)
    }

    /// Logs a mistake of ours, and gives what the partner is told: how to name the request to us.
    func mistake(_ reason: String, about call: APICall) -> Problem {
        log(.error, "a request met a mistake of ours", about: call, [GatewayLog.reason(reason)])
        return Problem(.internalError, "The system made a mistake. Tell us the request id.")
    }
}
