internal import ArgumentParser
internal import CYAML

/// A YAML file of settings: one mapping from names to values or lists of values.
struct SettingsFile {
    /// A setting's values; empty for one that is null or has an empty list.
    typealias Setting = (name: String, values: [String])

    private enum Place {
        case outside
        case name
        case value(name: String)
        case list(name: String, values: [String])
    }

    private let path: String
    private var place = Place.outside
    private(set) var settings: [Setting] = []

    /// Throws for what is no such mapping, naming the line.
    init(_ text: String, path: String) throws {
        self.path = path
        var parser = yaml_parser_t()
        yaml_parser_initialize(&parser)
        defer { yaml_parser_delete(&parser) }
        var text = text
        try text.withUTF8 { content in
            yaml_parser_set_input_string(&parser, content.baseAddress, content.count)
            var isOver = false
            while !isOver {
                var event = yaml_event_t()
                guard yaml_parser_parse(&parser, &event) == 1 else {
                    let problem = parser.problem.map { String(cString: $0) } ?? "unreadable"
                    throw failure(parser.problem_mark.line, "is not valid YAML: \(problem)")
                }
                defer { yaml_event_delete(&event) }
                isOver = event.type == YAML_STREAM_END_EVENT
                try take(event)
            }
        }
    }

    private mutating func take(_ event: yaml_event_t) throws {
        let line = event.start_mark.line
        switch (event.type, place) {
        case (YAML_STREAM_START_EVENT, _), (YAML_STREAM_END_EVENT, _), (YAML_DOCUMENT_START_EVENT, _),
            (YAML_DOCUMENT_END_EVENT, _):
            break
        case (YAML_MAPPING_START_EVENT, .outside):
            place = .name
        case (YAML_MAPPING_END_EVENT, .name):
            place = .outside
        case (YAML_SCALAR_EVENT, .name):
            let name = text(event).replacing("_", with: "-")
            guard !settings.contains(where: { $0.name == name }) else {
                throw failure(line, "\(name) is set twice")
            }
            place = .value(name: name)
        case (YAML_SCALAR_EVENT, .value(let name)):
            settings.append((name, isNull(event) ? [] : [text(event)]))
            place = .name
        case (YAML_SEQUENCE_START_EVENT, .value(let name)):
            place = .list(name: name, values: [])
        case (YAML_SCALAR_EVENT, .list(let name, let values)):
            place = .list(name: name, values: values + [text(event)])
        case (YAML_SEQUENCE_END_EVENT, .list(let name, let values)):
            settings.append((name, values))
            place = .name
        case (_, .value(let name)), (_, .list(let name, _)):
            throw failure(line, "\(name) must be a value or a list of values")
        case (YAML_SCALAR_EVENT, .outside) where isNull(event):
            break
        default:
            throw failure(line, "must hold `setting: value` lines; config/apus.yaml is an example")
        }
    }

    private func text(_ event: yaml_event_t) -> String { String(cString: event.data.scalar.value) }

    private func isNull(_ event: yaml_event_t) -> Bool {
        event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && ["", "~", "null"].contains(text(event))
    }

    private func failure(_ line: Int, _ problem: String) -> ValidationError {
        ValidationError("\(path), line \(line + 1): \(problem).")
    }
}
