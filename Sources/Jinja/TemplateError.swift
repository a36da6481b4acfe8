/// Why a template does not parse or render, and where in its source.
package struct TemplateError: Error, CustomStringConvertible {
    package enum Kind: Sendable {
        /// The source is not a template.
        case syntax
        /// An operation failed, as in Python: a wrong type, an undefined value, a wrong argument.
        case runtime
        /// The template itself called `raise_exception`: it refuses the conversation.
        case raised
        /// The template asked for more steps, memory, output or recursion than it may.
        case limit
    }

    /// From 1; 0 where no position is known.
    package private(set) var line: Int
    /// In code points, from 1; 0 where no position is known.
    package private(set) var column: Int
    package let message: String
    package let kind: Kind

    package var description: String {
        line == 0 ? message : "chat template, line \(line), column \(column): \(message)"
    }

    init(_ message: String, kind: Kind = .runtime, at position: SourcePosition? = nil) {
        self.message = message
        self.kind = kind
        line = position?.line ?? 0
        column = position?.column ?? 0
    }

    /// The error at `position`, unless it has a position already.
    func placed(at position: SourcePosition) -> TemplateError {
        guard line == 0 else { return self }
        var placed = self
        placed.line = position.line
        placed.column = position.column
        return placed
    }
}
