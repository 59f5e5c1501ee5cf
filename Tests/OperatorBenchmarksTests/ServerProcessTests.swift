import Foundation
import OperatorBenchmarks
import Testing

@Suite("Processes under measurement")
struct ServerProcessTests {
    @Test(
        "the time computed grows with a computing process, finer than the kernel's ticks, and ends with it"
    )
    func processorTime() throws {
        let process = try ServerProcess("yes", [], core: nil, log: "/dev/null")
        var readings: [Double] = []
        // A clock of ticks would show whole hundredths of a second, however seldom a busy machine lets us look.
        while readings.last ?? 0 < 0.2 {
            let reading = process.cpuSeconds
            if reading != readings.last { readings.append(reading) }
        }
        #expect(readings == readings.sorted())
        #expect(readings.contains { abs(($0 * 100).rounded() - $0 * 100) > 0.001 })
        process.stop()
        #expect(process.cpuSeconds == 0)
    }
}
