import Foundation

/// Where the files lie that the tests hold the code to.
enum Repository {
    /// `Shared/Messages`.
    static let messages = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Shared/Messages")

    /// A document beside the sources.
    static func document(_ name: String) throws -> String {
        try String(contentsOf: messages.appending(path: name), encoding: .utf8)
    }

    /// Whether the documents that are made from the code are to be written anew instead of
    /// compared.
    static let rewrites = ProcessInfo.processInfo.environment["NEXORS_REWRITE_REGISTRY"] != nil

    /// Holds a document to `text`, or writes it.
    ///
    /// - Parameter marker: Where `text` starts within the document; what is before it is left alone.
    static func hold(_ name: String, to text: String, behind marker: String = "") throws -> Bool {
        let document = try document(name)
        var expected = text
        if !marker.isEmpty {
            guard let range = document.range(of: marker) else { return false }
            expected = String(document[..<range.upperBound]) + text
        }
        if rewrites {
            try expected.write(
                to: messages.appending(path: name),
                atomically: true,
                encoding: .utf8
            )
            return true
        }
        return document == expected
    }
}
