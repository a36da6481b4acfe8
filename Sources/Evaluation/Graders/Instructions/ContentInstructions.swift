/// At least so many placeholders in square brackets.
struct PlaceholderCount: Instruction {
    private static let placeholder = Expression(known: #"\[.*?\]"#)
    private var count: Int

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        count = try arguments.count("num_placeholders")
    }

    func isFollowed(by response: String) -> Bool { Self.placeholder.ranges(in: response).count >= count }
}

/// A postscript, which may begin anywhere.
struct Postscript: Instruction {
    private var marker: Expression

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        let text = try arguments.text("postscript_marker").stripped()
        let pattern =
            switch text {
            case "P.P.S": #"p\.\s?p\.\s?s"#
            case "P.S.": #"p\.\s?s\."#
            default: text.lowercased()
            }
        marker = try arguments.pattern("postscript_marker", pattern)
    }

    func isFollowed(by response: String) -> Bool { marker.matches(response.lowercased()) }
}
