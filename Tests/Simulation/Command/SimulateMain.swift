import Glibc
import SimulationWorld

/// Runs seeds of the simulator and says how each ended.
@main
struct SimulateMain {
    /// Nothing was found; something was; the arguments make no sense.
    private enum ExitCode: Int32 { case passed = 0, failed = 1, usage = 2 }

    static func main() {
        let options: SimulateOptions
        do throws(SimulateOptions.Problem) {
            options = try SimulateOptions(Array(CommandLine.arguments.dropFirst()))
        } catch {
            if !error.text.isEmpty { print("simulate: \(error.text)") }
            print(SimulateOptions.usage)
            finish(error.text.isEmpty ? .passed : .usage)
        }
        var totals = SimulateTotals()
        for seed in options.seeds {
            let report = run(seed, options)
            totals.add(report)
            if options.isJSON {
                print(report.json)
            } else if !report.isPassed || options.isSingle || options.isVerbose {
                print(report.text)
            }
            // Also into a pipe: whoever waits for a failure sees it at once.
            if !report.isPassed { fflush(nil) }
            if !report.isPassed, options.stopsAtFailure { break }
        }
        if !options.isJSON, !options.isSingle { print(totals.text) }
        finish(totals.failedSeeds.isEmpty ? .passed : .failed)
    }

    private static func run(_ seed: UInt64, _ options: SimulateOptions) -> SimulationReport {
        let output: ((String) -> Void)? = options.isVerbose ? { print($0) } : nil
        return Simulation(seed: seed, mutation: options.mutation, output: output)
            .run(stepCountMax: options.stepCountMax)
    }

    private static func finish(_ code: ExitCode) -> Never {
        exit(code.rawValue)
    }
}
