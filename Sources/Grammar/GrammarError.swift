/// Why a constraint cannot be compiled, or followed any further; the text is for the client that sent it.
package struct GrammarError: Error, CustomStringConvertible, Equatable {
    package enum Kind: Sendable {
        /// The source breaks the rules of its language.
        case invalid
        /// The source asks for something that this compiler cannot hold an output to.
        case unsupported
        /// Nothing satisfies the constraint.
        case unsatisfiable
        /// The constraint needs more states than one request may have.
        case tooComplex
    }

    package let kind: Kind
    package let description: String
    /// Where in a schema: a JSON pointer that ends with the keyword at fault; nil for what has no single place.
    package private(set) var pointer: String?

    init(kind: Kind, description: String, pointer: String? = nil) {
        self.kind = kind
        self.description = description
        self.pointer = pointer
    }

    /// The same, with its place.
    func at(_ pointer: String) -> GrammarError {
        var error = self
        error.pointer = pointer
        return error
    }

    static func invalid(_ text: String) -> GrammarError { GrammarError(kind: .invalid, description: text) }

    static func unsupported(_ text: String) -> GrammarError { GrammarError(kind: .unsupported, description: text) }

    static func unsatisfiable(_ text: String) -> GrammarError { GrammarError(kind: .unsatisfiable, description: text) }

    static func tooComplex(_ text: String) -> GrammarError { GrammarError(kind: .tooComplex, description: text) }
}
