import Testing

/// Each rule fires on what it refuses, at the right line, and is silent on the nearest thing that is allowed.
@Suite("Hygiene rules")
struct RuleTests {
    private func lines(
        _ check: (SourceFile) -> [Finding],
        _ text: String,
        in path: String = "Shared/Geo/Sample.swift"
    ) -> [Int] {
        check(SourceFile(path: path, text: text)).map(\.line)
    }

    @Test("long lines, but not tables of wire layouts")
    func longLines() {
        let exact = String(repeating: "x", count: 120)
        #expect(lines(SizeRules.longLines, "a\n\(exact)") == [])
        #expect(lines(SizeRules.longLines, "a\n\(exact)x") == [2])
        #expect(lines(SizeRules.longLines, "    ///     \(exact)") == [])
        #expect(lines(SizeRules.longLines, "    /// \(exact)") == [1])
    }

    @Test("long files")
    func longFiles() {
        let exact = String(repeating: "x\n", count: 600)
        #expect(lines(SizeRules.longFiles, exact) == [])
        #expect(lines(SizeRules.longFiles, exact + "x\n") == [601])
    }

    @Test("long functions, whatever their braces stand in")
    func longFunctions() {
        func function(_ count: Int, head: String = "func f(_ body: () -> Void = {}) {") -> String {
            "struct S {\n\(head)\n" + String(repeating: "    g(\"}\") // }\n", count: count - 2)
                + "}\n}\n"
        }
        #expect(lines(SizeRules.longFunctions, function(70)) == [])
        #expect(lines(SizeRules.longFunctions, function(71)) == [2])
        #expect(lines(SizeRules.longFunctions, function(71, head: "init?() {")) == [2])
        let requirements =
            "protocol P {\n    func f()\n    func g()\n}\n" + String(repeating: "\n", count: 90)
        #expect(lines(SizeRules.longFunctions, requirements + "struct S {}\n") == [])
    }

    @Test("imports upwards and sideways")
    func upwardImports() {
        #expect(lines(ImportRules.upwardImports, "import Reactor", in: "Shared/Geo/A.swift") == [1])
        #expect(
            lines(ImportRules.upwardImports, "package import Geo", in: "Shared/Model/A.swift") == []
        )
        #expect(lines(ImportRules.upwardImports, "import Money", in: "Shared/Geo/A.swift") == [1])
        let sideways = "internal import Timekeeping"
        #expect(lines(ImportRules.upwardImports, sideways, in: "Shared/Telemetry/A.swift") == [])
        #expect(
            lines(ImportRules.upwardImports, "// import Reactor", in: "Shared/Geo/A.swift") == []
        )
        let core = "Services/Dispatch/Core/Matching/A.swift"
        #expect(lines(ImportRules.upwardImports, "import Geo\nimport Storage", in: core) == [2])
        #expect(lines(ImportRules.upwardImports, "import PaymentsCore", in: core) == [1])
        let server = "Services/Dispatch/Server/A.swift"
        #expect(lines(ImportRules.upwardImports, "import DispatchCore", in: server) == [])
        #expect(lines(ImportRules.upwardImports, "import DispatchService", in: server) == [1])
        #expect(lines(ImportRules.upwardImports, "import PaymentsServer", in: server) == [1])
    }

    @Test("unsafe functions without a proof above them, in them, or at what they use")
    func unsafeFunctions() {
        let function = "func f() {\n    unsafe g()\n}\n"
        #expect(lines(UnsafeRule.unproven, function) == [1])
        #expect(lines(UnsafeRule.unproven, "// Safe: so.\n@inline(__always)\n\(function)") == [])
        #expect(lines(UnsafeRule.unproven, "// Safe: so.\n\n\(function)") == [3])
        #expect(
            lines(UnsafeRule.unproven, "func f() {\n    // Safe: so.\n    unsafe g()\n}\n") == []
        )
        #expect(lines(UnsafeRule.unproven, "func f() {\n    withUnsafeBytes {}\n}\n") == [])
        let held = "class C {\n    // Safe: so.\n    private let p: P\n    \(function)}\n"
        #expect(lines(UnsafeRule.unproven, held) == [])
        let other = "// Safe: so.\nfunc h() {\n    unsafe g()\n}\n\(function)"
        #expect(lines(UnsafeRule.unproven, other) == [5])
    }

    @Test("modules without a tier")
    func unknownModules() {
        #expect(lines(ImportRules.unknownModules, "", in: "Shared/Utils/A.swift") == [1])
        #expect(lines(ImportRules.unknownModules, "", in: "Shared/Geo/A.swift") == [])
        #expect(lines(ImportRules.unknownModules, "", in: "Services/Dispatch/App/A.swift") == [])
    }

    @Test("C modules away from their owners")
    func foreignCModules() {
        #expect(
            lines(ImportRules.foreignCModules, "import CSQLite", in: "Shared/Storage/A.swift") == [
                1
            ]
        )
        #expect(
            lines(ImportRules.foreignCModules, "import CSQLite", in: "Shared/StorageSQLite/A.swift")
                == []
        )
        let server = "Services/Payments/Server/A.swift"
        #expect(lines(ImportRules.foreignCModules, "internal import CCurl", in: server) == [1])
    }

    @Test("Foundation away from the edges")
    func foundation() {
        #expect(lines(ImportRules.foundation, "import struct Foundation.Date") == [1])
        #expect(lines(ImportRules.foundation, "@preconcurrency import Dispatch") == [1])
        #expect(
            lines(ImportRules.foundation, "import Foundation", in: "Shared/Timekeeping/A.swift")
                == []
        )
        #expect(
            lines(
                ImportRules.foundation,
                "import Foundation",
                in: "Services/Billing/Server/A.swift"
            ) == []
        )
        #expect(
            lines(ImportRules.foundation, "import Foundation", in: "Services/Billing/Core/A.swift")
                == [1]
        )
        #expect(
            lines(ImportRules.foundation, "import Foundation", in: "Tests/GeoTests/A.swift") == []
        )
    }

    @Test(
        "what a core must not reach for",
        arguments: [
            "let now = Date()", "let id = UUID()", "let x = Int.random(in: 0..<6)", "Task { }",
            "let lock = Mutex(0)", "await f()", "func f() async throws {",
            "let clock = SystemTimeSource()",
            "list.shuffled()",
        ]
    )
    func impureCores(line: String) {
        #expect(lines(WordRules.impureCores, line, in: "Services/Billing/Core/A.swift") == [1])
        #expect(lines(WordRules.impureCores, line, in: "Services/Billing/Server/A.swift") == [])
        #expect(
            lines(WordRules.impureCores, "// " + line, in: "Services/Billing/Core/A.swift") == []
        )
    }

    @Test("randomness that the caller gives is allowed in a core")
    func givenRandomness() {
        let text = "Int.random(\n    in: 0..<6,\n    using: &generator\n)"
        #expect(lines(WordRules.impureCores, text, in: "Services/Billing/Core/A.swift") == [])
    }

    @Test("print outside of tools")
    func prints() {
        #expect(lines(WordRules.prints, "f()\nprint(1)") == [2])
        #expect(
            lines(WordRules.prints, "json.print(1)\nfingerprint(1)\nfunc print() {}\n\"print(1)\"")
                == []
        )
        #expect(lines(WordRules.prints, "print(1)", in: "Services/Operator/Commands/A.swift") == [])
    }

    @Test("leftover notes, in code and comments")
    func leftovers() {
        let note = "FIX" + "ME"
        #expect(lines(WordRules.leftovers, "a\n// \(note): later") == [2])
        #expect(lines(WordRules.leftovers, "let \(note)S = 1") == [])
    }

    @Test("@unchecked Sendable without a proof")
    func unproven() {
        let declaration = "final class A: @unchecked Sendable {}"
        #expect(lines(WordRules.unproven, declaration) == [1])
        #expect(lines(WordRules.unproven, "// Safe: one thread.\n@safe\n" + declaration) == [])
        #expect(
            lines(
                WordRules.unproven,
                "// Safe: far away.\n" + String(repeating: "\n", count: 9) + declaration
            ) == [11]
        )
        #expect(lines(WordRules.unproven, declaration + "\n    // Safe: first line within.") == [])
        #expect(lines(WordRules.unproven, "// @unchecked Sendable") == [])
    }

    @Test("128-bit numbers that are stored, or that async functions take or return")
    func wideNumbers() {
        let stored = "package let a: UInt128\n    private var b: Int128?\ncase c(UInt128)"
        #expect(lines(WordRules.wideNumbers, stored) == [1, 2, 3])
        let fine = "@Halved package var a: UInt128\nvar b: UInt128 { 0 }\nlet c: UInt128 = 0"
        #expect(lines(WordRules.wideNumbers, fine) == [])
        let taking = "func f(\n    _ a: UInt128\n) async -> Int {"
        #expect(lines(WordRules.wideNumbers, taking) == [2])
        #expect(lines(WordRules.wideNumbers, "func f(_ a: UInt128) -> Int {") == [])
        #expect(lines(WordRules.wideNumbers, "func f() async -> UInt128 {\n    0\n}") == [1])
        #expect(lines(WordRules.wideNumbers, "func f() async {\n    let a = UInt128(0)") == [])
    }

    @Test("forced tries, casts and unwrappings outside of tests")
    func forced() {
        #expect(
            lines(WordRules.forced, "try! f()\nx as! Y\nlet a = b!\nc!.d()\ne[0]!") == [
                1, 2, 3, 4, 5,
            ]
        )
        #expect(lines(WordRules.forced, "!a\na != b\nif !(a) {}\n\"a!\"\na !== b") == [])
        #expect(lines(WordRules.forced, "// Safe: checked above.\na!") == [])
        #expect(lines(WordRules.forced, "a!", in: "Tests/GeoTests/A.swift") == [])
    }

    @Test("sleeping tests")
    func sleeping() {
        let test = "Tests/GeoTests/A.swift"
        let text = "try await Task.sleep(for: .seconds(1))\nusleep(1)\nsleep(1)"
        #expect(lines(WordRules.sleeping, text, in: test) == [1, 2, 3])
        #expect(
            lines(WordRules.sleeping, "loop.sleep(for: x)\nfunc sleep() {}\nasleep(1)", in: test)
                == []
        )
        #expect(lines(WordRules.sleeping, "sleep(1)") == [])
    }

    @Test("declarations that do not say what they are")
    func undocumented() {
        let text = """
            /// Says it.
            package struct A {
                package let a: Int
                /// Says it.
                @inlinable
                public func b() {}
                public func c() {}
                func d() {}
                private init() {}
                package static let e = 1
                /// Says it.
                package static let f = 2
                package func required() {}
                package static func < (l: A, r: A) -> Bool { true }
                package private(set) var g = 0
                package var h: Int { 1 }
            }
            package import Geo
            /// Says it.
            package protocol P {
                /// Says it.
                func required()
                func silent()
            }
            """
        let file = SourceFile(path: "Shared/Geo/Sample.swift", text: text)
        let findings = DocumentationRule([file]).undocumented(file)
        #expect(findings.map(\.line) == [3, 7, 10, 15, 16])
    }

    @Test("initialisers that do not say what they make, and constants in a row")
    func undocumentedValues() {
        let text = """
            /// Says it.
            package struct A {
                /// Says it of all in the row.
                package static let a = A(1)
                package static let b = A(2)

                package static let c = A(3)
                package init(_ a: Int) {}
                package init(rawValue: Int) {}
                package init() {}
                package init(decoding message: RawSpan) {}
            }
            """
        let other = SourceFile(path: "Shared/Geo/Sample.swift", text: text)
        #expect(DocumentationRule([other]).undocumented(other).map(\.line) == [7, 8, 10, 11])
        let message = SourceFile(path: "Shared/Messages/Sample.swift", text: text)
        #expect(DocumentationRule([message]).undocumented(message).map(\.line) == [7, 8])
    }

    @Test("the scanner blanks comments and strings and nothing else")
    func scanner() {
        let text = ##"""
            a // b
            c /* d /* e */ f
            g */ h
            "i \" j" k #"l " m"# n
            """
            o // p
            """ q
            #"""
            r \"""
            """# s
            """##
        let code = CodeScanner.code(
            of: text.split(separator: "\n", omittingEmptySubsequences: false)
        )
        #expect(code == ["a ", "c ", " h", "\"\" k \"\" n", "\"", "", "\" q", "\"", "", "\" s"])
    }
}
