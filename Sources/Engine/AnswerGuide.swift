package import Grammar

/// What the answer must follow.
package struct AnswerGuide: Sendable {
    /// What sets a grammar off.
    package enum Trigger: Sendable, Equatable {
        case token(Int32)
        case text([UInt8])
    }

    package var grammar: CompiledGrammar
    /// nil: the whole answer follows the grammar, and ends with it. Else the answer is free, and follows the grammar
    /// after each occurrence of the trigger until the grammar is at its end.
    package var trigger: Trigger?

    package init(grammar: CompiledGrammar, trigger: Trigger? = nil) {
        self.grammar = grammar
        self.trigger = trigger
    }
}
