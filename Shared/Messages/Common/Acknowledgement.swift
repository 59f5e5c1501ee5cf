package import WireFormat

/// The answer of a method that has nothing to say but "done": no fields yet.
package struct Acknowledgement: WireMessage {
    package static var name: StaticString { "Acknowledgement" }
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
