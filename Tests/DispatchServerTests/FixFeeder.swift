import Calls
import Geo
import Messages
import Model
import Reactor
import Timekeeping
import WireConnection
import WireFormat

/// The stream of positions as ingest serves it: one batch for each fix that a test tells.
// Safe: touched on the rig's loop alone.
final class FixFeeder: @unchecked Sendable {
    private var waiting: [[UInt8]] = []
    private var signal: LoopSignal?
    private var isEnded = false

    func serve(_ stream: ServerStream) async throws(CallError) {
        let signal = LoopSignal(loop: stream.loop)
        self.signal = signal
        waiting.insert(Self.mark(), at: 0)
        while !isEnded, stream.isOpen {
            while !waiting.isEmpty { try await stream.send(waiting.removeFirst()) }
            await withTaskCancellationHandler {
                await signal.wait()
            } onCancel: {
                stream.loop.execute { signal.raise() }
            }
        }
    }

    /// The empty batch behind a snapshot, which is empty here.
    private static func mark() -> [UInt8] {
        var output = OutputBuffer()
        let writer = try? LocationBatchWriter(to: &output, baseTimeMilliseconds: 0)
        writer?.finish(&output)
        return output.array()
    }

    func send(_ reference: DriverReference, _ place: GeoPoint, _ moment: WallTime) {
        var output = OutputBuffer()
        let milliseconds = moment.microseconds / 1000
        guard
            var writer = try? LocationBatchWriter(
                to: &output,
                baseTimeMilliseconds: milliseconds
            )
        else { return }
        let record = LocationRecord(
            driverReference: reference.rawValue,
            sequence: 1,
            offsetMilliseconds: 0,
            latitudeE7: place.latitudeE7,
            longitudeE7: place.longitudeE7,
            speedCentimetersPerSecond: 0,
            headingHundredthsOfDegree: LocationRecord.headingUnknown,
            accuracyDecimeters: 50,
            status: 1
        )
        try? writer.append(record, to: &output)
        writer.finish(&output)
        waiting.append(output.array())
        signal?.raise()
    }

    func end() {
        isEnded = true
        signal?.raise()
    }
}
