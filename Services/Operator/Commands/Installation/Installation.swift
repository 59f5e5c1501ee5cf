internal import Foundation
package import Model
package import ServiceRuntime

/// One installation's folder: keys, stores, logs, and what `nexors up` has settled.
///
///     DIR/settings.json        ports
///     DIR/keys/                authority, certificates, token keys, secrets; 0700
///     DIR/stores/NAME.db       each service's own store
///     DIR/logs/NAME.log        what each program writes
///     DIR/run/NAME.pid         which process is which
package struct Installation: Sendable {
    /// What a first run settles and later runs keep.
    package struct Settings: Hashable, Codable, Sendable {
        /// Where everything listens.
        package var ports: PortPlan
        /// What it is run for.
        package var deployment: Deployment

        /// Settings with these ports.
        package init(ports: PortPlan, deployment: Deployment = .demo) {
            self.ports = ports
            self.deployment = deployment
        }

        /// Reads settings; those of `nexors up` before there were others say nothing of what they are for.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            ports = try container.decode(PortPlan.self, forKey: .ports)
            deployment =
                try container.decodeIfPresent(Deployment.self, forKey: .deployment) ?? .demo
        }
    }

    /// The folder, absolute.
    package let root: String

    /// The installation in `directory`, whether there is one or not.
    package init(_ directory: String) {
        root = URL(fileURLWithPath: directory).standardizedFileURL.path
    }

    /// The folder of keys and secrets.
    package var keysDirectory: String { "\(root)/keys" }
    /// Where the settings are.
    package var settingsPath: String { "\(root)/settings.json" }

    /// A file among the keys.
    package func key(_ name: String) -> String { "\(keysDirectory)/\(name)" }
    /// The authority that signs every certificate, to be given to clients.
    package var authorityPath: String { key("authority.crt") }
    /// The store of a service.
    package func store(_ service: ServiceName) -> String { "\(root)/stores/\(service.text).db" }
    /// The log of a program.
    package func log(_ program: String) -> String { "\(root)/logs/\(program).log" }
    /// The process of a program.
    package func processFile(_ program: String) -> String { "\(root)/run/\(program).pid" }

    /// Makes the folders, readable by their owner alone.
    package func makeDirectories() throws(OperatorError) {
        for path in [root, keysDirectory, "\(root)/stores", "\(root)/logs", "\(root)/run"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: path,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                throw OperatorError(
                    "The folder \(path) cannot be made: \(error.localizedDescription)",
                    advice: "Choose another with --data DIR, or correct its rights."
                )
            }
        }
    }

    /// What earlier runs settled; `nil` before the first.
    package func settings() throws(OperatorError) -> Settings? {
        guard let data = FileManager.default.contents(atPath: settingsPath) else { return nil }
        do {
            return try JSONDecoder().decode(Settings.self, from: data)
        } catch {
            // Where it is no JSON at all, this throws with the place.
            _ = try JSONText.file(settingsPath)
            throw OperatorError(
                "\(settingsPath) cannot be read as settings.",
                advice: "Remove it: the next `nexors up` writes it anew with the usual ports."
            )
        }
    }

    /// Keeps `settings` for later runs.
    package func keep(_ settings: Settings) throws(OperatorError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(settings).write(
                to: URL(fileURLWithPath: settingsPath),
                options: .atomic
            )
        } catch {
            throw OperatorError("\(settingsPath) cannot be written: \(error.localizedDescription)")
        }
    }

    /// The settings of an installation that must be there.
    package func requiredSettings() throws(OperatorError) -> Settings {
        guard let settings = try settings() else {
            throw OperatorError(
                "There is no installation in \(root).",
                advice: "Start one with `nexors up`, or name its folder with --data DIR."
            )
        }
        return settings
    }
}
