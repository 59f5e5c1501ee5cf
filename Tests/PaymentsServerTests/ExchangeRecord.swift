import Foundation
import HTTP
import PaymentsServer
import ProviderModel
import Synchronization

/// Writes what the adapter sent and the model answered to the file named by `NEXORS_RECORD_EXCHANGES`, a JSON document
/// a line, for `Tests/Providers/openapi_check.py`; does nothing without that variable.
enum ExchangeRecord {
    private static let file = Mutex(open())

    private static func open() -> FileHandle? {
        guard let path = ProcessInfo.processInfo.environment["NEXORS_RECORD_EXCHANGES"] else {
            return nil
        }
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return FileHandle(forWritingAtPath: path)
    }

    static func append(_ request: ProviderRequest, _ response: ModelResponse) {
        file.withLock { file in
            guard let file else { return }
            var json = JSONWriter()
            json.beginObject()
            json.member("method", request.method.rawValue)
            json.member("path", request.path)
            json.key("headers")
            json.beginObject()
            for header in request.headers {
                json.key(text: header.name)
                json.string(header.value)
            }
            json.endObject()
            json.member("body", String(decoding: request.body, as: UTF8.self))
            json.member("status", Int64(response.status))
            json.member("answer", String(decoding: response.body, as: UTF8.self))
            json.endObject()
            try? file.write(contentsOf: Data(json.finish() + [UInt8(ascii: "\n")]))
        }
    }
}
