import Glibc
import SimulationWorld
import Synchronization

/// Runs the seeds, several at once where that is wanted, and hands the reports over in the order of the seeds.
struct SeedRunner {
    /// Bytes of a run's stack, as the main thread has them.
    private static let stackByteCount = 8 << 20

    private let options: SimulateOptions

    init(_ options: SimulateOptions) {
        self.options = options
    }

    /// - Parameter take: Gets each report; says whether to go on.
    func run(_ take: (SimulationReport) -> Bool) {
        var next = options.seeds.lowerBound
        while true {
            let left = options.seeds.upperBound - next
            let count = min(UInt64(options.jobCount), left == .max ? .max : left + 1)
            let reports = count == 1 ? [report(next)] : reports(from: next, count: Int(count))
            for report in reports where !take(report) { return }
            let (following, isOver) = next.addingReportingOverflow(count)
            guard !isOver, following <= options.seeds.upperBound else { return }
            next = following
        }
    }

    private func report(_ seed: UInt64) -> SimulationReport {
        let output: ((String) -> Void)? = options.isTraced ? { print($0) } : nil
        return Simulation(seed: seed, mutation: options.mutation, output: output)
            .run(stepCountMax: options.stepCountMax)
    }

    /// The next `count` runs, each on a thread of its own.
    private func reports(from first: UInt64, count: Int) -> [SimulationReport] {
        let slots = Slots(count: count)
        var threads: [pthread_t] = []
        for index in 0..<count {
            let work = Work { slots.put(report(first + UInt64(index)), at: index) }
            threads.append(work.start(stackByteCount: Self.stackByteCount))
        }
        for thread in threads { pthread_join(thread, nil) }
        return slots.reports
    }
}

/// Where threads put their reports.
private final class Slots: Sendable {
    private let found: Mutex<[SimulationReport?]>

    init(count: Int) {
        found = Mutex(Array(repeating: nil, count: count))
    }

    func put(_ report: SimulationReport, at index: Int) {
        found.withLock { $0[index] = report }
    }

    var reports: [SimulationReport] { found.withLock { $0.compactMap(\.self) } }
}

/// What a thread does.
private final class Work: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    func start(stackByteCount: Int) -> pthread_t {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackByteCount)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        // Safe: the reference retained here is released by the new thread, which alone receives it.
        let status = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            Unmanaged.passRetained(self).toOpaque()
        )
        precondition(status == 0, "the system refuses a thread")
        return thread
    }
}
