internal import Grammar

/// How a family of models writes calls of functions, and reads their results.
protocol ToolDialect: Sendable {
    /// Control texts of the dialect. They reach the parser also where a vocabulary calls them special.
    var markers: [String] { get }

    // MARK: Reading

    /// Whether a call may begin with this byte.
    func mayBegin(_ byte: UInt8, at place: CallPlace) -> Bool

    /// A call up to the brace of its arguments.
    ///
    /// - Parameter names: the functions that the request declares.
    func readHead(
        _ reader: inout SyntaxReader, at place: CallPlace, names: Set<String>
    ) throws(SyntaxReader.Miss) -> CallHead

    /// What follows the brace that closes the arguments.
    func readTail(_ reader: inout SyntaxReader, of style: CallHead.Style) throws(SyntaxReader.Miss)

    /// Ends a call whose arguments are broken.
    func end(of style: CallHead.Style) -> String?

    /// Follows the last call of an answer.
    var listEnd: String? { get }

    // MARK: Writing

    /// Calls as the model writes them.
    func text(of calls: [ChatMessage.ToolCall]) -> String

    /// Results of calls as the model reads them.
    ///
    /// - Parameter separator: between two results, as the checkpoint's template has it.
    func text(ofResults results: [String], separator: String) -> String

    /// Whether results and the answer after them belong to the turn of the calls; else they are a user's turn.
    var keepsResultsInTurn: Bool { get }

    // MARK: Constraining

    /// The text after which an answer can only go on with calls.
    var trigger: String { get }

    /// One call, without what separates it from others.
    func structure(of tool: Tool, arguments: GrammarStructure) -> GrammarStructure

    /// What stands before, between and after the calls of an answer.
    var frame: (open: String, separator: String, close: String) { get }
}

extension ToolDialect {
    /// A JSON object of a declared function, alone or in a Markdown fence.
    func readBareCall(_ reader: inout SyntaxReader, names: Set<String>) throws(SyntaxReader.Miss) -> CallHead {
        let isFenced = try reader.next() == UInt8(ascii: "`")
        if isFenced {
            try reader.require("```")
            _ = try reader.skip("json")
            reader.skipWhitespace()
        }
        let name = try reader.callObject()
        guard names.contains(name) else { throw .malformed }
        return CallHead(name: name, style: isFenced ? .fenced : .object)
    }

    func readBareTail(
        _ reader: inout SyntaxReader, of style: CallHead.Style
    ) throws(SyntaxReader.Miss) {
        try reader.callObjectEnd()
        if style == .fenced {
            reader.skipWhitespace()
            try reader.require("```")
        }
    }
}
