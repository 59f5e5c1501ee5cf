package import Telemetry

/// The first part of every program: writes waiting log lines before the end.
package struct LogComponent: ServiceComponent {
    package let name = "log"
    private let writer: LogWriter

    /// A part over the program's writer; shows how many lines it dropped.
    package init(_ writer: LogWriter, registry: MetricsRegistry) {
        self.writer = writer
        registry.gauge("nexors_log_dropped_lines", "Log lines dropped since the start.") {
            Int64(clamping: writer.droppedLineCount)
        }
    }

    package func start() async throws {}

    package func stop(within limit: Duration) async {
        // Blocks for a second at most; nothing else runs by now.
        writer.close()
    }
}
