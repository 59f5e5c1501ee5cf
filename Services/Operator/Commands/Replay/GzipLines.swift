internal import Foundation
internal import Glibc

/// The lines of a file, one after the other; a name that ends in `.gz` is unpacked by `gzip -dc`.
///
/// A day of traces has 30 MB unpacked, so it is streamed: at most one line and one block are held.
struct GzipLines: ~Copyable {
    /// The longest line, bytes; a file of another kind has none that ends.
    static let lineByteCountMax = 4096
    /// How much is read at a time, bytes.
    private static let blockByteCount = 256 * 1024

    private let path: String
    private let input: FileHandle
    private let unpacker: Process?
    private var block: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    /// Opens the file at `path`.
    init(_ path: String) throws(OperatorError) {
        self.path = path
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw OperatorError(
                "\(path) cannot be read.",
                advice: "Check the name and that you may read it."
            )
        }
        guard path.hasSuffix(".gz") else {
            guard let file = FileHandle(forReadingAtPath: path) else {
                throw OperatorError("\(path) cannot be opened.")
            }
            (input, unpacker) = (file, nil)
            return
        }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", "--", path]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw OperatorError(
                "gzip cannot be started: \(error.localizedDescription)",
                advice: "Install it (apt-get install gzip), or unpack \(path) first."
            )
        }
        (input, unpacker) = (pipe.fileHandleForReading, process)
    }

    /// The next line without its end; `nil` after the last.
    ///
    /// - Throws: Where the file breaks off, is no gzip file, or has a line without end.
    mutating func next() throws(OperatorError) -> Substring? {
        var line: [UInt8] = []
        while true {
            if position == block.count {
                guard try refill() else {
                    return line.isEmpty ? nil : Substring(String(decoding: line, as: UTF8.self))
                }
            }
            let rest = block[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            line += rest[..<(end ?? block.count)]
            guard line.count <= Self.lineByteCountMax else {
                throw OperatorError(
                    "\(path) has a line of more than \(Self.lineByteCountMax) bytes: it is no such CSV file."
                )
            }
            guard let end else {
                position = block.count
                continue
            }
            position = end + 1
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            return Substring(String(decoding: line, as: UTF8.self))
        }
    }

    /// Ends the reading before the end of the file.
    consuming func close() {
        guard let unpacker else { return }
        try? input.close()
        unpacker.terminate()
        unpacker.waitUntilExit()
    }

    private mutating func refill() throws(OperatorError) -> Bool {
        guard !isAtEnd else { return false }
        let data: Data?
        do {
            data = try input.read(upToCount: Self.blockByteCount)
        } catch {
            throw OperatorError("\(path) cannot be read on: \(error.localizedDescription)")
        }
        if let data, !data.isEmpty {
            block = Array(data)
            position = 0
            return true
        }
        isAtEnd = true
        guard let unpacker else { return false }
        unpacker.waitUntilExit()
        guard unpacker.terminationStatus == 0 else {
            throw OperatorError("\(path) is no gzip file, or it is damaged.")
        }
        return false
    }
}
