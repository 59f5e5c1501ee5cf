/// Reads what `strace -f -xx` saw of one writing connection and holds each acknowledgement to it: the statement with
/// its key was sent, then a COMMIT, and CommandComplete "COMMIT" with ReadyForQuery "idle" has arrived.
struct CommitTraceCheck {
    /// An acknowledgement that came too early.
    struct Finding: Error {
        let line: String
    }

    /// What stands before a key in the bytes of its statement.
    private static let keyPrefix = Array("NXKEY".utf8)
    private static let commit = Array("COMMIT\0".utf8)
    /// CommandComplete's end, then ReadyForQuery outside a transaction (PostgreSQL, "Message Formats").
    private static let committed = commit + [0x5A, 0, 0, 0, 5, 0x49]

    /// Keys whose statement went out, and whose COMMIT has not.
    private var sent: Set<Int> = []
    /// Keys whose COMMIT went out, and has no answer yet.
    private var committing: Set<Int> = []
    /// What came since the last COMMIT went out.
    private var reply: [UInt8] = []
    private var durable: Set<Int> = []
    /// Keys that were acknowledged, all in order.
    private(set) var acknowledged: Set<Int> = []

    mutating func read(_ line: some StringProtocol) throws {
        let bytes = Self.bytes(of: line)
        if line.contains("sendto(") {
            // A statement's keys and the COMMIT may travel together, in this order.
            sent.formUnion(Self.keys(in: bytes))
            if bytes.firstRange(of: Self.commit) != nil {
                (committing, sent, reply) = (sent, [], [])
            }
        } else if line.contains("recvfrom") {
            reply += bytes
            if reply.firstRange(of: Self.committed) != nil {
                durable.formUnion(committing)
                (committing, reply) = ([], [])
            }
        } else if line.contains("write(1, "), bytes.starts(with: Array("acknowledged ".utf8)) {
            let digits = bytes.filter { (0x30...0x39).contains($0) }
            guard let key = Int(String(decoding: digits, as: UTF8.self)), durable.contains(key)
            else { throw Finding(line: String(line)) }
            acknowledged.insert(key)
        }
    }

    private static func keys(in bytes: [UInt8]) -> [Int] {
        bytes.ranges(of: keyPrefix).compactMap { range in
            let digits = bytes[range.upperBound...].prefix(3)
            return digits.count == 3 ? digits.reduce(0) { $0 << 8 | Int($1) } : nil
        }
    }

    /// The bytes of the first text of a line; every one is written as `\xNN`.
    private static func bytes(of line: some StringProtocol) -> [UInt8] {
        let parts = String(line).split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return [] }
        return parts[1].split(separator: "\\x").compactMap { UInt8($0, radix: 16) }
    }
}
