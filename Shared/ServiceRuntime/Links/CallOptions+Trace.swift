package import Calls
package import Telemetry

extension CallOptions {
    /// Makes the call a step of `trace`.
    package mutating func join(_ trace: TraceContext) {
        traceID = trace.traceID
        spanID = trace.spanID
        traceFlags = trace.flags
    }
}
