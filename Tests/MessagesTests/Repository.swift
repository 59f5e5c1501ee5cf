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

    /// Whether the documents that are made from the code are to be written anew instead of compared.
    static let rewrites = ProcessInfo.processInfo.environment["NEXORS_REWRITE_REGISTRY"] != nil

    /// Holds a document to `text`, or writes it.
    static func hold(_ name: String, to text: String) throws -> Bool {
        if rewrites {
            try text.write(to: messages.appending(path: name), atomically: true, encoding: .utf8)
        }
        return try document(name) == text
    }
}
