import Foundation
import TestSupport
import Testing

@testable import Telemetry

@Suite("LogWriter")
struct LogWriterTests {
    /// A pipe whose ends close with it.
    private final class Pipe {
        let reader: Int32
        private(set) var writer: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        func closeWriter() {
            close(writer)
            writer = -1
        }

        func readAll() -> [UInt8] {
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(reader, &chunk, chunk.count)
                guard count > 0 else { return all }
                all += chunk.prefix(count)
            }
        }

        deinit {
            close(reader)
            if writer >= 0 { close(writer) }
        }
    }

    @Test("lines from many threads arrive whole, each thread's in order", .timeLimit(.minutes(1)))
    func manyThreads() async throws {
        let pipe = try Pipe()
        let writer = LogWriter(descriptor: pipe.writer)
        let reading = Task.detached { [reader = pipe.reader] in
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(reader, &chunk, chunk.count)
                guard count > 0 else { return all }
                all += chunk.prefix(count)
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    for number in 0..<500 {
                        let padding = String(repeating: "x", count: number % 700)
                        writer.write(Array("\(thread) \(number) \(padding)\n".utf8))
                    }
                }
            }
        }
        writer.close()
        pipe.closeWriter()
        let lines = String(decoding: await reading.value, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2000)
        #expect(writer.droppedLineCount == 0)
        var next = [0, 0, 0, 0]
        for line in lines {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            let thread = try #require(Int(parts[0]))
            #expect(Int(parts[1]) == next[thread])
            #expect(parts[2].count == next[thread] % 700)
            next[thread] += 1
        }
    }

    @Test("a reader that stops costs lines, which are counted and told, and nobody's time")
    func slowReader() throws {
        let pipe = try Pipe()
        let writer = LogWriter(descriptor: pipe.writer)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 4000) + [UInt8(ascii: "\n")]
        // A pipe holds 64 KiB, the writer at most twice its buffer: what it took and what waits.
        let count = 3 * LogWriter.bufferByteCountMax / line.count
        for _ in 0..<count { writer.write(line) }
        let dropped = writer.droppedLineCount
        #expect(dropped > 0)
        writer.close()
        #expect(writer.droppedLineCount == dropped)
        pipe.closeWriter()
        let read = pipe.readAll()
        // Only whole lines, as many as the pipe holds.
        #expect(read.count.isMultiple(of: line.count))
        #expect(!read.isEmpty)
    }

    @Test("after its end a line is dropped and counted, and a second end returns")
    func afterClose() throws {
        let pipe = try Pipe()
        let writer = LogWriter(descriptor: pipe.writer)
        writer.write(Array("first\n".utf8))
        writer.close()
        writer.close()
        writer.write(Array("late\n".utf8))
        #expect(writer.droppedLineCount == 1)
        pipe.closeWriter()
        #expect(String(decoding: pipe.readAll(), as: UTF8.self) == "first\n")
    }
}
