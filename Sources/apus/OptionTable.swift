internal import ArgumentParser
internal import JSON

/// The options of a command, by long name, as its own help describes them.
struct OptionTable {
    private struct Option {
        var name: String
        var isFlag: Bool
        var isPositional: Bool
        /// Every spelling with its dashes, `--no-…` of an invertible flag included.
        var spellings: [String]
    }

    private let options: [Option]

    init(of command: any ParsableCommand.Type) {
        let help = try? JSONValue(parsing: command._dumpHelp())
        let entries = help?["command"]?["arguments"]?.arrayValue ?? []
        options = entries.compactMap { entry in
            let names = entry["names"]?.arrayValue ?? []
            let spellings = names.compactMap { name -> String? in
                guard let text = name["name"]?.stringValue else { return nil }
                return (name["kind"]?.stringValue == "long" ? "--" : "-") + text
            }
            let kind = entry["kind"]?.stringValue
            let long = spellings.first { $0.hasPrefix("--") && !$0.hasPrefix("--no-") } ?? spellings.first
            guard let name = long.map({ String($0.drop { $0 == "-" }) }) ?? entry["valueName"]?.stringValue else {
                return nil
            }
            return Option(
                name: name, isFlag: kind == "flag", isPositional: kind == "positional", spellings: spellings)
        }
    }

    static func variable(_ name: String) -> String {
        "APUS_" + name.uppercased().replacing("-", with: "_")
    }

    /// Names of the options and of the positional argument that the arguments set.
    func names(in arguments: [String]) -> Set<String> {
        var found: Set<String> = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("-") else {
                found.formUnion(options.filter(\.isPositional).map(\.name))
                continue
            }
            let spelling = String(argument.prefix { $0 != "=" })
            guard let option = options.first(where: { $0.spellings.contains(spelling) }) else { continue }
            found.insert(option.name)
            if !option.isFlag && !argument.contains("=") { index += 1 }
        }
        return found
    }

    /// Value that the arguments give an option, the last one if it is repeated.
    func value(of name: String, in arguments: [String]) -> String? {
        guard let option = options.first(where: { $0.name == name }) else { return nil }
        var value: String?
        for (index, argument) in arguments.enumerated() {
            for spelling in option.spellings {
                if argument == spelling, index + 1 < arguments.count { value = arguments[index + 1] }
                if argument.hasPrefix(spelling + "=") { value = String(argument.dropFirst(spelling.count + 1)) }
            }
        }
        return value
    }

    /// The settings that environment variables make, in the options' order.
    func environmentSettings(_ environment: [String: String]) -> [(String, String)] {
        options.compactMap { option in
            environment[Self.variable(option.name)].map { (option.name, $0) }
        }
    }

    /// Arguments that set an option to its values; several repeat it.
    func arguments(_ name: String, _ values: [String], source: String) throws -> [String] {
        guard let option = options.first(where: { $0.name == name }) else {
            throw ValidationError("\(source): unknown setting \(name). `apus serve --help` lists them all.")
        }
        return try values.flatMap { value -> [String] in
            if option.isPositional { return [value] }
            return option.isFlag ? try flag(option, value, source: source) : ["--\(name)=\(value)"]
        }
    }

    private func flag(_ option: Option, _ value: String, source: String) throws -> [String] {
        switch value.lowercased() {
        case "1", "true", "yes", "on": return ["--\(option.name)"]
        case "0", "false", "no", "off":
            let negation = "--no-\(option.name)"
            return option.spellings.contains(negation) ? [negation] : []
        default: throw ValidationError("\(source): \(option.name) must be true or false, not \(value).")
        }
    }
}
