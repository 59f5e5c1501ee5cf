internal import Crypto
internal import Synchronization
package import Telemetry

/// Numbers for traces and requests that never repeat: a counter through a mixing function, begun at random.
///
/// They name things and protect nothing, so no call to the system is spent on each (SplitMix64: Steele, Lea and
/// Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
package final class RequestTraces: Sendable {
    private let counter: Atomic<UInt64>
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// A sequence that begins at random.
    package init() {
        var random = SecureRandom()
        counter = Atomic(random.next())
    }

    /// The context that continues `header`, or begins a trace where it is none.
    package func context(_ header: String?) -> TraceContext {
        var generator = Generator(traces: self)
        if let header, let parent = TraceContext(traceparent: header) {
            return parent.child(using: &generator)
        }
        return TraceContext(using: &generator)
    }

    private struct Generator: RandomNumberGenerator {
        let traces: RequestTraces

        func next() -> UInt64 {
            var mixed = traces.counter.wrappingAdd(RequestTraces.step, ordering: .relaxed).newValue
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
