package import Tokenization

/// The texts that a tokenizer recognises as single tokens wherever they stand: `<｜User｜>`, `</think>`, …
///
/// All added tokens count, whether tokenizer.json calls them special or not: R1's says no of most that steer the model.
package struct ControlTokens: Sendable {
    package let tokens: [(id: Int32, text: String)]

    init(_ tokens: [(id: Int32, text: String)]) {
        self.tokens = tokens
    }

    package init(_ tokenizer: Tokenizer) {
        tokens = tokenizer.addedTokens
    }
}
