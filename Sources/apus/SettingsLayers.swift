internal import ArgumentParser
internal import FoundationEssentials

/// Puts the environment's and the configuration file's settings of `apus serve` in front of its arguments.
///
/// Precedence: flag, environment `APUS_…`, file, default. A setting that a higher layer names is left out of the lower
/// ones, so that repeatable options are replaced, not added to.
struct SettingsLayers {
    var environment: [String: String]
    var readFile: (String) throws -> String

    static var current: SettingsLayers {
        SettingsLayers(environment: ProcessInfo.processInfo.environment) { path in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw ValidationError("The configuration file \(path) is missing or cannot be read.")
            }
            return text
        }
    }

    /// Returns the arguments with the lower layers' settings inserted after the subcommand.
    func apply(to arguments: [String]) throws -> [String] {
        guard arguments.first == "serve" else { return arguments }
        let options = OptionTable(of: Serve.self)
        let given = Array(arguments.dropFirst())
        if given.contains(where: { $0 == "-h" || $0 == "--help" }) { return arguments }

        var taken = options.names(in: given)
        var inserted: [String] = []
        for (name, value) in options.environmentSettings(environment) where !taken.contains(name) {
            inserted += try options.arguments(name, [value], source: OptionTable.variable(name))
            taken.insert(name)
        }
        if let path = options.value(of: "config", in: given) ?? options.value(of: "config", in: inserted) {
            for (name, values) in try SettingsFile(try readFile(path), path: path).settings
            where !taken.contains(name) {
                inserted += try options.arguments(name, values, source: path)
            }
        }
        return [arguments[0]] + inserted + given
    }
}
