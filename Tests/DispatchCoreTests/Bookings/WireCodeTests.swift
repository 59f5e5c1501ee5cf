import Messages
import Testing

@testable import DispatchCore

/// The core's own enumerations and those of the wire are two types with one set of numbers: the server converts by
/// raw value, so a case added to one alone must not pass.
@Suite("The wire's codes are the core's")
struct WireCodeTests {
    /// Numbers and names; `none` is the wire's "unspecified".
    private func names<Code: CaseIterable & RawRepresentable>(
        _ type: Code.Type
    ) -> [UInt16: String] where Code.RawValue: FixedWidthInteger {
        var names: [UInt16: String] = [:]
        for code in type.allCases where code.rawValue != 0 {
            names[UInt16(code.rawValue)] = "\(code)"
        }
        return names
    }

    @Test("steps")
    func steps() {
        #expect(names(BookingStep.self) == names(BookingStepCode.self))
    }

    @Test("actors")
    func actors() {
        #expect(names(BookingActor.self) == names(BookingActorCode.self))
    }

    @Test("reasons")
    func reasons() {
        #expect(names(BookingReason.self) == names(BookingReasonCode.self))
    }

    @Test("vehicle classes")
    func vehicleClasses() {
        #expect(names(VehicleClass.self) == names(VehicleClassCode.self))
    }
}
