import Foundation
import Testing

@Suite("Published vectors are append-only")
struct VectorLockTests {
    @Test("each is what its line in vectors.lock says, and each has one", arguments: VectorLock.all)
    func locked(lock: VectorLock) throws {
        let current = try lock.currentLines()
        let names = current.map(Self.name)
        #expect(current.count > 100)
        #expect(Set(names).count == names.count, "two vectors of one name")
        var lines = try lock.lines()
        if ProcessInfo.processInfo.environment["NEXORS_LOCK_VECTORS"] != nil {
            let known = Set(lines.map(Self.name))
            try lock.append(current.filter { !known.contains(Self.name($0)) })
            lines = try lock.lines()
        }
        let changed = Set(lines).subtracting(current).sorted()
        #expect(
            changed.prefix(5) == [],
            "\(changed.count) published vectors were changed or removed"
        )
        let unlocked = Set(current).subtracting(lines).sorted()
        #expect(
            unlocked.prefix(5) == [],
            "\(unlocked.count) new vectors need a line (NEXORS_LOCK_VECTORS=1)"
        )
        #expect(Set(lines).count == lines.count)
    }

    @Test("no line that was ever committed is gone or changed", arguments: VectorLock.all)
    func history(lock: VectorLock) throws {
        // Where there is no history the lock alone has to do.
        guard let published = lock.publishedLines() else { return }
        let gone = published.subtracting(try lock.lines()).sorted()
        #expect(gone.prefix(5) == [], "\(gone.count) lines")
    }

    @Test(
        "a changed byte, value or error changes the line; another layout does not",
        arguments: [
            (
                #"[{"message": "A", "case": "b", "hex": "00", "fields": {"x": 18446744073709551615}}]"#,
                true
            ),
            (#"[{"case":"b","message":"A","fields":{"x":18446744073709551615},"hex":"00"}]"#, true),
            (
                #"[{"message": "A", "case": "b", "hex": "01", "fields": {"x": 18446744073709551615}}]"#,
                false
            ),
            (
                #"[{"message": "A", "case": "b", "hex": "00", "fields": {"x": 18446744073709551614}}]"#,
                false
            ),
            (#"[{"message": "A", "case": "b", "hex": "00", "fields": {"x": true}}]"#, false),
            (#"[{"message": "A", "case": "b", "hex": "00", "error": "truncated"}]"#, false),
        ]
    )
    func sensitive(text: String, isSame: Bool) throws {
        let whole = #"[{"message":"A","case":"b","hex":"00","fields":{"x":18446744073709551615}}]"#
        let lines = try [whole, text].map {
            try VectorLock.lines(of: try JSONSerialization.jsonObject(with: Data($0.utf8)))
        }
        #expect((lines[0] == lines[1]) == isSame)
    }

    private static func name(_ line: String) -> String {
        String(line.drop { $0 != " " })
    }
}
