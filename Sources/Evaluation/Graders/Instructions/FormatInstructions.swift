/// Exactly so many lines that begin with `*` or `-`.
struct BulletCount: Instruction {
    private static let star = Expression(known: #"^\s*\*[^*].*$"#)
    private static let dash = Expression(known: #"^\s*-.*$"#)
    private var count: Int

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        count = try arguments.count("num_bullets")
    }

    func isFollowed(by response: String) -> Bool {
        Self.star.ranges(in: response).count + Self.dash.ranges(in: response).count == count
    }
}

/// One of three answers occurs.
struct ConstrainedResponse: Instruction {
    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool {
        ["My answer is yes.", "My answer is no.", "My answer is maybe."].contains { response.holds($0) }
    }
}

/// At least so many passages between single or double asterisks; one between double ones may count twice.
struct HighlightCount: Instruction {
    private static let single = Expression(known: #"\*[^\n*]*\*"#)
    private static let double = Expression(known: #"\*\*[^\n*]*\*\*"#)
    private var count: Int

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        count = try arguments.count("num_highlights")
    }

    func isFollowed(by response: String) -> Bool {
        [Self.single, Self.double].flatMap { $0.matched(in: response) }
            .count { !$0.stripped { $0 == "*" }.isBlank } >= count
    }
}

/// At least so many sections, each with a heading such as `Section 1`.
struct SectionCount: Instruction {
    private var heading: Expression
    private var count: Int

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        let splitter = try arguments.text("section_spliter").stripped()
        heading = try arguments.pattern("section_spliter", #"\s?\#(splitter)\s?\d+\s?"#)
        count = try arguments.count("num_sections")
    }

    func isFollowed(by response: String) -> Bool { heading.ranges(in: response).count >= count }
}

/// The whole is JSON, which may stand in a fenced block. As Python's parser reads it: with NaN and Infinity, and escapes
/// of single surrogates.
struct JSONFormat: Instruction {
    private static let document = Expression(
        known: #"""
            (?x-m)\A(?&space)(?&value)(?&space)\z
            (?(DEFINE)
                (?<space>[\x20\t\n\r]*+)
                (?<string>"(?:[^"\\\x00-\x1F]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+")
                (?<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)
                (?<member>(?&space)(?&string)(?&space):(?&space)(?&value)(?&space))
                (?<object>\{(?:(?&space)|(?&member)(?:,(?&member))*+)\})
                (?<array>\[(?:(?&space)|(?&space)(?&value)(?&space)(?:,(?&space)(?&value)(?&space))*+)\])
                (?<value>(?&object)|(?&array)|(?&string)|(?&number)|true|false|null|NaN|-?Infinity))
            """#)

    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool {
        let inner = ["```json", "```Json", "```JSON", "```"].reduce(response.stripped()) { $0.dropping(prefix: $1) }
        return Self.document.matches(inner.dropping(suffix: "```").stripped())
    }
}

/// A title in double angle brackets.
struct Title: Instruction {
    private static let title = Expression(known: #"<<[^\n]+>>"#)

    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool {
        Self.title.matched(in: response).contains { title in
            title.unicodeScalars.drop { $0 == "<" }.reversed().drop { $0 == ">" }.contains { !$0.isPythonSpace }
        }
    }
}
