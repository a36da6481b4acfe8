import FoundationEssentials
import JSON

/// Files beside the tests.
enum Fixture {
    /// The values of a file of JSON Lines.
    static func lines(_ name: String, file: String = #filePath) throws -> [JSONValue] {
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        let data = try Data(contentsOf: URL(filePath: "/\(folder)/Fixtures/\(name).jsonl"))
        return try String(decoding: data, as: UTF8.self).split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
    }
}
