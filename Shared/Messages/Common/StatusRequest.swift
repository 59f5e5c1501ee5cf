package import WireFormat

/// Asks a service for its figures: no fields yet; the tenant in OPEN narrows them, 0 asks for all.
package struct StatusRequest: WireMessage {
    package static var name: StaticString { "StatusRequest" }
    package static var blockByteCount: Int { 0 }

    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {}

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
