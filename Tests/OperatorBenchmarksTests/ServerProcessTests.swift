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
        // 200 milliseconds hold 20 ticks; a clock of ticks would show no more values than that.
        while readings.last ?? 0 < 0.2 {
            let reading = process.cpuSeconds
            if reading != readings.last { readings.append(reading) }
        }
        #expect(readings == readings.sorted())
        #expect(readings.count > 40)
        process.stop()
        #expect(process.cpuSeconds == 0)
    }
}
