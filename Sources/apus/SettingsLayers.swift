internal import ArgumentParser
internal import FoundationEssentials
internal import JSON
internal import Yams

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
            inserted += try options.arguments(name, .string(value), source: OptionTable.variable(name))
            taken.insert(name)
        }
        if let path = options.value(of: "config", in: given) ?? options.value(of: "config", in: inserted) {
            for (name, value) in try fileSettings(path) where !taken.contains(name) {
                inserted += try options.arguments(name, value, source: path)
            }
        }
        return [arguments[0]] + inserted + given
    }

    private func fileSettings(_ path: String) throws -> [(String, JSONValue)] {
        let node: Node?
        do {
            node = try Yams.compose(yaml: try readFile(path))
        } catch let error as YamlError {
            throw ValidationError("\(path) is not valid YAML: \(error)")
        }
        guard let node else { return [] }
        guard case .mapping(let mapping) = node else {
            throw ValidationError("\(path) must hold `flag: value` lines; see config/apus.yaml.")
        }
        return try mapping.map { key, value in
            guard let name = key.string else { throw ValidationError("\(path): a key is not a name.") }
            return (name.replacing("_", with: "-"), try plainValue(value, key: name, path: path))
        }
    }

    private func plainValue(_ node: Node, key: String, path: String) throws -> JSONValue {
        switch node {
        case .scalar(let scalar):
            if node.null != nil { return .null }
            if scalar.style == .plain, let bool = node.bool { return .bool(bool) }
            return .string(scalar.string)
        case .sequence(let items):
            return .array(try items.map { try plainValue($0, key: key, path: path) })
        case .mapping, .alias:
            throw ValidationError("\(path): \(key) must be a value or a list of values.")
        }
    }
}
