import Timekeeping

/// What is to happen, by time and then by the order of planning.
struct EventQueue {
    struct Event: Comparable {
        /// Microseconds since the start of the run.
        let at: Int64
        let sequence: UInt64
        let action: () -> Void

        static func < (left: Event, right: Event) -> Bool {
            (left.at, left.sequence) < (right.at, right.sequence)
        }

        static func == (left: Event, right: Event) -> Bool {
            left.sequence == right.sequence
        }
    }

    private var queue = EarliestFirst<Event>()
    private var nextSequence: UInt64 = 0

    var isEmpty: Bool { queue.count == 0 }

    mutating func insert(at moment: Int64, _ action: @escaping () -> Void) {
        queue.insert(Event(at: moment, sequence: nextSequence, action: action))
        nextSequence += 1
    }

    mutating func popFirst() -> Event? {
        queue.popFirst()
    }
}
