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
        let bytes = Array(data)
        do {
            return try JSONReader.read(bytes, limits: limits)
        } catch {
            let place = error.byteOffset.map { self.place(of: $0, in: bytes) } ?? ""
            let member = error.pointer.isEmpty ? "" : " (in \(error.pointer))"
            throw OperatorError("\(path)\(place): \(error.detail)\(member)")
        }
    }

    /// ":3:14" for the byte at `offset`: line and column from 1, the column in characters, as editors count.
    static func place(of offset: Int, in bytes: [UInt8]) -> String {
        let before = bytes.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = String(decoding: before[start...], as: UTF8.self).count + 1
        return ":\(line):\(column)"
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
