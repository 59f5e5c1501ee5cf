/// The handlers of a loop's registered file descriptors, by number.
///
/// The kernel gives a closed descriptor's number to the next file at once, so one batch of events may hold
/// an event of the closed file beside a handler of the new one. Each slot counts its registrations, and an
/// event whose count differs is dropped.
struct FileTable {
    private struct Slot {
        var generation: UInt32 = 0
        var handler: (any FileEventHandler)?
    }

    private var slots: ContiguousArray<Slot> = []
    /// How many descriptors are registered now.
    private(set) var count = 0

    /// Takes the slot of `descriptor` for `handler`.
    ///
    /// - Precondition: the number is not registered already.
    mutating func insert(_ descriptor: Int32, _ handler: any FileEventHandler) -> FileRegistration {
        let index = Int(descriptor)
        precondition(index >= 0, "a file descriptor is never negative")
        while slots.count <= index { slots.append(Slot()) }
        precondition(slots[index].handler == nil, "the descriptor is registered twice")
        slots[index].handler = handler
        count += 1
        return FileRegistration(descriptor: descriptor, generation: slots[index].generation)
    }

    /// Whether `registration` still stands.
    func contains(_ registration: FileRegistration) -> Bool {
        let index = Int(registration.descriptor)
        return index < slots.count && slots[index].generation == registration.generation
            && slots[index].handler != nil
    }

    /// Frees the slot; returns whether `registration` still stood.
    mutating func remove(_ registration: FileRegistration) -> Bool {
        guard contains(registration) else { return false }
        let index = Int(registration.descriptor)
        slots[index].handler = nil
        slots[index].generation &+= 1
        count -= 1
        return true
    }

    /// The handler that the event with `token` is for; `nil` where its registration has ended.
    func handler(for token: UInt64) -> (any FileEventHandler)? {
        let index = Int(token & 0xFFFF_FFFF)
        guard index < slots.count, slots[index].generation == UInt32(token >> 32) else {
            return nil
        }
        return slots[index].handler
    }

    /// Lets go of every handler.
    mutating func removeAll() {
        for index in slots.indices where slots[index].handler != nil {
            slots[index].handler = nil
            slots[index].generation &+= 1
        }
        count = 0
    }
}
