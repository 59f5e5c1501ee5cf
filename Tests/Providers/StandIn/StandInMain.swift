import Foundation
import HTTP
import ProviderModel
import Reactor
import Synchronization
import Timekeeping
import Transport

/// A payment provider for tests and demonstrations: PayPal's model behind HTTP/1.1.
///
/// Environment: `NEXORS_ENVIRONMENT` (refused where it is `production`), `NEXORS_STANDIN_HOST` (an address, default
/// 127.0.0.1), `NEXORS_STANDIN_PORT` (default 8790; 0 takes a free one), `NEXORS_STANDIN_JOURNAL` (a file; without it
/// nothing survives a restart). It prints one line once it listens: `listening <address>`.
@main
struct StandInMain {
    /// EX_CONFIG of sysexits.h.
    private static let badConfiguration: Int32 = 78

    static func main() async {
        let environment = ProcessInfo.processInfo.environment
        guard environment["NEXORS_ENVIRONMENT"]?.lowercased() != "production" else {
            stop("The provider stand-in refuses to run: NEXORS_ENVIRONMENT is production.")
        }
        let host = environment["NEXORS_STANDIN_HOST"] ?? "127.0.0.1"
        guard let port = UInt16(environment["NEXORS_STANDIN_PORT"] ?? "8790"),
            let address = SocketAddress(host: host, port: port)
        else { stop("NEXORS_STANDIN_HOST is an address and NEXORS_STANDIN_PORT is 0 ... 65535.") }
        do {
            let standIn = try StandIn(journal: environment["NEXORS_STANDIN_JOURNAL"])
            let loop = try EventLoop(name: "standin", timeSource: SystemTimeSource())
            loop.execute {
                do throws(SocketError) {
                    let listening = try standIn.listen(on: address, loop: loop)
                    FileHandle.standardOutput.write(Data("listening \(listening)\n".utf8))
                } catch {
                    stop("The stand-in cannot listen on \(address): \(error)")
                }
            }
            loop.run()
        } catch {
            stop("\(error)")
        }
    }

    private static func stop(_ message: String) -> Never {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        exit(badConfiguration)
    }
}
