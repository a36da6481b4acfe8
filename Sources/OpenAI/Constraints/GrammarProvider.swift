internal import Grammar
internal import Synchronization
internal import Tokenization

/// Compiles constraints for a model's vocabulary, which it prepares at the first one.
final class GrammarProvider: Sendable {
    private let tokenizer: Tokenizer
    private let endTokens: [Int32]
    private let compiler = Mutex<GrammarCompiler?>(nil)

    init(tokenizer: Tokenizer, endTokens: Set<Int32>) {
        self.tokenizer = tokenizer
        self.endTokens = endTokens.sorted()
    }

    /// - Throws: 400 that names the field, and in a schema the keyword.
    func compile(_ constraint: OutputConstraint) throws(APIError) -> CompiledGrammar {
        do {
            return try prepared.compile(constraint.source)
        } catch {
            throw APIError(error, field: constraint.field)
        }
    }

    private var prepared: GrammarCompiler {
        compiler.withLock { compiler in
            if let compiler { return compiler }
            let made = GrammarCompiler(TokenVocabulary(tokenizer, endTokens: endTokens))
            compiler = made
            return made
        }
    }
}

extension APIError {
    /// - Parameter field: the path of the field that the constraint came from.
    init(_ error: GrammarError, field: String) {
        let path = (error.pointer ?? "").split(separator: "/").map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
        let code =
            switch error.kind {
            case .invalid: "invalid_constraint"
            case .unsupported: "unsupported_constraint"
            case .unsatisfiable: "unsatisfiable_constraint"
            case .tooComplex: "constraint_too_complex"
            }
        self = .invalidRequest(
            "'\(field)' cannot be followed: \(error.description).", param: ([field] + path).joined(separator: "."),
            code: code)
    }
}
