import Foundation
import OperatorBenchmarks
import OperatorCommands
import ServiceRuntime

/// The operator's command.
@main
struct OperatorMain {
    static func main() async {
        let stop = StopRequest()
        // First of all: threads that exist before would still take the signals.
        SignalWatcher.start(stop)
        let code = await OperatorProgram.run(
            Array(CommandLine.arguments.dropFirst()),
            further: [bench],
            console: Console(),
            stop: stop
        )
        exit(code.rawValue)
    }

    /// `nexors bench`, which lives in a module of its own.
    private static let bench = OperatorCommand(BenchCommand.specification) { arguments, context in
        let console = context.console
        let code = try await BenchCommand.run(
            arguments,
            print: { console.say($0) },
            progress: { console.note($0) }
        )
        return OperatorExit(rawValue: code) ?? .failed
    }
}
