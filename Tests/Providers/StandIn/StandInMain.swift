import Configuration
import Foundation
import HTTP
import ProviderModel
import Reactor
import ServiceRuntime
import Timekeeping
import Transport

/// A payment provider for tests and demonstrations: PayPal's model behind HTTP/1.1.
///
/// It prints one line once it listens: `listening <address>, a stand-in of the payment provider: ...`.
@main
struct StandInMain {
    /// What it reads from its environment.
    private struct Keys {
        let deployment = ConfigurationKey<Deployment>.choice(
            "NEXORS_ENVIRONMENT",
            default: "production",
            "What it is run for: demo or test; it refuses to run in production."
        )
        let host = ConfigurationKey<String>.text(
            "NEXORS_STANDIN_HOST",
            default: "127.0.0.1",
            "The address to listen on, in digits."
        )
        let port = ConfigurationKey<Int>.integer(
            "NEXORS_STANDIN_PORT",
            0...65_535,
            default: "8790",
            "The port to listen on; 0 takes a free one."
        )
        let journal = ConfigurationKey<String>.path(
            "NEXORS_STANDIN_JOURNAL",
            "The file of all that it was told; without one nothing survives a restart."
        ).optional()

        var schema: ConfigurationSchema {
            var schema = ConfigurationSchema()
            schema.add(deployment)
            schema.add(host)
            schema.add(port)
            schema.add(journal)
            return schema
        }
    }

    static func main() {
        let keys = Keys()
        answerArguments(keys)
        do {
            let values = try ConfigurationValues(keys.schema)
            guard values[keys.deployment] != .production else {
                leave(
                    .badConfiguration,
                    """
                    The provider stand-in refuses to run: NEXORS_ENVIRONMENT is production, as it is where nothing \
                    else is said. For a demonstration say NEXORS_ENVIRONMENT=demo, for tests NEXORS_ENVIRONMENT=test.
                    """
                )
            }
            let (host, port) = (values[keys.host], values[keys.port])
            guard let address = SocketAddress(host: host, port: UInt16(port)) else {
                leave(.badConfiguration, "NEXORS_STANDIN_HOST: \"\(host)\" is no address in digits")
            }
            let standIn = try StandIn(journal: values[keys.journal])
            let loop = try EventLoop(name: "standin", timeSource: SystemTimeSource())
            loop.execute {
                do throws(SocketError) {
                    let listening = try standIn.listen(on: address, loop: loop)
                    let line =
                        "listening \(listening), a stand-in of the payment provider: no money moves\n"
                    FileHandle.standardOutput.write(Data(line.utf8))
                } catch {
                    leave(.fault, "The stand-in cannot listen on \(address): \(error)")
                }
            }
            loop.run()
        } catch let error as ConfigurationError {
            leave(.badConfiguration, "\(error)\nprovider-standin --help shows all keys.")
        } catch {
            leave(.fault, "\(error)")
        }
    }

    private static func answerArguments(_ keys: Keys) {
        let commandLine = ProgramCommandLine(
            "provider-standin",
            """
            A payment provider that holds nobody's money: PayPal's Orders and Payments, version 2, for tests
            and demonstrations. It can be told to fail: POST /standin/faults.
            """,
            keys.schema,
            isService: false
        )
        let request = commandLine.request(Array(CommandLine.arguments.dropFirst()))
        guard case .say(let text, let code) = request else { return }
        let output = code == .ok ? FileHandle.standardOutput : FileHandle.standardError
        output.write(Data(text.utf8))
        exit(code.rawValue)
    }

    private static func leave(_ code: ExitCode, _ message: String) -> Never {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        exit(code.rawValue)
    }
}
