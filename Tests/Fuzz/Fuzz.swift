// Coverage-guided, with AddressSanitizer: `deploy/fuzz`.

import Glibc

#if LIBFUZZER

/// The target that the environment variable FUZZ_TARGET names, `frames` if unset; with its canary where FUZZ_CANARY is
/// set.
private let chosenTarget: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? "frames"
    guard let target = FuzzTarget.named(name) else { fatalError("no target \(name)") }
    return getenv("FUZZ_CANARY") == nil ? target : target.withCanary
}()

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let target = chosenTarget
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    do throws(FuzzFinding) {
        try target.run(input)
    } catch {
        fatalError(error.sentence)
    }
    return 0
}

/// libFuzzer's driver, from its runtime library.
@_silgen_name("LLVMFuzzerRunDriver")
private func runLibFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The package's linker options make this the program's `main`, in the place of libFuzzer's own.
@_cdecl("fuzz_main")
public func fuzzMain(
    _ count: Int32,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
    var count = count
    var arguments = arguments
    return runLibFuzzer(&count, &arguments, fuzzOneInput)
}

#else

/// The command: see `usage`.
@main
enum Fuzz {
    static let usage = """
        fuzz <target> [--seed N] [--iterations N] [--from N]   run one target
        fuzz smoke [--iterations N]     every target for a short while, and the inputs that once failed
        fuzz canary <target>            must fail: proves that findings are found and told
        fuzz run <target> FILE...       run inputs from files
        fuzz corpus <target> FOLDER     write the start inputs as files, for libFuzzer
        targets: \(FuzzTarget.all.map { $0.name }.joined(separator: ", "))
        """

    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let options = try takeOptions(&arguments)
        CrashReport.install()
        switch arguments.first {
        case "smoke":
            for target in FuzzTarget.all {
                for input in try Corpus.kept(target) { runOne(target, input, label: "kept input") }
                try run(target, options, iterations: options.iterations ?? 20_000)
            }
        case "run" where arguments.count >= 3:
            guard let target = FuzzTarget.named(arguments[1]) else { quit(usage) }
            for path in arguments.dropFirst(2) {
                runOne(target, try readFile(path), label: path)
            }
        case "canary" where arguments.count == 2:
            guard let target = FuzzTarget.named(arguments[1]) else { quit(usage) }
            for input in target.corpus(try Corpus.frames()) where target.isCanary(input) {
                quit("the canary of \(target.name) is in the corpus: nothing needs to be found")
            }
            try run(target.withCanary, options, iterations: options.iterations ?? 1_000_000)
        case "corpus" where arguments.count == 3:
            guard let target = FuzzTarget.named(arguments[1]) else { quit(usage) }
            try Corpus.write(target, to: arguments[2])
        case let name?:
            guard arguments.count == 1, let target = FuzzTarget.named(name) else { quit(usage) }
            try run(target, options, iterations: options.iterations ?? 200_000)
        case nil:
            quit(usage)
        }
    }

    struct Options {
        var seed: UInt64 = 1
        var iterations: UInt64?
        var from: UInt64 = 0
    }

    private static func takeOptions(_ arguments: inout [String]) throws -> Options {
        var options = Options()
        while let index = arguments.firstIndex(where: { $0.hasPrefix("--") }) {
            guard index + 1 < arguments.count, let number = UInt64(arguments[index + 1]) else {
                quit(usage)
            }
            switch arguments[index] {
            case "--seed": options.seed = number
            case "--iterations": options.iterations = number
            case "--from": options.from = number
            default: quit(usage)
            }
            arguments.removeSubrange(index...(index + 1))
        }
        return options
    }

    private static func run(
        _ target: FuzzTarget,
        _ options: Options,
        iterations: UInt64
    ) throws {
        let corpus = target.corpus(try Corpus.frames())
        for input in corpus { runOne(target, input, label: "corpus") }
        let end = options.from &+ iterations
        for index in options.from..<end {
            var mutator = Mutator(corpus: corpus, seed: options.seed, index: index)
            let input = mutator.next()
            CrashReport.note(input, target: target.name, seed: options.seed, index: index)
            runOne(target, input, label: "--seed \(options.seed) --from \(index)")
        }
        print("\(target.name): \(iterations) inputs, seed \(options.seed), nothing found")
    }

    private static func runOne(
        _ target: FuzzTarget,
        _ input: [UInt8],
        label: @autoclosure () -> String
    ) {
        do throws(FuzzFinding) {
            try target.run(input)
        } catch {
            let digits = input.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            quit("\(target.name) \(label()): \(error.sentence)\ninput: \(digits.joined())")
        }
    }

    private static func readFile(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { quit("cannot read \(path)") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    private static func quit(_ message: String) -> Never {
        let line = message + "\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
        exit(1)
    }
}

#endif
