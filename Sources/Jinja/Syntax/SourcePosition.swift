/// A place in a template's source: line and column (in code points), both from 1.
struct SourcePosition: Sendable, Hashable {
    var line = 1
    var column = 1
}
