/// Where finished log lines go.
package protocol LogSink: Sendable {
    /// Takes one whole line with its line break. Never blocks for long and never fails: a line may be dropped and
    /// counted instead.
    func write(_ line: [UInt8])
}

/// Drops every line: for tools and tests that log nothing.
package struct NoLog: LogSink {
    /// A sink without a bottom.
    package init() {}

    package func write(_ line: [UInt8]) {}
}
