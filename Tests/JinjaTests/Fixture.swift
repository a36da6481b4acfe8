import FoundationEssentials
import JSON

/// Files beside these tests.
enum Fixture {
    static func text(_ name: String, file: String = #filePath) throws -> String {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return try String(contentsOfFile: "\(folder)/Fixtures/\(name)", encoding: .utf8)
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: try text(name))
    }
}
