internal import Foundation
internal import HTTP
package import Timekeeping

/// The requests that a model has taken, in a file: replayed at the next start, they bring back the same state, since
/// the model is deterministic.
///
/// A request is written before it is processed and without a sync: what the model answered survives a kill of the
/// process (the system holds what was written), not a loss of power.
package final class ModelJournal {
    /// Why a journal cannot be used.
    package struct Fault: Error {
        package let message: String
    }

    private let file: FileHandle

    /// Opens or makes the file, and gives what it holds to `replay`, oldest first.
    ///
    /// A last line that is not complete was never processed: it is cut off.
    ///
    /// - Throws: `Fault` where the file cannot be opened or a complete line is not one of ours.
    package init(
        path: String,
        replay: (ModelRequest, WallTime) -> Void
    ) throws(Fault) {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                guard FileManager.default.createFile(atPath: path, contents: nil) else {
                    throw Fault(message: "The journal \(path) cannot be made.")
                }
            }
            file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            let bytes = [UInt8](try file.readToEnd() ?? Data())
            let end = (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
            for line in bytes[..<end].split(separator: UInt8(ascii: "\n")) {
                guard let (request, time) = Self.decode(Array(line)) else {
                    throw Fault(message: "The journal \(path) holds a line that is not its own.")
                }
                replay(request, time)
            }
            try file.truncate(atOffset: UInt64(end))
            try file.seekToEnd()
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(message: "The journal \(path) cannot be read: \(error).")
        }
    }

    /// Whether a request can change the model: everything but looking at its sums.
    package static func wants(_ request: ModelRequest) -> Bool {
        !(request.method == "GET" && request.path.hasPrefix("/standin/"))
    }

    /// Writes a request down.
    package func append(_ request: ModelRequest, at now: WallTime) throws(Fault) {
        do {
            try file.write(contentsOf: Data(Self.encode(request, at: now)))
        } catch {
            throw Fault(message: "The journal cannot be written: \(error).")
        }
    }

    private static func encode(_ request: ModelRequest, at now: WallTime) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("at", now.microseconds)
        json.member("method", request.method)
        json.member("path", request.path)
        json.key("headers")
        json.beginObject()
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
            json.key(text: name)
            json.string(value)
        }
        json.endObject()
        json.member("body", String(decoding: request.body, as: UTF8.self))
        json.endObject()
        return json.finish() + [UInt8(ascii: "\n")]
    }

    private static func decode(_ line: [UInt8]) -> (ModelRequest, WallTime)? {
        var limits = JSONLimits()
        limits.byteCountMax = 1 << 20
        guard let document = try? JSONReader.read(line, limits: limits),
            let at = document["at"]?.whole, let method = document["method"]?.text,
            let path = document["path"]?.text, let body = document["body"]?.text,
            case .object(let members)? = document["headers"]
        else { return nil }
        var headers: [String: String] = [:]
        for member in members { headers[member.name] = member.value.text }
        let request = ModelRequest(method, path, headers: headers, body: Array(body.utf8))
        return (request, WallTime(microseconds: at))
    }
}
