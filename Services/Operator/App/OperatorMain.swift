import Foundation
import OperatorBenchmarks
import OperatorCommands
import ServiceRuntime

/// The operator's command.
///
/// `main` is not async: before an async one runs, the system has threads already, and a signal that goes to one of them
/// ends the process with its programs still running.
@main
struct OperatorMain {
    static func main() {
        let stop = StopRequest()
        // First of all: threads that exist before would still take the signals.
        SignalWatcher.start(stop)
        // Detached: a main thread that waits below runs nothing for the main actor.
        Task.detached {
            let code = await OperatorProgram.run(
                Array(CommandLine.arguments.dropFirst()),
                further: [bench],
                console: Console(),
                stop: stop
            )
            // Without the handlers of exit(3): OpenSSL's frees what a loop that still connects needs, which ended test
            // processes with SIGSEGV in RAND_bytes.
            fflush(nil)
            _exit(code.rawValue)
        }
        // The task ends the process; this thread has nothing to do until then.
        while true { pause() }
    }

    /// `nexors bench`, which lives in a module of its own.
    private static let bench = OperatorCommand(BenchCommand.specification) { arguments, context in
        try await BenchCommand.run(arguments, context)
    }
}
