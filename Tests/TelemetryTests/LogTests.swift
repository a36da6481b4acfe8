import FoundationEssentials
import JSON
import Logging
import Testing

@testable import Telemetry

@Suite struct LogTests {
    private func line(_ output: LogOutput, _ message: Logger.Message, _ metadata: Logger.Metadata) -> String {
        let event = LogEvent(
            level: .warning, message: message, metadata: nil, source: nil, file: "f", function: "g", line: 1)
        return output.line(
            event, label: "apus.http", metadata: metadata, date: Date(timeIntervalSince1970: 1_700_000_000.5))
    }

    @Test func `text lines have time, level, message and pairs`() {
        let text = line(LogOutput(format: .text, isColoured: false), "Listening", ["port": "8000", "host": "a b"])
        #expect(text == "2023-11-14T22:13:20.500Z WARNING Listening host=\"a b\" port=8000\n")
    }

    @Test func `text lines cannot be forged by control characters`() {
        let text = line(LogOutput(format: .text, isColoured: false), "a\nb\u{1B}[31m", ["k": "x\ny \"z\""])
        #expect(text == "2023-11-14T22:13:20.500Z WARNING a\\nb\\u{1b}[31m k=\"x\\ny \\\"z\\\"\"\n")
    }

    @Test func `JSON lines hold no control character that a terminal would obey`() throws {
        let message = "a\u{9B}31m\u{7F}\u{1B}b\u{A0}"
        let text = line(LogOutput(format: .json, isColoured: false), "\(message)", [:])
        #expect(text.contains(#""a\u009b31m\u007f\u001bb\#u{A0}""#))
        #expect(try JSONValue(parsing: text)["message"] == .string(message))
    }

    @Test func `JSON lines keep numbers and nesting`() throws {
        let text = line(
            LogOutput(format: .json, isColoured: false), "Done \"so\"",
            ["tokens": .stringConvertible(12), "list": .array(["a", "b"]), "map": .dictionary(["k": "v"])])
        let value = try JSONValue(parsing: text)
        #expect(value["level"] == "warning")
        #expect(value["logger"] == "apus.http")
        #expect(value["message"] == "Done \"so\"")
        #expect(value["tokens"] == 12)
        #expect(value["list"] == ["a", "b"])
        #expect(value["map"] == ["k": "v"])
        #expect(text.last == "\n")
    }
}
