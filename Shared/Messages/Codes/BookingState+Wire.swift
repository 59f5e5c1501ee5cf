package import Model

extension BookingState: WireCode {
    package static var wireName: String { "BookingState" }
}
