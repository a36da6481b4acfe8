/// Statements with a scope of their own.
struct Block: Sendable {
    /// The block's number in the template, by which its scope's analysis is found.
    let number: Int
    let statements: [Statement]
}
