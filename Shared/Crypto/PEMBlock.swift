/// One block of a PEM file (RFC 7468): what lies between a BEGIN and its END line.
package struct PEMBlock: Hashable, Sendable {
    /// What the block is, "CERTIFICATE" for example.
    package let label: String
    /// The block's text with both lines.
    package let bytes: [UInt8]

    /// The blocks of a file, in order; what lies between them is ignored.
    ///
    /// - Throws: `.malformed` where a block does not end as it began.
    package static func split(_ file: [UInt8]) throws(CryptoError) -> [PEMBlock] {
        var blocks: [PEMBlock] = []
        var open: (label: String, lines: [UInt8])?
        for line in file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            let text =
                String(decoding: line, as: UTF8.self)
                .split(separator: "\r", omittingEmptySubsequences: true).first.map(String.init)
                ?? ""
            if let label = label(of: text, after: "-----BEGIN ") {
                guard open == nil else { throw unfinished }
                open = (label, line + [UInt8(ascii: "\n")])
            } else if let label = label(of: text, after: "-----END ") {
                guard let block = open, block.label == label else { throw unfinished }
                blocks.append(
                    PEMBlock(label: label, bytes: block.lines + line + [UInt8(ascii: "\n")])
                )
                open = nil
            } else {
                open?.lines.append(contentsOf: line + [UInt8(ascii: "\n")])
            }
        }
        guard open == nil else { throw unfinished }
        return blocks
    }

    private static let unfinished = CryptoError(.malformed, "a PEM block does not end as it began")

    private static func label(of line: String, after start: String) -> String? {
        guard line.hasPrefix(start), line.hasSuffix("-----"),
            line.utf8.count >= start.utf8.count + 5
        else { return nil }
        return String(line.dropFirst(start.count).dropLast(5))
    }
}
