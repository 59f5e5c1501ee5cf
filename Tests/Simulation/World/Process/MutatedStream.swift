internal import Messages
internal import Model

/// What a stream brings without one of its users' safeguards.
struct MutatedStream {
    private let mutation: Mutation?
    private let method: MethodDescriptor
    private var isCaughtUp = false

    init(_ method: MethodDescriptor, _ mutation: Mutation?) {
        self.method = method
        self.mutation = mutation
    }

    /// Whether the reader gets this message.
    mutating func passes(_ message: [UInt8]) -> Bool {
        guard !isCaughtUp else { return true }
        switch mutation {
        case .skipFeedResume
        where method.name == DispatchMethods.watchTenantBookings.descriptor.name:
            guard let update = try? BookingUpdate(decoding: message) else { return true }
            isCaughtUp = update.kind == .caughtUp
            return isCaughtUp
        case .skipShiftSnapshot where method.name == DispatchMethods.watchShifts.descriptor.name:
            guard let event = try? ShiftEvent(decoding: message) else { return true }
            isCaughtUp = event.kind == .snapshotComplete
            return isCaughtUp
        default:
            return true
        }
    }
}
