internal import Foundation

/// The end of a log, for messages.
package enum LogTail {
    /// How much of the end is read, bytes.
    private static let byteCountMax: UInt64 = 16_384

    /// The last `count` lines of the file at `path`; none where it cannot be read.
    package static func lines(_ path: String, count: Int) -> [String] {
        guard let file = FileHandle(forReadingAtPath: path), let end = try? file.seekToEnd() else {
            return []
        }
        try? file.seek(toOffset: end > byteCountMax ? end - byteCountMax : 0)
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(count).map(String.init)
    }
}
