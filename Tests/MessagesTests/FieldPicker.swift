import Messages
import WireFormat

/// Changes the one field of this name and leaves the others.
struct FieldPicker: FieldCoder {
    let name: String

    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        guard name.description == self.name else { return }
        if kind == .currency {
            // The euro: not every number is a currency's.
            value = Value(truncatingIfNeeded: 978)
        } else {
            value = value == range.upperBound ? range.lowerBound : range.upperBound
        }
    }

    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        if name.description == self.name { bits = 1 }
    }

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        if name.description == self.name { value = "a" }
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        if name.description == self.name { value = [1] }
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        if name.description == self.name { value = [Element()] }
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        if name.description == self.name { value = [Message()] }
    }
}
