internal import ArgumentParser
internal import Service

/// A YAML file of settings: one mapping from names to values or lists of values.
struct SettingsFile {
    /// A setting's values; empty for one that is null or has an empty list.
    typealias Setting = (name: String, values: [String])

    let settings: [Setting]

    /// Throws for what is no such mapping, naming the line.
    init(_ text: String, path: String) throws {
        do throws(YAMLError) {
            settings = try Self.settings(try YAMLNode(parsing: text))
        } catch {
            throw ValidationError("\(path), \(error).")
        }
    }

    private static func settings(_ root: YAMLNode) throws(YAMLError) -> [Setting] {
        switch root.content {
        case .null: return []
        case .mapping(let members):
            var settings: [Setting] = []
            for member in members {
                let name = member.name.replacing("_", with: "-")
                guard !settings.contains(where: { $0.name == name }) else {
                    throw YAMLError(line: member.line, problem: "\(name) is set twice")
                }
                settings.append((name, try values(of: member)))
            }
            return settings
        case .scalar, .list:
            throw YAMLError(
                line: root.line, problem: "must hold `setting: value` lines; config/apus.yaml is an example")
        }
    }

    private static func values(of member: YAMLNode.Member) throws(YAMLError) -> [String] {
        let failure = YAMLError(line: member.line, problem: "\(member.name) must be a value or a list of values")
        switch member.value.content {
        case .null: return []
        case .scalar(let text): return [text]
        case .mapping: throw failure
        case .list(let elements):
            var values: [String] = []
            for element in elements {
                switch element.content {
                case .scalar(let text): values.append(text)
                case .null: values.append("")
                case .list, .mapping: throw failure
                }
            }
            return values
        }
    }
}
