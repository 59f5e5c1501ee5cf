internal import DispatchCore
internal import Messages
internal import Model

/// What of a stream is worth a line of the trace.
enum StreamNote {
    /// The line for a message; nil for positions and the like, which are many and say little.
    static func line(of message: [UInt8], _ method: MethodDescriptor) -> String? {
        switch method.name {
        case DispatchMethods.watchTenantBookings.descriptor.name:
            guard let update = try? BookingUpdate(decoding: message), update.kind == .step else {
                return nil
            }
            let step = BookingStep(rawValue: update.step.rawValue).map(\.text) ?? "?"
            let state = update.state.known?.text ?? "?"
            return "\(update.booking) \(update.sequence): \(step), \(state)"
                + (update.driver.isNone ? "" : " with \(update.driver)")
        case DispatchMethods.watchOffers.descriptor.name:
            guard let event = try? OfferEvent(decoding: message), let kind = event.kind.known
            else { return nil }
            return "\(kind) of \(event.booking) for \(event.driver)"
        default:
            return nil
        }
    }
}
