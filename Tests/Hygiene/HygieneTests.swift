import Foundation
import Testing

/// The whole tree keeps to the rules; `RuleTests` shows that each rule fires.
@Suite("Source tree")
struct HygieneTests {
    struct Rule: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let check: @Sendable (SourceFile) -> [Finding]

        init(_ sentence: String, _ check: @escaping @Sendable (SourceFile) -> [Finding]) {
            testDescription = sentence
            self.check = check
        }
    }

    static let rules = [
        Rule("no line is longer than 120 columns", SizeRules.longLines),
        Rule("no file is longer than 600 lines", SizeRules.longFiles),
        Rule("no function is longer than 70 lines", SizeRules.longFunctions),
        Rule("imports go down the tiers", ImportRules.upwardImports),
        Rule("every module has a tier", ImportRules.unknownModules),
        Rule("C modules are imported by their owners", ImportRules.foreignCModules),
        Rule("Foundation stays at the edges", ImportRules.foundation),
        Rule("cores have no clock, randomness, lock or task", WordRules.impureCores),
        Rule("nothing prints but tools", WordRules.prints),
        Rule("no leftover notes", WordRules.leftovers),
        Rule("@unchecked Sendable carries its proof", WordRules.unproven),
        Rule("unsafe functions carry their proof", UnsafeRule.unproven),
        Rule("nothing is forced outside of tests", WordRules.forced),
        Rule("no test sleeps", WordRules.sleeping),
        Rule("no 128-bit number is passed where the compiler errs", WordRules.wideNumbers),
    ]

    @Test("keeps its rules", arguments: rules)
    func keeps(rule: Rule) {
        let findings = SourceTree.files.flatMap(rule.check)
        #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
    }

    @Test("everything visible outside of its module says what it is")
    func documented() {
        let rule = DocumentationRule(SourceTree.files)
        let findings = SourceTree.files.flatMap(rule.undocumented)
        #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
    }

    @Test("the map in README.md shows every shared module in its tier")
    func map() throws {
        let path = SourceTree.root.appendingPathComponent("README.md")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        for (tier, modules) in ImportRules.tiers.enumerated().prefix(5) {
            let row = try #require(lines.first { $0.hasPrefix("| \(tier) | ") }, "tier \(tier)")
            let shown = row.matches(of: /`(\w+)`/).map { String($0.output.1) }
            let expected = modules.filter { !$0.hasSuffix("Core") }
            #expect(Set(shown).subtracting(["Core"]) == Set(expected), "tier \(tier)")
        }
    }

    @Test("the tree is found")
    func found() {
        #expect(SourceTree.files.contains { $0.path == "Shared/Geo/GeoPoint.swift" })
        #expect(SourceTree.files.contains { $0.path == "Tests/Hygiene/HygieneTests.swift" })
    }
}
