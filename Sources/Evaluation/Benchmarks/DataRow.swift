package import JSON

/// A row of a data file, JSON Lines or CSV, with where it stands for errors.
package struct DataRow: Sendable, Equatable {
    package var fields: JSONObject
    /// From 1.
    package var line: Int
    package var file: String

    package init(fields: JSONObject, line: Int, file: String) {
        self.fields = fields
        self.line = line
        self.file = file
    }
}
