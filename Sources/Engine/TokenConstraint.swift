package import Grammar

/// What a choice's next token is held to.
package struct TokenConstraint: Sendable, Equatable {
    /// The token that comes next, whatever the model wants.
    package var forced: Int32?
    /// The tokens that may come; nil: all.
    package var mask: TokenMask?
    /// Tokens that must not come.
    package var banned: [Int32] = []

    package static let none = TokenConstraint()

    package init(forced: Int32? = nil, mask: TokenMask? = nil, banned: [Int32] = []) {
        self.forced = forced
        self.mask = mask
        self.banned = banned
    }
}
