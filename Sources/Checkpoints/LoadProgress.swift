/// How far opening or reading a checkpoint has come.
package struct LoadProgress: Sendable, Hashable {
    package typealias Handler = (LoadProgress) -> Void

    /// Bytes of the weight files done so far.
    package let completed: Int
    /// Bytes of all weight files.
    package let total: Int
    /// The file that was worked on.
    package let file: String

    package init(completed: Int, total: Int, file: String) {
        self.completed = completed
        self.total = total
        self.file = file
    }

    package var fraction: Double { total == 0 ? 1 : Double(completed) / Double(total) }
}
