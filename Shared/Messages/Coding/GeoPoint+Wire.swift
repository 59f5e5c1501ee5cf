package import Geo
package import WireFormat

/// A position as a list's element: latitude i32, longitude i32, 1e-7 degrees.
extension GeoPoint: WireElement {
    package static var name: StaticString { "GeoPoint" }
    package static var byteCount: Int { 8 }

    package init() {
        self = .zero
    }

    package mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.point("latitudeE7", "longitudeE7", &self)
    }
}
