internal import JSON

/// Names for the columns of MMLU's files, which have none: the question, the options and the answer's letter.
enum ColumnNames {
    /// Rows with columns "0", "1", … under names; a first record that holds names instead of a question gives them.
    static func named(_ rows: [DataRow]) throws -> [DataRow] {
        var names: [String: String] = [:]
        var file: String?
        return rows.compactMap { row in
            guard row.fields["0"] != nil, row.fields["question"] == nil else { return row }
            if row.file != file {
                file = row.file
                names = header(row) ?? [:]
                if !names.isEmpty { return nil }
            }
            var result = row
            result.fields = JSONObject(row.fields.map { (name(of: $0.key, row, names), $0.value) })
            return result
        }
    }

    private static func header(_ row: DataRow) -> [String: String]? {
        let texts = row.fields.map { ($0.key, $0.value.stringValue ?? "") }
        let lowercased = texts.map { $0.1.lowercased() }
        guard lowercased.contains("question"), lowercased.contains("answer") else { return nil }
        return Dictionary(uniqueKeysWithValues: texts)
    }

    private static func name(of column: String, _ row: DataRow, _ names: [String: String]) -> String {
        if let name = names[column] { return name }
        guard let index = Int(column) else { return column }
        if index == 0 { return "question" }
        return index == row.fields.count - 1 ? "answer" : MultipleChoice.letters[min(index, 10) - 1]
    }
}
