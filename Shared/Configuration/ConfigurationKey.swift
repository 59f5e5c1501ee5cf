/// One setting of a program: its name, its type, its default, and what it means.
///
/// Declared once as a constant; `ConfigurationSchema` lists them, `ConfigurationValues` reads them.
package struct ConfigurationKey<Value: Sendable>: Sendable {
    /// The environment variable, with the prefix `NEXORS_`.
    package let name: String
    /// What a value looks like: `duration, 1ms ... 60s`.
    package let form: String
    /// The text that stands for a missing value; `nil` where one must be given or may be absent.
    package let defaultText: String?
    /// Whether it may be absent without a default.
    package let isOptional: Bool
    /// Whether its value must not be printed; it may then also come from the file that `<name>_FILE` names.
    package let isSecret: Bool
    /// One sentence for whoever runs the program.
    package let meaning: String
    /// The value of a text; `nil` where it has not the form.
    let parse: @Sendable (String) -> Value?
    /// The value of nothing, for optional keys.
    let absent: Value?

    /// A key whose values `parse` reads.
    ///
    /// - Parameter defaultText: Must have the form: a wrong one is a fault of ours and ends the program.
    package init(
        _ name: String,
        form: String,
        default defaultText: String? = nil,
        isSecret: Bool = false,
        _ meaning: String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        precondition(name.hasPrefix(ConfigurationSchema.prefix), "\(name) has not our prefix.")
        precondition(
            defaultText.map { parse($0) != nil } ?? true,
            "The default of \(name) has not its form."
        )
        self.init(name, form, defaultText, isOptional: false, isSecret, meaning, parse, absent: nil)
    }

    private init(
        _ name: String,
        _ form: String,
        _ defaultText: String?,
        isOptional: Bool,
        _ isSecret: Bool,
        _ meaning: String,
        _ parse: @escaping @Sendable (String) -> Value?,
        absent: Value?
    ) {
        self.name = name
        self.form = form
        self.defaultText = defaultText
        self.isOptional = isOptional
        self.isSecret = isSecret
        self.meaning = meaning
        self.parse = parse
        self.absent = absent
    }

    /// The same key, which may be absent.
    package func optional() -> ConfigurationKey<Value?> {
        let parse = parse
        return ConfigurationKey<Value?>(
            name,
            form,
            nil,
            isOptional: true,
            isSecret,
            meaning,
            { parse($0).map(Optional.some) },
            absent: .some(nil)
        )
    }
}

extension ConfigurationKey where Value == Int {
    /// A whole number in `range`.
    package static func integer(
        _ name: String,
        _ range: ClosedRange<Int>,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        Self(
            name,
            form: "integer, \(range.lowerBound) ... \(range.upperBound)",
            default: defaultText,
            meaning
        ) { text in
            Int(text).flatMap { range.contains($0) && !text.hasPrefix("+") ? $0 : nil }
        }
    }
}

extension ConfigurationKey where Value == Duration {
    /// A length of time in `range`: `250ms`, `5s`; units h, m, s, ms, us.
    package static func duration(
        _ name: String,
        _ range: ClosedRange<Duration>,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        let form = "\(ValueText.text(range.lowerBound)) ... \(ValueText.text(range.upperBound))"
        return Self(name, form: "duration with its unit, \(form)", default: defaultText, meaning) {
            text in
            ValueText.duration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ConfigurationKey where Value == Int64 {
    /// A count of bytes in `range`: `64KiB`; units B, KiB, MiB, GiB.
    package static func byteCount(
        _ name: String,
        _ range: ClosedRange<Int64>,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        let low = ValueText.text(byteCount: range.lowerBound)
        let high = ValueText.text(byteCount: range.upperBound)
        return Self(
            name,
            form: "bytes with their unit, \(low) ... \(high)",
            default: defaultText,
            meaning
        ) {
            text in
            ValueText.byteCount(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ConfigurationKey where Value == Bool {
    /// `true` or `false`.
    package static func flag(
        _ name: String,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        Self(name, form: "true or false", default: defaultText, meaning) { Bool($0) }
    }
}

extension ConfigurationKey where Value == String {
    /// The longest text or path, bytes: Linux's PATH_MAX.
    package static var textByteCountMax: Int { 4096 }

    /// A text that is not empty.
    package static func text(
        _ name: String,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        Self(name, form: "text", default: defaultText, meaning, parse: plainText)
    }

    /// The path of a file or folder.
    package static func path(
        _ name: String,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        Self(name, form: "path", default: defaultText, meaning, parse: plainText)
    }

    @Sendable private static func plainText(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        return !text.isEmpty && text.utf8.count <= textByteCountMax && isPlain ? text : nil
    }
}

extension ConfigurationKey where Value == Secret {
    /// The longest secret, bytes.
    package static var secretByteCountMax: Int { 16_384 }

    /// A text that is never printed; better given by the file that `<name>_FILE` names than in the environment.
    package static func secret(_ name: String, _ meaning: String) -> Self {
        Self(name, form: "secret", isSecret: true, meaning) { text in
            text.isEmpty || text.utf8.count > secretByteCountMax ? nil : Secret(text)
        }
    }
}

extension ConfigurationKey where Value == LocationURL {
    /// A URL with one of `schemes`. It may hold a password, so it is treated as a secret.
    package static func url(
        _ name: String,
        schemes: [String],
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        let form = "URL, \(schemes.map { $0 + ":" }.joined(separator: " or "))"
        return Self(name, form: form, default: defaultText, isSecret: true, meaning) {
            LocationURL($0, schemes: schemes)
        }
    }
}

extension ConfigurationKey where Value == HostAndPort {
    /// A host and a port.
    package static func address(
        _ name: String,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        Self(name, form: "host:port", default: defaultText, meaning) { HostAndPort($0) }
    }
}

extension ConfigurationKey where Value == [HostAndPort] {
    /// The most members of one list.
    package static var addressCountMax: Int { 64 }

    /// One or more `host:port`, separated by commas.
    package static func addresses(
        _ name: String,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        Self(name, form: "host:port,host:port,...", default: defaultText, meaning) { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let addresses = parts.compactMap { HostAndPort($0.trimming(while: { $0 == " " })) }
            let isWhole = addresses.count == parts.count && parts.count <= addressCountMax
            return isWhole ? addresses : nil
        }
    }
}

extension ConfigurationKey
where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the cases of `Value`, by its raw value.
    package static func choice(
        _ name: String,
        default defaultText: String? = nil,
        _ meaning: String
    ) -> Self {
        let form = Value.allCases.map(\.rawValue).joined(separator: " or ")
        return Self(name, form: form, default: defaultText, meaning) { Value(rawValue: $0) }
    }
}

extension StringProtocol {
    /// The text without the characters at both ends that satisfy `isBlank`.
    func trimming(while isBlank: (Character) -> Bool) -> SubSequence {
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
        return rest
    }
}
