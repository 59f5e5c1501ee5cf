import Delivery
import Testing
import Timekeeping

@Suite("From where an outbox is read next")
struct OutboxCursorTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    @Test("while entries are on their way it reads behind what was read, until a sweep is due")
    func sweeps() {
        var cursor = OutboxCursor()
        cursor.prepare(isIdle: true, at: start)
        cursor.note(500)
        cursor.note(400)
        let end = start.advanced(by: OutboxCursor.sweepInterval)
        let before = Instant(nanoseconds: end.nanoseconds - 1)
        cursor.prepare(isIdle: false, at: before)
        #expect(cursor.sequence == 500)
        #expect(!cursor.isSweepDue(at: before))
        #expect(cursor.isSweepDue(at: end))
        cursor.prepare(isIdle: false, at: end)
        #expect(cursor.sequence == 0)
        #expect(!cursor.isSweepDue(at: end))
    }

    @Test("an idle relay reads from the start: a clock set back puts new entries below old ones")
    func idle() {
        var cursor = OutboxCursor()
        cursor.prepare(isIdle: true, at: start)
        cursor.note(500)
        cursor.prepare(isIdle: true, at: start)
        #expect(cursor.sequence == 0)
    }

    @Test("a reset reads from the start, whatever is on its way")
    func reset() {
        var cursor = OutboxCursor()
        cursor.prepare(isIdle: true, at: start)
        cursor.note(500)
        cursor.reset()
        cursor.prepare(isIdle: false, at: start)
        #expect(cursor.sequence == 0)
    }
}
