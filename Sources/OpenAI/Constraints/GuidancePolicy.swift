package import Engine
internal import Grammar
internal import Synchronization
package import Tokenization

/// How a server guides outputs, beyond what requests say.
package struct GuidancePolicy: Sendable {
    /// Said before the close tag when a budget is spent.
    package static let defaultMessage = "\n\nThat is as long as I can think about it. I will answer now."

    /// Most tokens of reasoning, whatever a request asks for; nil: no limit.
    package var maxReasoningTokens: Int?
    package var budgetMessage = Self.defaultMessage
    /// For requests that are silent about it; nil: no detection.
    package var repetition: RepetitionLimits?
    let grammars: GrammarProvider

    package init(tokenizer: Tokenizer, endTokens: Set<Int32>) {
        grammars = GrammarProvider(tokenizer: tokenizer, endTokens: endTokens)
    }
}

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
