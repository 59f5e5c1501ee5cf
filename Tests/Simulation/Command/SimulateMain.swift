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
        var progress = SimulateProgress(options)
        SeedRunner(options).run { report in
            totals.add(report)
            if options.isJSON {
                print(report.json)
            } else if !report.isPassed || options.isSingle || options.isTraced {
                progress.clear()
                print(report.text)
            }
            // Also into a pipe: whoever waits for a failure sees it at once.
            if !report.isPassed { fflush(nil) }
            progress.show(totals)
            return report.isPassed || !options.stopsAtFailure
        }
        progress.clear()
        if options.isJSON {
            print(totals.json)
        } else {
            print(options.isSingle ? totals.coverageText : totals.text)
        }
        let isCovered = !options.requiresCoverage || totals.missing.isEmpty
        if !isCovered { print("FAILED: some faults never happened in these seeds") }
        finish(totals.failedSeeds.isEmpty && isCovered ? .passed : .failed)
    }

    private static func finish(_ code: ExitCode) -> Never {
        exit(code.rawValue)
    }
}
