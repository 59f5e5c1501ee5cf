package import Timekeeping

/// Writes what happens as JSON lines: a constant message, data in typed fields.
///
///     logger.info("trip assigned", [DispatchLog.trip(id.description)])
///
/// A line below the level costs one comparison; its fields are not even made. Never throws, traps or
/// blocks. Names, phone numbers, card data and exact positions do not belong on a line.
package struct Logger: Sendable {
    /// The program's name, on every line.
    package let service: String
    /// What lines of this logger belong to.
    package let traceContext: TraceContext?
    private let output: Output

    /// What all loggers of a program share.
    private final class Output: Sendable {
        let level: LogLevel
        let sink: any LogSink
        let time: any TimeSource

        init(level: LogLevel, sink: any LogSink, time: any TimeSource) {
            self.level = level
            self.sink = sink
            self.time = time
        }
    }

    /// A program's logger.
    ///
    /// - Parameters:
    ///   - service: The program's name.
    ///   - level: The least level that is written.
    ///   - sink: Where lines go.
    ///   - time: Stamps them.
    package init(
        service: String,
        level: LogLevel,
        sink: any LogSink,
        time: any TimeSource = SystemTimeSource()
    ) {
        self.service = service
        traceContext = nil
        output = Output(level: level, sink: sink, time: time)
    }

    /// A logger that drops everything.
    package static let none = Logger(service: "", level: .error, sink: NoLog())

    private init(_ parent: Logger, trace: TraceContext?) {
        service = parent.service
        traceContext = trace
        output = parent.output
    }

    /// The same logger for work that belongs to `trace`.
    package func with(_ trace: TraceContext?) -> Logger { Logger(self, trace: trace) }

    /// The least level that is written.
    package var level: LogLevel { output.level }

    /// Writes a line if `level` is high enough.
    package func log(
        _ level: LogLevel,
        _ message: StaticString,
        _ fields: @autoclosure () -> [LogField] = []
    ) {
        guard level >= output.level else { return }
        var line = LogLine(
            at: output.time.wallTime,
            level: level,
            service: service,
            message: message
        )
        if let trace = traceContext {
            line.append("trace", .text(trace.traceIDText))
            line.append("span", .text(trace.spanIDText))
        }
        for field in fields() {
            line.append(field.key, field.value)
        }
        output.sink.write(line.finish())
    }

    /// Every step; for a developer's machine.
    package func trace(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        log(.trace, message, fields())
    }

    /// What explains a request.
    package func debug(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        log(.debug, message, fields())
    }

    /// What an operator wants to know on a good day.
    package func info(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        log(.info, message, fields())
    }

    /// Degraded, handled, worth a look.
    package func warning(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        log(.warning, message, fields())
    }

    /// Something that was asked for did not happen.
    package func error(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        log(.error, message, fields())
    }
}
