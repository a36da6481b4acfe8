/// Why a regular expression cannot be used.
struct PatternError: Error, CustomStringConvertible {
    let source: String
    let message: String

    var description: String { "the pattern \(source.debugDescription) cannot be used: \(message)" }
}
