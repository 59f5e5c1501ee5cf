/// Reads what `strace -f -y -xx` saw of a process that writes to one SQLite file, and holds each acknowledgement to it:
/// the transaction with its key is in the write-ahead log to its last frame, and an fdatasync(2) of the log's own
/// descriptor began after that write and has ended well.
///
/// A key is three bytes behind a prefix that occurs nowhere else: it shows which write holds which transaction. Frames
/// are those of SQLite's "WAL-mode File Format".
public struct LogTraceCheck {
    /// An acknowledgement that came too early.
    public struct Finding: Error {
        /// What the trace says of it.
        public let line: String
    }

    /// How the path of a log ends, as `-xx` writes it.
    private static let logMark = "-wal>".utf8.dropLast().map(escaped).joined() + ">"
    private static let frameHeaderByteCount = 24

    private let keyPrefix: [UInt8]
    /// Keys in frames since the last commit.
    private var written: Set<Int> = []
    /// Keys of transactions that are in the log to the last frame.
    private var committed: Set<Int> = []
    /// Whether the frame under way ends a transaction.
    private var isCommitFrame = false
    /// What the sync under way covers, by thread.
    private var syncing: [Substring: Set<Int>] = [:]
    /// Keys of transactions that a sync has covered.
    public private(set) var durable: Set<Int> = []
    /// Keys that were acknowledged, all in order.
    public private(set) var acknowledged: Set<Int> = []

    /// A check of keys that follow `keyPrefix` in the bytes of a page.
    public init(keyPrefix: [UInt8]) {
        self.keyPrefix = keyPrefix
    }

    /// Takes note of a write to the log or of a sync; other lines say nothing.
    ///
    /// - Throws: Where a write to the log failed.
    public mutating func read(_ line: some StringProtocol) throws {
        let line = Substring(line)
        let thread = line.prefix { $0 != " " }
        if line.contains("pwrite64("), line.contains(Self.logMark) {
            guard !line.contains(" = -1 ") else { throw Finding(line: String(line)) }
            readLogWrite(Self.bytes(of: line))
        } else if line.contains("fdatasync("), line.contains(Self.logMark) {
            // It covers what was written before it began.
            if line.hasSuffix(" = 0") {
                durable.formUnion(committed)
            } else if line.contains("<unfinished") {
                syncing[thread] = committed
            }
        } else if line.contains("<... fdatasync resumed>") {
            let covered = syncing.removeValue(forKey: thread)
            if line.hasSuffix(" = 0") { durable.formUnion(covered ?? []) }
        }
    }

    /// Takes note that `key` was acknowledged in this line.
    ///
    /// - Throws: Where it is not durable yet.
    public mutating func acknowledge(_ key: Int, in line: some StringProtocol) throws {
        guard durable.contains(key) else { throw Finding(line: String(line)) }
        acknowledged.insert(key)
    }

    /// The library writes each frame as its header and then its page.
    private mutating func readLogWrite(_ bytes: [UInt8]) {
        if bytes.count == Self.frameHeaderByteCount {
            // Behind the page's number: the file's size after the transaction, in its last frame; else zero.
            isCommitFrame = bytes[4..<8].contains { $0 != 0 }
            return
        }
        written.formUnion(keys(in: bytes))
        guard isCommitFrame else { return }
        committed.formUnion(written)
        (written, isCommitFrame) = ([], false)
    }

    /// The keys that stand in `bytes`.
    public func keys(in bytes: [UInt8]) -> [Int] {
        bytes.ranges(of: keyPrefix).compactMap { range in
            let digits = bytes[range.upperBound...].prefix(3)
            return digits.count == 3 ? digits.reduce(0) { $0 << 8 | Int($1) } : nil
        }
    }

    /// The bytes of the first text of a line; every one is written as `\xNN`.
    public static func bytes(of line: some StringProtocol) -> [UInt8] {
        let parts = String(line).split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return [] }
        return parts[1].split(separator: "\\x").compactMap { UInt8($0, radix: 16) }
    }

    /// As `-xx` writes a byte.
    public static func escaped(_ byte: UInt8) -> String {
        "\\x" + String(UInt16(byte) + 256, radix: 16).suffix(2)
    }
}
