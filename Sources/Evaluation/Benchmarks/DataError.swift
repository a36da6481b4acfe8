/// A row of a data file that is no question of the benchmark.
package struct DataError: Error, Equatable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var field: String
    /// What is wrong with the field, and what would be right.
    package var problem: String

    package var description: String { "\(file):\(line): field \"\(field)\": \(problem)" }
}

extension DataRow {
    func error(_ field: String, _ problem: String) -> DataError {
        DataError(file: file, line: line, field: field, problem: problem)
    }
}
