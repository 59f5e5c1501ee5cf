/// The values of an enumeration of the registry; raw values are fixed, 1 or more, and never reused.
package protocol WireCode: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == UInt8 {
    /// The enumeration's name in the registry.
    static var wireName: String { get }
    /// Raw values of removed cases, never to be used again.
    static var reservedValues: [UInt8] { get }
}

extension WireCode {
    package static var reservedValues: [UInt8] { [] }
}

/// A value of an enumeration as it travels: one byte; 0 is "unspecified", and what we do not know
/// is kept.
package struct WireEnum<Code: WireCode>: Hashable, Sendable {
    /// The byte.
    package var rawValue: UInt8

    /// The value that this byte stands for, known or not.
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A known value.
    package init(_ code: Code) {
        rawValue = code.rawValue
    }

    /// The byte 0.
    package static var unspecified: Self { Self(rawValue: 0) }

    /// The value; `nil` for 0 and for values of a newer version.
    package var known: Code? { Code(rawValue: rawValue) }

    /// Whether the value is this one.
    package static func == (left: Self, right: Code) -> Bool {
        left.rawValue == right.rawValue
    }
}
