internal import Foundation

/// nginx of the distribution: one process that answers each path with `return 200` and a body of the configuration.
final class NginxPeer {
    /// The running process.
    let server: ServerProcess
    /// Where it listens.
    let port: UInt16

    /// A certificate and its key, by path.
    struct Certificate {
        let path: String
        let keyPath: String
    }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - pages: Bodies by path; each in one word of the configuration, which nginx bounds at 4,096 bytes.
    ///   - certificate: TLS 1.3 with it; `nil` for plain.
    init(
        _ context: BenchmarkContext,
        pages: [(path: String, body: [UInt8])],
        certificate: Certificate?
    ) throws {
        port = try ServerProcess.freePort()
        let folder = "\(context.scratch)/nginx-\(port)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let text = try Self.configuration(folder, port, pages, certificate)
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/nginx.conf"))
        server = try ServerProcess(
            "nginx",
            ["-p", folder, "-c", "\(folder)/nginx.conf"],
            log: "\(folder)/nginx.log"
        )
        try server.waitUntilListening(on: port)
    }

    private static func configuration(
        _ folder: String,
        _ port: UInt16,
        _ pages: [(path: String, body: [UInt8])],
        _ certificate: Certificate?
    ) throws -> String {
        var lines = [
            // One process without a master, so that its CPU time is the whole server's.
            "daemon off;", "master_process off;", "pid \(folder)/nginx.pid;",
            "error_log \(folder)/error.log warn;",
            "events { worker_connections 1024; }",
            "http {",
            "access_log off;", "default_type application/json;",
            // The usual limit of 1,000 would have it close connections that we keep.
            "keepalive_requests 1000000000;",
        ]
        for name in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            lines.append("\(name)_temp_path \(folder)/\(name);")
        }
        lines += ["server {", "listen 127.0.0.1:\(port)\(certificate == nil ? "" : " ssl");"]
        if let certificate {
            lines += [
                "ssl_certificate \(certificate.path);",
                "ssl_certificate_key \(certificate.keyPath);",
                "ssl_protocols TLSv1.3;",
            ]
        }
        for page in pages {
            lines.append("location = \(page.path) { return 200 '\(try quoted(page.body))'; }")
        }
        return (lines + ["}", "}", ""]).joined(separator: "\n")
    }

    /// A body as a word in single quotes.
    ///
    /// - Throws: Where nginx could not hold it as it is.
    static func quoted(_ body: [UInt8]) throws -> String {
        var text = ""
        for scalar in String(decoding: body, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "'": text += "\\'"
            case "\\": text += "\\\\"
            case "$": throw BenchmarkError("nginx takes $ in a body for a variable")
            default: text.unicodeScalars.append(scalar)
            }
        }
        guard text.utf8.count < 4000 else {
            throw BenchmarkError("nginx takes no body of \(body.count) bytes in its configuration")
        }
        return text
    }
}
