/// What keeps an evaluation from being run or read, and what to do about it.
package struct EvaluationError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ problem: String, _ remedy: String) {
        description = "\(problem): \(remedy)"
    }

    /// Of a file that cannot be used: names file, line and field.
    package init(file: String, line: Int, field: String? = nil, _ problem: String) {
        description = "\(file):\(line): \(field.map { "\($0): " } ?? "")\(problem)"
    }
}
