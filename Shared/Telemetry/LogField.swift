/// One piece of data on a log line.
package struct LogField: Sendable {
    /// The key, prefixed by its service: `dispatch.trip`.
    package let key: StaticString
    /// The value.
    package let value: LogValue
}

/// What a log line can hold. There is no case for secrets, so they cannot be logged.
package enum LogValue: Hashable, Sendable {
    /// Text; cut at `LogLine.valueByteCountMax`.
    case text(String)
    /// A whole number.
    case integer(Int64)
    /// A whole number without sign.
    case unsigned(UInt64)
    /// A number; NaN and infinities are written as text, since JSON has none.
    case number(Double)
    /// Yes or no.
    case boolean(Bool)
    /// A length of time, written in seconds.
    case duration(Duration)
}

/// What may stand behind a typed key.
package protocol LogConvertible {
    /// The value as a line shows it.
    var logValue: LogValue { get }
}

/// A key of log metadata, declared once per service with the type of what stands behind it.
///
///     enum DispatchLog {
///         static let trip = LogKey<String>("dispatch.trip")
///     }
///     logger.info("trip assigned", [DispatchLog.trip(id.description)])
package struct LogKey<Value: LogConvertible>: Sendable {
    /// The key's name.
    package let name: StaticString

    /// A key. Names are constants in lower case with the service's prefix.
    package init(_ name: StaticString) {
        self.name = name
    }

    /// The key with a value.
    package func callAsFunction(_ value: Value) -> LogField {
        LogField(key: name, value: value.logValue)
    }
}

extension String: LogConvertible {
    package var logValue: LogValue { .text(self) }
}

extension Int: LogConvertible {
    package var logValue: LogValue { .integer(Int64(self)) }
}

extension Int64: LogConvertible {
    package var logValue: LogValue { .integer(self) }
}

extension Int32: LogConvertible {
    package var logValue: LogValue { .integer(Int64(self)) }
}

extension UInt64: LogConvertible {
    package var logValue: LogValue { .unsigned(self) }
}

extension UInt32: LogConvertible {
    package var logValue: LogValue { .unsigned(UInt64(self)) }
}

extension UInt16: LogConvertible {
    package var logValue: LogValue { .unsigned(UInt64(self)) }
}

extension Double: LogConvertible {
    package var logValue: LogValue { .number(self) }
}

extension Bool: LogConvertible {
    package var logValue: LogValue { .boolean(self) }
}

extension Duration: LogConvertible {
    package var logValue: LogValue { .duration(self) }
}
