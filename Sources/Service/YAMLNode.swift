internal import CYAML

/// A value of a YAML document, with where it stands. JSON is read too, as a part of YAML.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        case null
        case scalar(String)
        case list([YAMLNode])
        case mapping([Member])
    }

    package struct Member: Sendable {
        package var name: String
        package var value: YAMLNode
        /// That of the name, from 1.
        package var line: Int
    }

    package var content: Content
    /// Where it begins, from 1.
    package var line: Int

    /// The document's one value; null for an empty document.
    package init(parsing text: String) throws(YAMLError) {
        self = try Array(text.utf8).withUnsafeBufferPointer { bytes throws(YAMLError) -> YAMLNode in
            var parser = yaml_parser_t()
            return try withUnsafeMutablePointer(to: &parser) { parser throws(YAMLError) -> YAMLNode in
                yaml_parser_initialize(parser)
                defer { yaml_parser_delete(parser) }
                yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
                return try Self.document(parser)
            }
        }
    }

    private init(_ content: Content, line: Int) {
        self.content = content
        self.line = line
    }

    private static func document(_ parser: UnsafeMutablePointer<yaml_parser_t>) throws(YAMLError) -> YAMLNode {
        var builder = Builder()
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else {
                let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable"
                throw YAMLError(
                    line: Int(parser.pointee.problem_mark.line) + 1, problem: "is not valid YAML: \(problem)")
            }
            defer { yaml_event_delete(&event) }
            if event.type == YAML_STREAM_END_EVENT { return builder.root ?? YAMLNode(.null, line: 1) }
            try builder.take(event)
        }
    }

    /// Puts a tree together from libyaml's events.
    private struct Builder {
        private enum Open {
            case list([YAMLNode], line: Int)
            case mapping([Member], name: (text: String, line: Int)?, line: Int)
        }

        private var open: [Open] = []
        private(set) var root: YAMLNode?

        mutating func take(_ event: yaml_event_t) throws(YAMLError) {
            let line = Int(event.start_mark.line) + 1
            switch event.type {
            case YAML_SCALAR_EVENT:
                try add(scalar: event, line: line)
            case YAML_SEQUENCE_START_EVENT:
                try begin(.list([], line: line), line: line)
            case YAML_MAPPING_START_EVENT:
                try begin(.mapping([], name: nil, line: line), line: line)
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
                switch open.removeLast() {
                case .list(let elements, let line): try add(YAMLNode(.list(elements), line: line))
                case .mapping(let members, _, let line): try add(YAMLNode(.mapping(members), line: line))
                }
            case YAML_ALIAS_EVENT:
                throw YAMLError(line: line, problem: "has an alias, which is not read here")
            case YAML_DOCUMENT_START_EVENT where root != nil:
                throw YAMLError(line: line, problem: "begins a second document; a file holds one")
            default:
                break
            }
        }

        private mutating func begin(_ collection: Open, line: Int) throws(YAMLError) {
            guard open.count < 64 else { throw YAMLError(line: line, problem: "is nested too deeply") }
            if case .mapping(_, nil, _) = open.last {
                throw YAMLError(line: line, problem: "has a name that is no text")
            }
            open.append(collection)
        }

        private mutating func add(scalar event: yaml_event_t, line: Int) throws(YAMLError) {
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            if case .mapping(let members, nil, let start) = open.last {
                guard !members.contains(where: { $0.name == text }) else {
                    throw YAMLError(line: line, problem: "\(text) is set twice")
                }
                open[open.count - 1] = .mapping(members, name: (text, line), line: start)
                return
            }
            let isNull = scalar.style == YAML_PLAIN_SCALAR_STYLE && ["", "~", "null"].contains(text)
            try add(YAMLNode(isNull ? .null : .scalar(text), line: line))
        }

        private mutating func add(_ node: YAMLNode) throws(YAMLError) {
            switch open.last {
            case nil:
                root = node
            case .list(let elements, let line):
                open[open.count - 1] = .list(elements + [node], line: line)
            case .mapping(let members, let name?, let line):
                let member = Member(name: name.text, value: node, line: name.line)
                open[open.count - 1] = .mapping(members + [member], name: nil, line: line)
            case .mapping(_, nil, _):
                throw YAMLError(line: node.line, problem: "has a name that is no text")
            }
        }
    }
}

/// What is wrong with a YAML file, and on which line.
package struct YAMLError: Error, CustomStringConvertible {
    package let line: Int
    package let problem: String

    package init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }

    package var description: String { "line \(line): \(problem)" }
}
