internal import JSON

/// Names for the questions of a benchmark: what the data calls them where that is unique, their place where it is not.
enum QuestionIdentifiers {
    private static let fields = [
        "id", "ID", "unique_id", "question_id", "query_id", "Record ID", "key", "task_id", "idx",
    ]

    /// One identifier for each row, each only once.
    static func of(_ rows: [DataRow]) throws -> [String] {
        let own = try rows.map { row in
            guard let (name, value) = row.value(fields) else { return String(row.line) }
            guard let text = value.plainText else {
                throw row.error(name, "it is \(value.kind); write a string or a number")
            }
            return text
        }
        if Set(own).count == own.count { return own }
        // Numbers that begin anew in every file.
        let withFile = zip(rows, own).map { "\($0.fileStem)/\($1)" }
        if Set(withFile).count == withFile.count { return withFile }
        let places = rows.map { "\($0.fileStem)/\($0.line)" }
        var seen: Set<String> = []
        for (row, place) in zip(rows, places) where !seen.insert(place).inserted {
            throw row.error("id", "another file named \(row.fileStem) has the same; rename one of the files")
        }
        return places
    }
}

extension Benchmark {
    /// A question for each row, except for those where `make` gives nil.
    static func questions(
        _ rows: [DataRow], _ make: (_ row: DataRow, _ id: String) throws -> Question?
    ) throws -> [Question] {
        try zip(rows, QuestionIdentifiers.of(rows)).compactMap(make)
    }
}
