internal import Foundation
package import HTTP

/// JSON documents of files and for the terminal.
package enum JSONText {
    /// The document in the file at `path`.
    ///
    /// - Throws: Where it is at fault, as a line of the file.
    package static func file(_ path: String) throws(OperatorError) -> JSONValue {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw OperatorError(
                "\(path) cannot be read.",
                advice: "Check the name and that you may read it."
            )
        }
        var limits = JSONLimits()
        limits.byteCountMax = TenantApplyCommand.fileByteCountMax
        limits.valueCountMax = 2_000_000
        do {
            return try JSONReader.read(Array(data), limits: limits)
        } catch {
            let place = error.pointer.isEmpty ? "" : " at \(error.pointer)"
            throw OperatorError("\(path)\(place): \(error.detail)")
        }
    }

    /// The text of a document, in one line, numbers as they were written.
    package static func write(_ value: JSONValue) -> String {
        var json = JSONWriter()
        append(value, to: &json)
        return String(decoding: json.finish(), as: UTF8.self)
    }

    private static func append(_ value: JSONValue, to json: inout JSONWriter) {
        switch value {
        case .null: json.null()
        case .boolean(let truth): json.boolean(truth)
        case .number(let number): json.raw(Array(number.text.utf8))
        case .string(let text): json.string(text)
        case .array(let elements):
            json.beginArray()
            for element in elements { append(element, to: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for member in members {
                json.key(text: member.name)
                append(member.value, to: &json)
            }
            json.endObject()
        }
    }
}
